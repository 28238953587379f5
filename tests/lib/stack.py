"""A stack of its own for a test: deploy/local/up in a state folder of its own, and the means to speak to it."""
import base64
import http.client
import json
import os
import secrets
import shlex
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.parse

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("WAYFARE_BUILD", os.path.join(ROOT, "build"))


def free_port():
    """A port with its next three free; below the ephemeral range."""
    for _ in range(200):
        base = 20000 + secrets.randbelow(10000)
        try:
            for port in range(base, base + 4):
                with socket.socket() as s:
                    s.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
    raise RuntimeError("no free port")


class Answer:
    def __init__(self, status, headers, raw):
        self.status = status
        self.headers = headers
        self.raw = raw

    @property
    def json(self):
        return json.loads(self.raw) if self.raw else None

    @property
    def request_id(self):
        return self.headers.get("x-request-id", "")


class Stack:
    def __init__(self, state=None, environment=None):
        self.own = state is None
        self.state = state or tempfile.mkdtemp(prefix="wf-test-", dir="/tmp")
        self.environment = dict(os.environ, WAYFARE_STATE=self.state, WAYFARE_BUILD=BUILD, **(environment or {}))
        self.tokens = {}
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
        self.env = {}
        with open(os.path.join(self.state, "env"), encoding="utf-8") as f:
            for line in f:
                name, _, value = line.strip().partition("=")
                self.env[name] = "".join(shlex.split(value))
        self.url = urllib.parse.urlsplit(self.env["WAYFARE_URL"])
        self.run = os.path.realpath(os.path.join(self.state, "run"))
        return self

    def show_logs(self, lines=15):
        folder = os.path.join(self.state, "log")
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as f:
                tail = f.readlines()[-lines:]
            if tail:
                print(f"== {name}", *tail, sep="\n", end="")

    def down(self, keep=False):
        if self.own:
            arguments = [] if keep else ["--wipe"]
            subprocess.run([os.path.join(ROOT, "deploy/local/down"), *arguments], env=self.environment,
                           stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
            if not keep:
                shutil.rmtree(self.state, ignore_errors=True)

    # -- tokens ------------------------------------------------------------------------------------------------------
    def token(self, who, scope=None):
        """who: iom, coa, uaf (client credentials) or the name of a staff user; scope narrows it."""
        key = (who, scope)
        token, until = self.tokens.get(key, (None, 0))
        if time.monotonic() < until:
            return token
        if f"WAYFARE_{who.upper()}_CLIENT_ID" in self.env:
            token = self.client_token(who, scope)
        else:
            command = [os.path.join(BUILD, "services/ctl/wayfare-ctl"), "dev-token", "--user", who,
                       "--db", f"host={self.run}/pg user=wf_identity_owner dbname=wayfare_identity",
                       "--db-password-file", f"{self.state}/secrets/wf_identity_owner",
                       "--issuers", f"{self.state}/issuers", "--keys", f"{self.state}/keys/identity"]
            if scope is not None:
                command += ["--scope", scope]
            done = subprocess.run(command, capture_output=True, text=True, timeout=20,
                                  env=dict(os.environ, WAYFARE_MODE="development", WAYFARE_AUDIENCE="wayfare"))
            if done.returncode:
                raise RuntimeError(f"dev-token {who}: {done.stderr}")
            token = done.stdout.strip()
        self.tokens[key] = (token, time.monotonic() + 300)
        return token

    def client_token(self, organisation, scope=None):
        client = self.env[f"WAYFARE_{organisation.upper()}_CLIENT_ID"]
        secret = self.env[f"WAYFARE_{organisation.upper()}_CLIENT_SECRET"]
        basic = base64.b64encode(f"{client}:{secret}".encode()).decode()
        form = {"grant_type": "client_credentials"}
        if scope is not None:
            form["scope"] = scope
        a = self.call("POST", "/identity/v1/oauth2/token", body=urllib.parse.urlencode(form).encode(),
                      headers={"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"})
        if a.status != 200:
            raise RuntimeError(f"token for {organisation}: {a.status} {a.raw[:300]!r}")
        return a.json["access_token"]

    # -- calls -------------------------------------------------------------------------------------------------------
    def call(self, method, path, who=None, body=None, headers=None, token=None, service_socket=None):
        """body: bytes as they are, anything else as JSON. Through the gateway unless a service's socket is named."""
        send = {"Accept": "application/json"}
        if who:
            token = self.token(who)
        if token:
            send["Authorization"] = f"Bearer {token}"
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
            send["Content-Type"] = "application/merge-patch+json" if method == "PATCH" else "application/json"
        for name, value in (headers or {}).items():
            if value is None:
                send.pop(name, None)
            else:
                send[name] = value
        if service_socket:
            connection = http.client.HTTPConnection("localhost", timeout=30)
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.settimeout(30)
            connection.sock.connect(f"{self.run}/{service_socket}.sock")
        else:
            connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=30)
        try:
            connection.request(method, path, body, send)
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def sql(self, service, statement):
        """Rows of a query as the superuser, for what only the database can tell."""
        command = ["psql", "-XAtq", "-F", "\t", "-h", f"{self.run}/pg", "-U", "postgres", "-d", f"wayfare_{service}", "-c", statement]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def mails(self):
        folder = self.env["WAYFARE_MAIL_DIR"]
        return sorted(os.path.join(folder, f) for f in os.listdir(folder) if f.endswith(".eml"))

    def supervisor(self, *words):
        return subprocess.run(["supervisorctl", "-c", f"{self.state}/supervisord.conf", *words],
                              env=self.environment, capture_output=True, text=True, timeout=60)
