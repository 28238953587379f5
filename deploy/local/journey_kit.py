"""journey_kit.py - what a journey needs besides the story: printed steps, a webhook receiver with TLS, waiting for effects, mails."""
import base64
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import os
import ssl
import sys
import threading
import time
import uuid

from client import Client


# How long an effect may take before the journey calls it lost; after a kill -9 a lease has to end first.
PATIENCE_S = int(os.environ.get("WAYFARE_JOURNEY_PATIENCE", "15"))
# Where the partner's endpoint is, to those who deliver: a name or address of this machine.
HOOK_HOST = os.environ.get("WAYFARE_JOURNEY_HOST", "localhost")


class Failed(Exception):
    pass


def check(holds, why):
    if not holds:
        raise Failed(why)


class Hooks:
    """The partner's endpoint: https with the stack's private CA. Keeps what was delivered, and whether its signature was right."""

    def __init__(self, state, port):
        self.secret, self.url = None, f"https://{HOOK_HOST}:{port}/wayfare"
        self.received = []
        self.changed = threading.Condition()
        hooks = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                """In the connection's own thread: who connects and says nothing keeps nobody else out."""
                self.request.settimeout(20)
                self.request.do_handshake()
                super().setup()

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                good = hooks.signature_ok(self.headers, body)
                with hooks.changed:
                    hooks.received.append((time.time(), self.headers["webhook-id"], json.loads(body), good))
                    hooks.changed.notify_all()
                self.send_response(204 if good else 400)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1" if HOOK_HOST == "localhost" else HOOK_HOST, port), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{state}/tls/server.pem", f"{state}/tls/server.key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.server.handle_error = lambda *_: None  # whoever goes away in the middle
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def signature_ok(self, headers, body):
        """Standard Webhooks: v1,<base64 of HMAC-SHA-256 over id.timestamp.body>; the timestamp is fresh."""
        if not self.secret or abs(time.time() - int(headers.get("webhook-timestamp", "0"))) > 300:
            return False
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return any(hmac.compare_digest(wanted, given) for given in headers.get("webhook-signature", "").split())

    def of(self, subject):
        with self.changed:
            return [r for r in self.received if r[2].get("subject") == subject]

    def wait(self, subject, event_type, seconds=PATIENCE_S):
        until = time.monotonic() + seconds
        with self.changed:
            while True:
                for r in self.received:
                    if r[2].get("subject") == subject and r[2].get("type") == event_type and not r[-1] == "seen":
                        return r
                left = until - time.monotonic()
                if left <= 0:
                    raise Failed(f"no webhook {event_type} for {subject} within {seconds} s; there are {[x[2].get('type') for x in self.received]}")
                self.changed.wait(left)


class Kit:
    def __init__(self, state, port):
        self.client = Client(state).read_env()
        self.hooks = Hooks(state, port)
        self.number = 0
        self.times = []

    # -- printing ----------------------------------------------------------------------------------------------------
    def part(self, title):
        print(f"\n\033[1m{title}\033[0m" if sys.stdout.isatty() else f"\n{title}", flush=True)

    def did(self, text):
        self.number += 1
        print(f"  {self.number:2}. {text}", flush=True)

    # -- calls -------------------------------------------------------------------------------------------------------
    def ask(self, who, method, path, body=None, expect=200, match=None, key=None, headers=None):
        """One call; creating and acting ones get an Idempotency-Key unless one is given."""
        send = dict(headers or {})
        if method == "POST" and "/_search" not in path:
            send["Idempotency-Key"] = key or str(uuid.uuid4())
        if match is not None:
            send["If-Match"] = match
        a = self.client.call(method, path, who=who, body=body, headers=send)
        wanted = expect if isinstance(expect, tuple) else (expect,)
        check(a.status in wanted, f"{method} {path} as {who}: {a.status} instead of {expect}: {a.raw[:3000].decode(errors='replace')}")
        return a

    def act(self, who, path, resource_path, body=None, expect=200):
        """An action on a resource in its present version."""
        tag = self.ask(who, "GET", resource_path).headers["etag"]
        return self.ask(who, "POST", path, body, expect, match=tag)

    # -- effects -----------------------------------------------------------------------------------------------------
    def until(self, what, probe, seconds=PATIENCE_S):
        """Waits for an effect that comes through the queue; probe answers something true. Notes how long it took."""
        begun = time.monotonic()
        while True:
            found = probe()
            if found:
                self.times.append((what, time.monotonic() - begun))
                return found
            if time.monotonic() - begun > seconds:
                raise Failed(f"{what}: not within {seconds} s")
            time.sleep(0.01)

    def mails_to(self, address, since=0):
        out = []
        for path in self.client.mails():
            if os.stat(path).st_mtime < since:
                continue
            with open(path, "rb") as f:
                mail = email.message_from_binary_file(f, policy=email.policy.default)
            if mail["X-Envelope-To"] == address:
                out.append(mail)
        return out


def walk(journey_class, title, state, port):
    """Walks a journey, a class with go(), and ends the process."""
    print(title)
    begun = time.monotonic()
    journey = journey_class(state, int(port))
    try:
        journey.go()
    except Failed as failed:
        print(f"\nFAILED after step {journey.number}: {failed}", file=sys.stderr)
        leave(1)
    print(f"\nThe journey is green: {journey.number} steps in {time.monotonic() - begun:.1f} s.")
    leave(0)


def leave(status):
    """At once: the receiver's threads may be in the middle of a delivery, and an orderly end would free what TLS needs while they need it."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
