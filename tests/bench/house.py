"""The house as it is measured: a stack of its own in a kept state folder, two processes of the cases service, what they cost."""
import os
import signal
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

from processes import children
from stack import BUILD, ROOT, SYNCED, Stack

TICK = os.sysconf("SC_CLK_TCK")
ORGANISATION = "iom"


def read(path, mode="r"):
    with open(path, mode) as f:
        return f.read()


def memory_kb():
    """Of the machine: the first line of meminfo."""
    return int(read("/proc/meminfo").split()[1])


def cpu_of(pids):
    """Seconds of processor time of these processes, and of their children that have ended."""
    ticks = 0
    for pid in pids:
        try:
            fields = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        ticks += sum(int(v) for v in fields[11:15])
    return ticks / TICK


def memory_of(pid):
    """RSS and PSS in kB."""
    found = dict(line.split(":", 1) for line in read(f"/proc/{pid}/smaps_rollup").splitlines()[1:])
    return tuple(int(found[name].split()[0]) for name in ("Rss", "Pss"))


class Program:
    """A process of ours: ended by its pid, and with us."""

    def __init__(self, command, log, env=None, cwd=None):
        self.log_path = log
        with open(log, "a", encoding="utf-8") as out:
            self.process = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *command], stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=out, env=env, cwd=cwd)
        self.pid = self.process.pid

    def end(self, patience=15):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=patience)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def check(self):
        if self.process.poll() is not None:
            raise SystemExit(f"{self.process.args[3]} has ended:\n{read(self.log_path)[-2000:]}")


class House(Stack):
    """The stack of deploy/local/up; what is not measured is stopped, so that it takes nothing from what is."""

    def __init__(self, state, port):
        super().__init__(state, SYNCED)
        self.environment["WAYFARE_PORT"] = str(port)
        self.port = port
        self.programs = []

    def bring_up(self):
        done = subprocess.run([os.path.join(ROOT, "deploy/local/up"), "--no-journey", "--no-install", "--no-build"],
                              env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
        if done.returncode:
            raise SystemExit(f"the stack did not come up:\n{done.stdout}\n{done.stderr}")
        self.read_env()
        self.postmaster = int(read(read(f"{self.state}/pg.path") + "/postmaster.pid").splitlines()[0])
        self.set_postgres("shared_buffers", memory_kb() // 4 // 8)  # a quarter, as deploy/README.md advises; pages of 8 kB
        self.cases_env, self.worker_env = self.environment_of("cases"), self.environment_of("scheduler-cases")
        return self

    def set_postgres(self, name, value):
        """A setting that PostgreSQL takes when it starts; value in its unit, as pg_settings has it."""
        if self.script(f"SELECT setting FROM pg_settings WHERE name = '{name}'").strip() != str(value):
            self.script(f"ALTER SYSTEM SET {name} = '{value}'")
            self.supervisor("restart", "postgres")
            self.wait_database()

    def environment_of(self, name):
        return dict(pair.split("=", 1) for pair in read(f"/proc/{self.pid_of(name)}/environ").split("\0") if "=" in pair)

    def pid_of(self, name):
        return int(self.supervisor("pid", name).stdout.strip())

    def quiet(self):
        """Only PostgreSQL, Redis and identity (revocations) stay."""
        running = [line.split()[0] for line in self.supervisor("status").stdout.splitlines() if " RUNNING " in line]
        self.supervisor("stop", *[name for name in running if name not in ("postgres", "redis", "identity")])

    def take_down(self, wipe, leave):
        for program in self.programs:
            program.end()
        if leave:
            return
        subprocess.run([os.path.join(ROOT, "deploy/local/down"), *(["--wipe"] if wipe else [])], env=self.environment,
                       stdin=subprocess.DEVNULL, capture_output=True, timeout=300)

    def start(self, name, command, **options):
        program = Program(command, f"{self.state}/log/bench-{name}.log", **options)
        self.programs.append(program)
        return program

    def password(self, service, role):
        return read(f"{self.state}/secrets/wf_{service}_{role}").strip()

    def cases(self, name, listen, wrapper=(), binary=None):
        """A further process of the cases service, as the stack configures it, answering on listen."""
        command = [*wrapper, os.path.join(BUILD, binary or "services/cases/wayfare-cases"), f"--listen={listen}",
                   f"--metrics=unix:{self.run}/metrics-{name}.sock", "--log-level=warn"]
        return self.start(name, command, env=self.cases_env)

    def wait_ready(self, name, program, seconds=30.0):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            program.check()
            done = subprocess.run(["curl", "-sf", "-o", "/dev/null", "--unix-socket", f"{self.run}/metrics-{name}.sock",
                                   "http://localhost/health/ready"], timeout=10)
            if done.returncode == 0:
                return
            time.sleep(0.05)
        raise SystemExit(f"{name} is not ready:\n{read(program.log_path)[-2000:]}")

    def wait_port(self, port, program, seconds=60.0):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            program.check()
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.1)
        raise SystemExit(f"nothing answers on {port}:\n{read(program.log_path)[-2000:]}")

    def wait_database(self, seconds=60.0):
        until = time.monotonic() + seconds
        while subprocess.run(["psql", "-XAtqc", "SELECT 1", "-h", f"{self.run}/pg", "-U", "postgres"], capture_output=True).returncode:
            if time.monotonic() > until:
                raise SystemExit("PostgreSQL does not come back")
            time.sleep(0.1)
        self.postmaster = int(read(read(f"{self.state}/pg.path") + "/postmaster.pid").splitlines()[0])

    def postgres_cpu(self):
        return cpu_of([self.postmaster, *children(self.postmaster)])

    def script(self, sql, database="wayfare_cases", timeout=7200):
        done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", f"{self.run}/pg", "-U", "postgres", "-d", database],
                              input=sql, capture_output=True, text=True, timeout=timeout)
        if done.returncode:
            raise SystemExit(f"psql: {done.stderr}")
        return done.stdout
