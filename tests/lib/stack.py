"""A stack of its own for a test: deploy/local/up in a state folder of its own, and the means to speak to it."""
import http.client
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "deploy", "local"))

import tokens
import wire
from client import BUILD, ROOT, Answer, Client, opaque
from supervised import SERVERS, Supervised


def free_port():
    """A port with its next four free, of the five thousand from WAYFARE_TEST_PORTS on; below the ephemeral range."""
    first = int(os.environ.get("WAYFARE_TEST_PORTS", "20000"))
    for _ in range(200):
        base = first + secrets.randbelow(4990)
        try:
            for port in range(base, base + 5):
                with socket.socket() as s:
                    s.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
    raise RuntimeError("no free port")


# A killed process loses nothing by it; only a power cut would. SYNCED: as an installation has it.
UNSYNCED = {"WAYFARE_PG_OPTIONS": "-c fsync=off -c full_page_writes=off"}
SYNCED = {"WAYFARE_PG_OPTIONS": ""}


PATIENCE = float(os.environ.get("WAYFARE_TEST_FACTOR", "1"))


def insist(ask, seconds=20):
    """The answer of ask(); where a busy machine had it refused, that of a later try. It must be safe to say again."""
    until = time.monotonic() + seconds * PATIENCE
    while True:
        answer = ask()
        busy = answer.status == 503 and (not answer.raw or b'"code":"db.' in answer.raw or b'"code":"co.' in answer.raw)
        if not busy or time.monotonic() > until:
            return answer
        time.sleep(0.2)


class Stack(Client):
    def __init__(self, state=None, environment=None):
        self.own = state is None
        super().__init__(state or tempfile.mkdtemp(prefix="wf-test-", dir=os.environ.get("WAYFARE_TEST_FOLDER", "/tmp")))
        self.environment = dict(os.environ, WAYFARE_STATE=self.state, WAYFARE_BUILD=BUILD, **{**UNSYNCED, **(environment or {})})
        self.sessions = threading.local()
        if self.own:
            os.chmod(self.state, 0o711)
            self.environment["WAYFARE_PORT"] = str(free_port())

    def up(self):
        if self.own:
            done = subprocess.run(
                [os.path.join(ROOT, "deploy/local/up"), "--no-journey", "--no-install", "--no-build"],
                env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240)
            if done.returncode:
                print(done.stdout, done.stderr, sep="\n")
                self.show_logs()
                self.down()
                raise SystemExit("the stack did not come up")
        return self.read_env()

    def show_logs(self, lines=15):
        folder = os.path.join(self.state, "log")
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as f:
                tail = f.readlines()[-lines:]
            if tail:
                print(f"== {name}\n", *tail, sep="", end="")

    def down(self, keep=False):
        if self.own:
            if self.env:  # it came up
                self.stop_programs()
            arguments = [] if keep else ["--wipe"]
            subprocess.run([os.path.join(ROOT, "deploy/local/down"), *arguments], env=self.environment,
                           stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
            if not keep:
                shutil.rmtree(self.state, ignore_errors=True)

    def token(self, who, scope=None):
        """internal: what the services of the house call each other with, signed by the sender's key; @ORGANISATION: somebody of it."""
        if who == "internal":
            return self.internal_token()
        return self.foreign_token(who[1:], scope) if who.startswith("@") else super().token(who, scope)

    def internal_token(self):
        return self.signed("keys/notifications/internal.pem", iss="wayfare-internal", sub="sender", client_id="sender", org="iom", scope="internal")

    def foreign_token(self, organisation, scope, **claims):
        """A token as no role gives it: these scopes for a user of that organisation, by the demo issuer; further claims replace the usual ones."""
        return self.signed("keys/identity/demo.pem", **{"iss": "wayfare-demo", "sub": "stranger", "client_id": "wayfare-desk", "org": organisation,
                                                        "scope": scope, "name": "A stranger", **claims})

    def signed(self, key, **claims):
        now = int(time.time())
        claims = {"aud": "wayfare", "iat": now, "exp": now + 300, "jti": secrets.token_hex(16), **claims}
        return tokens.sign(tokens.read_key(os.path.join(self.state, key)), claims, "at+jwt")

    def events(self, path, token, headers, seconds):
        """Server-sent events of a path: (answer, event) for each, {id, event, data}; ends with the stream, or when time is up."""
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=seconds)
        until = time.monotonic() + seconds
        try:
            connection.request("GET", path, headers={"Accept": "text/event-stream", "Authorization": f"Bearer {token}", **headers})
            response = connection.getresponse()
            answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, b"")
            event = {}
            while time.monotonic() < until and (line := response.readline()):
                answer.raw += line
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name:
                    event[name] = value
                elif event:
                    yield answer, event
                    event = {}
        except TimeoutError:
            return
        finally:
            connection.close()

    def sql(self, service, statement):
        """Rows of the (last) statement, texts, NULL as '', as the superuser: for what only the database can tell."""
        return [["" if v is None else v for v in row] for row in self.session(service).run(statement)]

    def session(self, service):
        """The thread's own session with a database, as if it were new; another one where the last is gone or broken."""
        kept = self.sessions.__dict__
        try:
            if service in kept:
                kept[service].run("DISCARD ALL")
                return kept[service]
        except (OSError, wire.Refused):
            kept.pop(service).close()
        kept[service] = wire.Connection(f"wayfare_{service}", "postgres", f"{self.run}/pg", timeout=30)
        return kept[service]

    def stop_programs(self, keep=()):
        """Ends our own programs; what they work with goes on. keep: programs that do too."""
        supervised = self.supervised()
        supervised.stop(supervised.running() - {*SERVERS, *keep})

    def supervised(self):
        return Supervised(f"{self.run}/supervisor.sock")

    def supervisor(self, *words):
        return subprocess.run(["supervisorctl", "-c", f"{self.state}/supervisord.conf", *words],
                              env=self.environment, capture_output=True, text=True, timeout=60)
