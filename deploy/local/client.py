"""client.py - speaking to a running local stack: its env file, tokens, calls, mails. Used by the journey and by the tests."""
import base64
import http.client
import json
import os
import secrets
import shlex
import socket
import subprocess
import threading
import time
import urllib.parse

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("WAYFARE_BUILD", os.path.join(ROOT, "build"))


def opaque(length=8):
    """Random small letters. Digits might happen to be a V-number or a BSN, which the API refuses in a partner's key."""
    return "".join(secrets.choice("abcdefghijkmnpqrstuvwxyz") for _ in range(length))


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


class Client:
    def __init__(self, state):
        self.state = state
        self.tokens = {}
        self.asking = {}  # a lock for each token that is fetched: fifty threads fetch it once
        self.env = {}
        self.kept = threading.local()  # a connection to the gateway for each thread

    def read_env(self):
        with open(os.path.join(self.state, "env"), encoding="utf-8") as f:
            for line in f:
                name, _, value = line.strip().partition("=")
                self.env[name] = "".join(shlex.split(value))
        self.url = urllib.parse.urlsplit(self.env["WAYFARE_URL"])
        self.run = os.path.realpath(os.path.join(self.state, "run"))
        return self

    # -- tokens ------------------------------------------------------------------------------------------------------
    def token(self, who, scope=None):
        """who: iom, coa, uaf (client credentials) or the name of a staff user; scope narrows it."""
        key = (who, scope)
        with self.asking.setdefault(key, threading.Lock()):
            token, until = self.tokens.get(key, (None, 0))
            if time.monotonic() < until:
                return token
            if f"WAYFARE_{who.upper()}_CLIENT_ID" in self.env:
                token = self.client_token(who, scope)
            else:
                token = self.staff_token(who, scope)
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

    def staff_token(self, user, scope=None):
        """Staff sign in at their own provider; on a local stack the demo issuer stands in for it."""
        command = [os.path.join(ROOT, "deploy/local/dev-token"), user]
        if scope is not None:
            command.append(scope)
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, env=dict(os.environ, WAYFARE_STATE=self.state))
        if done.returncode:
            raise RuntimeError(f"dev-token {user}: {done.stderr}")
        return done.stdout.strip()

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
            connection = self.connection()
        try:
            connection.request(method, path, body, send)
            answer = connection.getresponse()
            got = Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        except BaseException:
            connection.close()
            raise
        if service_socket:
            connection.close()
        return got

    def connection(self):
        """The thread's own; a new one after a pause, when the gateway may just be closing it."""
        kept = self.kept.__dict__
        if time.monotonic() > kept.get("until", 0):
            if "connection" in kept:
                kept["connection"].close()
            kept["connection"] = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=30)
        kept["until"] = time.monotonic() + 20
        return kept["connection"]

    def mails(self):
        folder = self.env["WAYFARE_MAIL_DIR"]
        return sorted(os.path.join(folder, f) for f in os.listdir(folder) if f.endswith(".eml"))
