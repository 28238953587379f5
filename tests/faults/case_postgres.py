"""PostgreSQL: restarted, cut off after COMMIT was sent, out of room."""
import os
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time
import unittest

from load import CASES, Referral, Writers
from programs import SERVICES, wait_for

PGBIN = "/usr/lib/postgresql/15/bin"
AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--reset-env", "--"] if os.getuid() == 0 else []
AS_ROOT = [] if os.getuid() == 0 else ["sudo", "-n"]


def run(*command, seconds=60):
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, cwd="/")
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"
    return done.stdout


def data_folder(stack):
    with open(os.path.join(stack.state, "pg.path"), encoding="utf-8") as f:
        return f.read()


def psql(host, statement, database="postgres"):
    return run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", host, "-U", "postgres", "-d", database, "-c", statement).strip()


def answers(host):
    return subprocess.run([f"{PGBIN}/pg_isready", "-q", "-h", host, "-U", "postgres"], timeout=20).returncode == 0


def everything(programs):
    """Services and workers, by name."""
    return [n for n in programs.names() if n not in ("postgres", "redis", "smtp", "nginx")]


class Health:
    """Asks every program again and again whether it is ready."""

    def __init__(self, programs, names):
        self.programs, self.names = programs, names
        self.seen = {n: set() for n in names}
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.work, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join(30)

    def work(self):
        while not self.ended.is_set():
            for name in self.names:
                self.seen[name].add(self.programs.health(name))
            self.ended.wait(0.02)


def test_postgresql_restarts_under_load_and_nobody_else_has_to(stack, programs, full):
    names = everything(programs)
    before = programs.pids(names)
    services = programs.all_processes()
    programs.stop("relay-cases")
    try:
        with Writers(stack, 6) as w:
            for n in range(5 if full else 1):
                w.wait_for(20)
                was = programs.signal("postgres", signal.SIGINT if n % 2 == 0 else signal.SIGQUIT)
                with Health(programs, services) as health:
                    wait_for("PostgreSQL is away", lambda: programs.pid("postgres") != was)
                    time.sleep(0.3)
                    wait_for("each service has said that it is not ready", lambda: all(503 in s for s in health.seen.values())
                             or answers(f"{stack.run}/pg"))
                    missed = [n for n, s in health.seen.items() if 503 not in s]
                programs.wait_ready(*services)
                w.wait_for(20)
            print(f"  longest outage {w.outage():.1f} s; not ready meanwhile: {len(services) - len(missed)} of {len(services)} processes")
            assert len(missed) < len(services) / 2, f"ready all the time: {missed}"
        w.check()
        w.repeat()
        programs.wait_ready(*[n for n in names if n != "relay-cases"])
    finally:
        programs.start("relay-cases")
    after = programs.pids([n for n in names if n != "relay-cases"])
    assert all(before[n] == after[n] for n in after), f"restarted: {[n for n in after if before[n] != after[n]]}"


# ---- cut off after COMMIT was sent ----


class Cutter:
    """Stands between a program and PostgreSQL on a unix socket, and breaks the connection at a COMMIT: before it reaches the server, or after
    the server has answered and before the program hears of it. Understands as much of the protocol as that takes."""

    def __init__(self, folder, server):
        os.makedirs(folder, exist_ok=True)
        self.server, self.mode, self.cuts = server, None, 0
        self.path = f"{folder}/.s.PGSQL.5432"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        server = socket.socket(socket.AF_UNIX)
        hold = threading.Event()  # what the server says is kept back
        said = threading.Event()  # and it has said something
        try:
            server.connect(f"{self.server}/.s.PGSQL.5432")
            threading.Thread(target=self.back, args=(client, server, hold, said), daemon=True).start()
            self.forth(client, server, hold, said)
        except OSError:
            pass
        finally:
            for s in (client, server):
                try:
                    s.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                s.close()

    def forth(self, client, server, hold, said):
        buffer, started = b"", False
        while data := client.recv(65536):
            buffer += data
            whole = b""
            while len(buffer) >= (5 if started else 4):
                length = struct.unpack_from("!I", buffer, 1 if started else 0)[0] + (1 if started else 0)
                if len(buffer) < length:
                    break
                message, buffer = buffer[:length], buffer[length:]
                started = True  # a unix socket has no TLS to ask for
                whole += message
                if self.mode and message[:1] == b"B" and b"\0wf_commit" in message[:20]:
                    mode, self.mode = self.mode, None
                    self.cuts += 1
                    if mode == "before":
                        return
                    hold.set()
            server.sendall(whole)
            if hold.is_set():
                rest = struct.unpack_from("!I", buffer, 1)[0] + 1 - len(buffer) if len(buffer) >= 5 else 1
                assert rest >= 0
                # Execute and Sync may come in the next piece.
                if b"S\0\0\0\x04" not in whole:
                    server.sendall(buffer + client.recv(65536))
                said.wait(10)
                return

    def back(self, client, server, hold, said):
        try:
            while data := server.recv(65536):
                if not hold.is_set():
                    client.sendall(data)
                elif b"COMMIT\0" in data:
                    said.set()
        except OSError:
            pass

    def close(self):
        self.listener.close()
        os.unlink(self.path)


def test_a_connection_cut_at_its_commit_is_told_as_unknown(stack, programs, full):
    rounds = 10 if full else 3
    cutter = Cutter(f"{stack.run}/cut", f"{stack.run}/pg")
    environment = dict(stack.environment, WAYFARE_PG=f"host={stack.run}/cut", WAYFARE_STATE=stack.state)
    with open(os.path.join(stack.state, "log", "cases-9.log"), "w", encoding="utf-8") as log:
        process = subprocess.Popen([os.path.join(os.path.dirname(__file__), "../../deploy/local/start"), "cases-9"], env=environment,
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        wait_for("a process behind the cutter is ready", lambda: programs.health("cases-9") == 200)
        for mode in ["after", "before"] * rounds:
            one = Referral("cut", os.urandom(6).hex())
            cuts = cutter.cuts
            cutter.mode = mode
            one.send(stack, "cases-9")
            assert cutter.cuts == cuts + 1, "no COMMIT came by"
            assert (one.status, one.code) == (503, "db.outcomeUnknown"), f"cut {mode} its COMMIT: {one.status} {one.code}"
            there = stack.sql("cases", f"SELECT count(*) FROM referrals WHERE external_ref = '{one.ref}'")[0][0]
            assert there == ("1" if mode == "after" else "0"), f"cut {mode} its COMMIT: {there} stored"
            wait_for("PostgreSQL knows that the first was cut off", lambda: one.send(stack, "cases-9").code != "idempotency.running")
            assert one.ok and one.replayed == (mode == "after"), f"repeated: {one.status} {one.code}"
            assert stack.sql("cases", f"SELECT id FROM referrals WHERE external_ref = '{one.ref}'") == [[one.id]]
        print(f"  {2 * rounds} cuts told as db.outcomeUnknown; repeated with the same key, each is there once")
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        cutter.close()


# ---- no room ----


class Room:
    """A small file system in memory, to be filled to its brim."""

    def __init__(self, folder, megabytes, owner="postgres"):
        self.folder, self.made = folder, not os.path.isdir(folder)
        os.makedirs(folder, exist_ok=True)
        try:
            run(*AS_ROOT, "mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "wayfare-faults", folder)
        except AssertionError as e:
            self.unmake()
            raise unittest.SkipTest(f"no file system can be mounted here: {e}") from e
        if os.getuid() == 0:
            shutil.chown(folder, owner, owner)

    def unmake(self):
        if self.made:
            os.rmdir(self.folder)

    def fill(self):
        try:
            with open(f"{self.folder}/ballast", "ab", buffering=0) as f:
                while f.write(b"\0" * 4096):
                    pass
        except OSError:
            pass

    def empty(self):
        if os.path.exists(f"{self.folder}/ballast"):
            os.unlink(f"{self.folder}/ballast")

    def close(self):
        subprocess.run([*AS_ROOT, "umount", "-l", self.folder], capture_output=True)
        self.unmake()


def sound(stack):
    """Heap and indexes of the database are not torn."""
    psql(f"{stack.run}/pg", "CREATE EXTENSION IF NOT EXISTS amcheck", "wayfare_cases")
    out = run(f"{PGBIN}/pg_amcheck", "-h", f"{stack.run}/pg", "-U", "postgres", "-d", "wayfare_cases", "--table=public.referrals", "--table=wf.*",
              "--heapallindexed")
    assert not out.strip(), out


def test_no_room_for_rows_is_refused_and_passes_when_there_is_room(stack, programs, full):
    host = f"{stack.run}/pg"
    folder = os.path.join(os.path.dirname(data_folder(stack)), "small")
    room = Room(folder, 64)
    tables = ["referrals"]
    indexes = psql(host, "SELECT string_agg(indexrelid::regclass::text, ' ') FROM pg_index WHERE indrelid = 'referrals'::regclass", "wayfare_cases").split()

    def move(to):
        for kind, names in (("TABLE", tables), ("INDEX", indexes)):
            for name in names:
                psql(host, f"SET lock_timeout = '5s'; ALTER {kind} {name} SET TABLESPACE {to}", "wayfare_cases")

    programs.stop("relay-cases")
    try:
        psql(host, f"CREATE TABLESPACE small LOCATION '{folder}'")
        move("small")
        with Writers(stack, 4) as w:
            w.wait_for(20)
            room.fill()
            # pages that are there already are still filled up
            wait_for("no room", lambda: len([s for s in list(w.sent)[-20:] if not s.ok]) >= 10, 60)
            full_at = len(w.sent)
            a = stack.call("GET", f"{CASES}/referrals?limit=5", who="coa")
            assert a.status == 200, f"a read while there is no room: {a.status}"
            for service in SERVICES:
                assert stack.call("GET", f"/{service}/v1/openapi.json").status == 200
            time.sleep(0.5)
            room.empty()
            w.wait_for(20)
        codes = w.codes()
        assert "503 db.full" in codes and set(codes) <= {"503 db.full", "503 co.deadline"}, codes  # the latter on a busy machine
        assert full_at < len(w.sent)
        w.check()
        w.repeat()
        w.check()
        sound(stack)
    finally:
        room.empty()
        try:
            move("pg_default")
            psql(host, "DROP TABLESPACE IF EXISTS small")
        finally:
            room.close()
            programs.start("relay-cases")
