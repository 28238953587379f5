"""walker.py - who walks the journeys of deploy/local through a system in production mode: staff who sign in at a provider of the test's own, and a partner's endpoint."""
import json
import os
import re
import secrets
import subprocess
import time

import tokens

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.realpath(os.path.join(HERE, "..", ".."))
STAFF = "https://login.iom.example"
PARTNER = "203.0.113.1"  # where nobody is: an address of this machine while the test runs


def demo():
    """The commands that make the demonstration's organisations, clients and staff (deploy/local/demo.sh says what they expect)."""
    with open(os.path.join(ROOT, "deploy/local/demo.sh"), encoding="utf-8") as f:
        return f.read()


class Walker:
    def __init__(self, state):
        self.state, self.key, self.clients, self.users = state, tokens.new_key(), [], {}

    def prepare(self):
        """What the partner has: a certificate of its own."""
        for folder in ("tls", "clients"):
            os.makedirs(f"{self.state}/{folder}")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=partner",
                        "-addext", f"subjectAltName=IP:{PARTNER}", "-keyout", f"{self.state}/tls/server.key", "-out", self.authority()],
                       check=True, capture_output=True)

    def authority(self):
        return f"{self.state}/tls/server.pem"

    def profile(self):
        """{file: content} of the staff's issuer: programmes and offices are groups at the sign-in provider, as in deploy/staff-login."""
        with open(os.path.join(ROOT, "services/identity/data/roles.json"), encoding="utf-8") as f:
            roles = json.load(f)
        groups = {g: g for g in (":".join(found) for found in re.findall(r"--(office|programme) (\w+)", demo()))}
        return {"staff.jwks.json": {"keys": [tokens.public_jwk(self.key)]},
                "staff.json": {"iss": STAFF, "aud": "wayfare", "algs": ["ES256"], "jwks_file": "staff.jwks.json", "user": "always",
                               "claims": {"organisation": "org", "client": "client_id", "name": "name", "roles": "roles", "scope": "granted"},
                               "role_scopes": {**{name: " ".join(r["scopes"]) for name, r in roles.items() if r["for"] == "user"}, **groups}}}

    def meets(self, clients, users):
        """clients: what `wayfare-ctl clients add --out` wrote, one after the other; users: the table of `wayfare-ctl users list`."""
        decoder, at = json.JSONDecoder(), clients.index("{")
        while at < len(clients):
            one, at = decoder.raw_decode(clients, at)
            name = one["clientId"].split("-")[0].upper()
            self.clients += [f"WAYFARE_{name}_CLIENT_ID={one['clientId']}", f"WAYFARE_{name}_CLIENT_SECRET={one['clientSecret']}"]
            at += len(clients[at:]) - len(clients[at:].lstrip())
        head, *rows = (line.split("\t") for line in users.splitlines())
        self.users = {user["username"]: user for user in (dict(zip(head, row)) for row in rows)}

    def token(self, user):
        words = {kind: re.findall(r"[^ ,]+", user[kind]) for kind in ("roles", "programmes", "offices")}
        roles = words["roles"] + [f"programme:{w}" for w in words["programmes"]] + [f"office:{w}" for w in words["offices"]]
        now = int(time.time())
        return tokens.sign(self.key, {"iss": STAFF, "aud": "wayfare", "sub": user["username"], "client_id": "desk", "org": user["organisation"],
                                      "name": user["name"], "roles": roles, "jti": secrets.token_hex(8), "iat": now, "exp": now + 1800}, "at+jwt")

    def walk(self, story, gateway, hooks, mails, before=()):
        """A journey against the gateway, its endpoint at PARTNER:hooks, mails found in a folder; before: a command that runs it, such as nsenter."""
        with open(f"{self.state}/env", "w", encoding="utf-8") as f:
            f.write("\n".join([f"WAYFARE_URL={gateway}", *self.clients, f"WAYFARE_MAIL_DIR={mails}"]) + "\n")
        with open(f"{self.state}/staff.json", "w", encoding="ascii") as f:
            json.dump({name: self.token(user) for name, user in self.users.items()}, f)
        done = subprocess.run([*before, "/usr/bin/python3", "-B", f"{HERE}/walk.py", self.state, str(hooks), story],
                              capture_output=True, text=True, timeout=400, check=False,
                              env={**os.environ, "WAYFARE_JOURNEY_HOST": PARTNER, "WAYFARE_JOURNEY_PATIENCE": "60"})
        assert done.returncode == 0, f"{done.stdout[-2500:]}\n{done.stderr[-2500:]}"
        print("  " + done.stdout.strip().splitlines()[-1], flush=True)
