"""run.py [CASE…]: the operator's commands of wayfare-ctl, on a stack of the run's own. Cases: functions test_* of case_*.py, in their order."""
import glob
import importlib
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

from house import CTL, House

COMMANDS = ("backup", "restore", "reconcile", "keys rotate", "keys status", "keys check", "keys rewrap", "keys retire",
            "status", "doctor", "tables list", "tables part", "tables ahead", "tables drop")


def test_every_command_explains_itself_and_refuses_wrong_use(house):
    for words in COMMANDS:
        done = subprocess.run([CTL, *words.split(), "--help"], capture_output=True, text=True, timeout=10)
        assert done.returncode == 0 and f"wayfare-ctl {words}" in done.stdout and "required" in done.stdout, (words, done.stdout)
        done = subprocess.run([CTL, *words.split(), "--nonsense"], capture_output=True, text=True, timeout=10)
        assert done.returncode == 2 and "there is no option" in done.stderr, (words, done.stderr)
        done = subprocess.run([CTL, *words.split()], capture_output=True, text=True, timeout=10, env={"PATH": os.environ["PATH"]})
        assert done.returncode == 2 and "missing: " in done.stderr, (words, done.stderr)
    house.ctl("backup", "--db", "host=/nowhere user=postgres", "--to", os.path.join(house.state, "none"), status=3)
    assert "there is no service" in house.ctl("backup", *house.admin(), "--to", os.path.join(house.state, "none"), "--service", "x", status=2)


def cases():
    yield test_every_command_explains_itself_and_refuses_wrong_use
    for path in sorted(glob.glob(os.path.join(HERE, "case_*.py")), reverse=True):  # tables, status, then restore, keys, contents
        module = importlib.import_module(os.path.basename(path)[:-3])
        yield from (f for name, f in list(vars(module).items()) if name.startswith("test_"))


def main(names):
    house = House()
    try:
        house.up()
        return house.play([c for c in cases() if not names or any(n in c.__name__ for n in names)], lambda: house.supervisor("start", "all"))
    finally:
        house.down()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
