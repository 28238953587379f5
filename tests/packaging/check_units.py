"""check_units.py - the units of systemd are without fault, name what is there, and keep the programs from what they need not."""
import os
import re
import subprocess

from checks import read, run
from installed import ETC, PREFIX, command, files, folder, install, services

DESTDIR = install()
UNITS = f"{DESTDIR}/{PREFIX}/lib/systemd/system"
NAMES = sorted(os.listdir(UNITS))


def unit(name):
    with open(os.path.join(UNITS, name), encoding="utf-8") as f:
        return f.read()


def verifiable():
    """A root with the units, and what they run as programs that are there."""
    root = folder("units")
    for name in files(DESTDIR):
        if name.startswith(f"{PREFIX}/lib/systemd/system/"):
            path = os.path.join(root, os.path.basename(name))
            text = re.sub(r"^(Exec\w+=)\S+", r"\1/bin/true", unit(os.path.basename(name)), flags=re.M)
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
            os.chmod(path, 0o644)
    for name in ("postgresql", "redis-server"):
        with open(os.path.join(root, f"{name}.service"), "w", encoding="utf-8") as f:
            f.write("[Service]\nExecStart=/bin/true\n")
    return root


ROOT = verifiable()


def test_systemd_finds_no_fault():
    paths = [os.path.join(ROOT, name) for name in NAMES if not name.endswith(".target")]
    said = subprocess.run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *paths], capture_output=True, text=True, check=False,
                          env={**os.environ, "SYSTEMD_UNIT_PATH": f"{ROOT}:"})
    assert said.returncode == 0 and not (said.stdout + said.stderr).strip(), said.stdout + said.stderr


def test_a_misspelt_key_would_be_found():
    path = os.path.join(folder("misspelt"), "wayfare-wrong.service")
    with open(path, "w", encoding="utf-8") as f:
        f.write("[Service]\nExecStart=/bin/true\nProtectSytem=strict\n")
    said = subprocess.run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", path], capture_output=True, text=True, check=False)
    assert "ProtectSytem" in said.stdout + said.stderr


def test_exposure_is_at_most_one_and_a_half():
    for name in NAMES:
        if name.endswith(".service"):
            command("systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=15", os.path.join(ROOT, name))


def test_every_program_has_a_unit_that_the_target_wants():
    wanted = re.search(r"^Wants=(.*)$", unit("wayfare.target"), re.M).group(1).split()
    for name in wanted:
        assert re.sub(r"@\w+\.", "@.", name) in NAMES, f"the target wants {name}"
    started = {re.search(r"^ExecStart=\S*/(wayfare-[a-z-]+)", unit(name), re.M) for name in NAMES if name.endswith(".service")}
    started = {m.group(1) for m in started if m}
    installed = {name for name in os.listdir(f"{DESTDIR}/{PREFIX}/bin") if name.startswith("wayfare-")}
    assert started == installed, started ^ installed
    for service in services():
        assert {f"wayfare-{service}.service", f"wayfare-relay@{service}.service", f"wayfare-scheduler@{service}.service"} <= set(wanted), service


def test_what_a_unit_names_is_installed():
    for name in NAMES:
        text = unit(name)
        for path in re.findall(r"^Exec\w+=(/\S+)", text, re.M):
            assert path in ("/usr/sbin/nginx", "/bin/kill") or os.access(DESTDIR + path, os.X_OK), f"{name} runs {path}"
        for path in re.findall(r"^EnvironmentFile=(/\S+)", text, re.M):
            assert os.path.isfile(DESTDIR + path), f"{name} reads {path}"
        assert "password" not in re.sub(r"--db-password-file=%d/\S+", "", text.lower()).replace("wayfare_db_password_file=%d", "").replace(
            "wayfare_redis_password_file=%d", ""), f"{name} has a password that is no credential"


def test_a_unit_of_anothers_user_leaves_what_that_user_shares():
    """Else PostgreSQL would lose its shared memory when the backup ends."""
    for name in NAMES:
        if not re.search(r"^User=wayfare", unit(name), re.M) and name.endswith(".service"):
            assert re.findall(r"^RemoveIPC=(\w+)", unit(name), re.M)[-1] == "no", name


def test_a_program_sees_one_password_and_its_own_keys():
    for service in services():
        text = unit(f"wayfare-{service}.service")
        assert re.findall(r"^LoadCredential=database:(\S+)", text, re.M) == [f"/etc/wayfare/secrets/wf_{service}_service"]
        assert re.findall(r"^BindReadOnlyPaths=(\S+)", text, re.M) == ["/var/lib/wayfare/issuers", f"/var/lib/wayfare/keys/{service}"]


def test_the_gateway_is_that_of_the_local_stack():
    nginx = f"{DESTDIR}/{ETC}/wayfare/nginx"
    with open(f"{nginx}/nginx.conf", encoding="utf-8") as f:
        text = f.read()
    assert "@" not in re.sub(r"#.*", "", text), "something is not filled in"
    for service in services():
        assert f"upstream {service} {{ server unix:/run/wayfare/{service}.sock" in text and f"location ^~ /{service}/v1/ " in text
    assert re.findall(r"location [^{]*", read("deploy/nginx/gateway.conf"))[0] in text
    here = folder("nginx")
    for name in os.listdir(nginx):
        with open(f"{nginx}/{name}", encoding="utf-8") as f, open(f"{here}/{name}", "w", encoding="utf-8") as out:
            out.write(f.read().replace(f"/{ETC}/wayfare/nginx", here).replace("/run/wayfare-gateway", here))
    command("nginx", "-t", "-q", "-e", "stderr", "-p", here, "-c", f"{here}/nginx.conf", env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"})


run(globals())
