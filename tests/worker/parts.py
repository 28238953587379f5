"""The parts that the worker tests run: databases, a private Redis, the daemons, and means to look at them."""
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("WAYFARE_BUILD", os.path.join(ROOT, "build"))
PATIENCE = float(os.environ.get("WAYFARE_TEST_FACTOR", "1"))
HERE = os.path.dirname(os.path.realpath(__file__))
PROGRAMS = {
    "maker": ["tests/worker/test-maker"],
    "relay": ["services/relay/wayfare-relay", "--service=maker"],
    "scheduler": ["services/scheduler/wayfare-scheduler", "--service=maker"],
    "keeper": ["tests/worker/test-keeper"],
}
DATABASE = {"maker": "maker", "relay": "maker", "scheduler": "maker", "keeper": "keeper"}
for _name in ("relay", "scheduler", "keeper"):  # a second one of each
    PROGRAMS[_name + "2"], DATABASE[_name + "2"] = PROGRAMS[_name], DATABASE[_name]


def psql(database, sql, user="postgres"):
    """Rows of the last statement, as lists of text."""
    done = subprocess.run(["psql", "-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-U", user, "-d", database],
                          input=sql, capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return [line.split("\t") for line in done.stdout.splitlines()]


def wait_for(what, condition, seconds=15.0):
    """Looks every 20 ms; a sentence in what says what did not come."""
    end = time.monotonic() + seconds * PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"did not come in {seconds * PATIENCE:.0f} s: {what}")
        time.sleep(0.02)


class Redis:
    def __init__(self, folder, policy="noeviction"):
        self.folder, self.policy = folder, policy
        self.socket = os.path.join(folder, "redis.sock")
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.socket, "--save", "", "--appendonly", "no",
             "--maxmemory-policy", self.policy, "--maxmemory", "200mb", "--dir", self.folder],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for("Redis answers", lambda: self.cli("PING") == "PONG")

    def cli(self, *words):
        done = subprocess.run(["redis-cli", "-s", self.socket, *words], capture_output=True, text=True, timeout=10)
        return done.stdout.strip()

    def kill(self):
        self.process.kill()
        self.process.wait()


class Parts:
    """Two services' databases, and the daemons between them."""

    def __init__(self, attempts=3):
        self.attempts = attempts  # of a job, until it is dead
        self.folder = tempfile.mkdtemp(prefix="wfw-", dir=os.environ.get("WAYFARE_TEST_FOLDER", "/tmp"))
        os.chmod(self.folder, 0o755)
        self.logs = {}
        self.processes = {}
        self.down = set()  # ended on purpose
        self.extra = {}  # options of a program
        self.environment = {}  # further variables of a program
        self.pid_of_redis = None
        for service in ("maker", "keeper"):
            self.make_database(service)
        os.mkdir(os.path.join(self.folder, "run"))
        shutil.copy(os.path.join(HERE, "events.json"), self.folder)
        self.redis = Redis(self.folder)

    @staticmethod
    def make_database(service):
        for role in ("owner", "service", "worker"):
            inherit = "" if role == "owner" else "NOINHERIT"
            psql("postgres", f"CREATE ROLE wf_{service}_{role} LOGIN NOBYPASSRLS {inherit}")
        psql("postgres", f"CREATE DATABASE wayfare_{service} OWNER wf_{service}_owner")
        for path in (*sorted(glob.glob(os.path.join(ROOT, "libcommon/app/schema/*.sql"))), os.path.join(HERE, f"{service}.sql")):
            with open(path, encoding="utf-8") as f:
                sql = re.sub(r"{{(\w+)}}", rf"wf_{service}_\1", f.read())
            psql(f"wayfare_{service}", f"BEGIN; {sql} COMMIT;", f"wf_{service}_owner")

    # ---- daemons ----

    def command(self, name, *options):
        program, *arguments = PROGRAMS[name]
        service = DATABASE[name]
        return [os.path.join(BUILD, program), *arguments, "--mode=development", "--retry-ms=50", "--claim-ms=300",
                f"--attempts={self.attempts}", "--republish-ms=1500", f"--redis=unix:{self.redis.socket}", f"--run={self.folder}/run",
                f"--documents={self.folder}", f"--metrics=unix:{self.folder}/{name}.metrics",
                f"--db=host={os.environ['PGHOST']} dbname=wayfare_{service} user=wf_{service}_worker", *options]

    def accepted(self, name, *options):
        """Without the options that the program does not have."""
        command = self.command(name, *options)
        if not hasattr(self, "helps"):
            self.helps = {}
        if name not in self.helps:
            self.helps[name] = subprocess.run([command[0], "--help"], capture_output=True, text=True, check=True).stdout
        return [command[0]] + [o for o in command[1:] if o.split("=")[0] + "=" in self.helps[name]]

    def start(self, *names):
        for name in names:
            log = open(os.path.join(self.folder, f"{name}.log"), "a", encoding="utf-8")
            self.processes[name] = subprocess.Popen(self.accepted(name, *self.extra.get(name, [])), stdin=subprocess.DEVNULL,
                                                    stdout=log, stderr=log, env=os.environ | self.environment.get(name, {}))
            log.close()
            self.down.discard(name)

    def kill(self, name, how=signal.SIGKILL):
        process = self.processes[name]
        if how == signal.SIGTERM:  # one that has just begun would die of it
            wait_for(f"{name} listens", lambda: process.poll() is not None or self.http(name, "/health/live")[0])
        del self.processes[name]
        process.send_signal(how)
        status = process.wait(timeout=25 * PATIENCE)
        self.down.add(name)
        return status

    def revive(self):
        """As a supervisor does: whatever has ended by itself is started again."""
        for name, process in list(self.processes.items()):
            if process.poll() is not None:
                self.start(name)

    def log(self, name):
        path = os.path.join(self.folder, f"{name}.log")
        if not os.path.exists(path):
            return ""
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def http(self, name, path):
        """Status and body of the program's metrics socket."""
        done = subprocess.run(["curl", "-s", "-w", "\n%{http_code}", "--unix-socket", f"{self.folder}/{name}.metrics",
                               f"http://localhost{path}"], capture_output=True, text=True, timeout=10)
        body, _, status = done.stdout.rpartition("\n")
        return int(status or 0), body

    def end(self):
        for name, process in list(self.processes.items()):
            try:
                self.kill(name, signal.SIGTERM)
            except (AssertionError, subprocess.TimeoutExpired):
                process.kill()
                process.wait()
        self.redis.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- what is made and what came of it ----

    def make(self, things):
        """things: (thing, key, n, type, mode, org)."""
        values = ", ".join(f"('{t}', '{k}', {n}, '{ty}', '{m}', '{o}')" for t, k, n, ty, m, o in things)
        psql("wayfare_maker", f"INSERT INTO todo (thing, key, n, type, mode, org) VALUES {values}")

    def allow(self, *things):
        values = ", ".join(f"('{t}')" for t in things)
        psql("wayfare_keeper", f"INSERT INTO allowed VALUES {values}")

    def effects(self):
        """(thing, key, n, org) in the order in which they came."""
        return [(t, k, int(n), o) for t, k, n, o in psql("wayfare_keeper", "SELECT thing, key, n, org FROM effects ORDER BY id")]

    def count(self, database, table, where="true"):
        return int(psql(f"wayfare_{database}", f"SELECT count(*) FROM {table} WHERE {where}")[0][0])

    def state_of(self, thing):
        rows = psql("wayfare_keeper", f"SELECT state, attempts, coalesce(error, '') FROM wf.inbox WHERE subject = '{thing}'")
        return (rows[0][0], int(rows[0][1]), rows[0][2]) if rows else None

    def events(self):
        with open(os.path.join(self.folder, "events.json"), encoding="utf-8") as f:
            return json.load(f)

    def set_events(self, events):
        with open(os.path.join(self.folder, "events.json"), "w", encoding="utf-8") as f:
            json.dump(events, f)
