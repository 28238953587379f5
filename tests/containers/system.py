"""system.py - compose.yaml as an operator runs it: docker-compose through podman's socket, in a copy of the clone, with a partner's endpoint outside."""
import json
import os
import re
import secrets
import shutil
import subprocess
import time

import tokens
from checks import ROOT

PROJECT = "wayfare"
STAFF = "https://login.iom.example"
PARTNER = "203.0.113.1"  # where nobody is: an address of this machine while the test runs

# demo.sh in the container of setup; the keys are made already, in production there are no others.
DEMO = """set -eu
STATE=/tmp/demo CTL=ctl DEMO_HOST=postgres
mkdir -p $STATE/log $STATE/clients
ln -s /state/identity/secrets $STATE/secrets
export WAYFARE_KEYS=/state/identity/keys WAYFARE_DATA=/usr/share/wayfare/services/identity
ctl() { [ "$1" = keys ] || wayfare-ctl "$@"; }
die() { cat $STATE/log/demo.log >&2; exit 1; }
"""


class System:
    def __init__(self, podman, port):
        self.podman, self.port, self.hooks = podman, port, port + 3
        self.clone, self.state = f"{podman.base}/clone", f"{podman.base}/driver"
        self.key = tokens.new_key()
        self.env = {**podman.env, "WAYFARE_PORT": str(port), "WAYFARE_ISSUER": f"http://127.0.0.1:{port}/identity/v1", "COMPOSE_PROJECT_NAME": PROJECT}

    def prepare(self):
        """As docker/README.md says, and what the partner has."""
        for folder in ("deploy/nginx", "docker"):
            shutil.copytree(os.path.join(ROOT, folder), f"{self.clone}/{folder}", ignore=shutil.ignore_patterns("secrets", "gateway", "issuers"))
        subprocess.run([f"{self.clone}/docker/prepare"], check=True, capture_output=True)
        for folder in ("tls", "clients"):
            os.makedirs(f"{self.state}/{folder}")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=partner",
                        "-addext", f"subjectAltName=IP:{PARTNER}", "-keyout", f"{self.state}/tls/server.key", "-out", f"{self.state}/tls/server.pem"],
                       check=True, capture_output=True)
        with open(os.path.join(ROOT, "services/identity/data/roles.json"), encoding="utf-8") as f:
            roles = json.load(f)
        with open(os.path.join(ROOT, "deploy/local/demo.sh"), encoding="utf-8") as f:
            groups = {g: g for g in (":".join(found) for found in re.findall(r"--(office|programme) (\w+)", f.read()))}
        self.write("issuers/staff.jwks.json", {"keys": [tokens.public_jwk(self.key)]})
        self.write("issuers/staff.json", {"iss": STAFF, "aud": "wayfare", "algs": ["ES256"], "jwks_file": "staff.jwks.json", "user": "always",
                                          "claims": {"organisation": "org", "client": "client_id", "name": "name", "roles": "roles", "scope": "granted"},
                                          "role_scopes": {**{name: " ".join(r["scopes"]) for name, r in roles.items() if r["for"] == "user"}, **groups}})
        # Its address is not a public one: only in development are such called.
        calls = {"WAYFARE_MODE": "development", "WAYFARE_OUTCALL_ALLOW": f"{PARTNER}:{self.hooks}", "WAYFARE_CA_FILE": "/partner.pem"}
        mount = [f"{self.state}/tls/server.pem:/partner.pem:ro"]
        self.write("compose.partner.yaml", {"services": {name: {"environment": calls, "volumes": mount} for name in ("notifications", "webhooks")}})

    def write(self, name, what):
        with open(f"{self.clone}/docker/{name}", "w", encoding="utf-8") as f:
            json.dump(what, f)
        os.chmod(f.name, 0o644)

    def compose(self, *words, timeout=600):
        files = [w for name in ("compose.yaml", "compose.podman.yaml", "compose.partner.yaml") for w in ("-f", f"{self.clone}/docker/{name}")]
        done = subprocess.run(["docker-compose", *files, *words],
                              env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, check=False)
        assert done.returncode == 0, f"docker-compose {' '.join(words)}: {done.stdout[-1500:]}{done.stderr[-3000:]}"
        return done.stdout.strip()

    def ctl(self, *words):
        return self.compose("run", "--rm", "-T", "--no-deps", "ctl", *words)

    # ---- containers ----

    def container(self, service):
        return self.containers(f"label=com.docker.compose.service={service}")[0]

    def containers(self, *filters):
        """Those of `up`, not those of `run`."""
        return self.podman("ps", "-aq", "--no-trunc", *(w for f in ("label=com.docker.compose.oneoff=False", *filters) for w in ("--filter", f))).split()

    def state_of(self, service):
        return self.podman.inspect(self.container(service))["State"]

    def unhealthy(self):
        """Of those that have a health: what is not well, and how."""
        found = {}
        for one in json.loads(self.podman("container", "inspect", *self.containers())):
            name, state = one["Config"]["Labels"]["com.docker.compose.service"], one["State"]
            health = state["Health"]["Status"] if one["Config"].get("Healthcheck") else "healthy"
            if name != "setup" and (not state["Running"] or health != "healthy"):
                found[name] = f"{state['Status']}, {health}"
        return found

    def logs(self, service, lines=15):
        done = self.podman.run("podman", *self.podman.place, "logs", "--tail", str(lines), self.container(service))
        return done.stdout + done.stderr

    def wait_healthy(self, seconds=120):
        until, ill = time.monotonic() + seconds, {}
        while time.monotonic() < until:
            ill = self.unhealthy()
            if not ill:
                return
            time.sleep(1)
        raise AssertionError("not well: " + "".join(f"\n{name} ({how}): {self.logs(name, 4)}" for name, how in ill.items()))

    # ---- the demonstration and the journeys ----

    def demo(self):
        """Organisations, clients and staff as the local stack has them, by the command of docker/README.md: one container, whose standard input is demo.sh."""
        with open(os.path.join(ROOT, "deploy/local/demo.sh"), encoding="utf-8") as f:
            text = f.read()
        said = self.compose("run", "--rm", "-T", "--no-deps", "setup", "-c", DEMO + text + '\ncat "$STATE"/clients/*.json\n')
        decoder, at, clients = json.JSONDecoder(), said.index("{"), []
        while at < len(said):
            one, at = decoder.raw_decode(said, at)
            clients.append(one)
            at += len(said[at:]) - len(said[at:].lstrip())
        lines = [f"WAYFARE_URL=http://127.0.0.1:{self.port}"]
        for one in clients:
            name = one["clientId"].split("-")[0].upper()
            lines += [f"WAYFARE_{name}_CLIENT_ID={one['clientId']}", f"WAYFARE_{name}_CLIENT_SECRET={one['clientSecret']}"]
        self.client_lines = lines
        head, *rows = (line.split("\t") for line in self.ctl("users", "list").splitlines())
        self.users = {user["username"]: user for user in (dict(zip(head, row)) for row in rows)}

    def mails(self):
        """The folder of the sink, within its container."""
        return f"/proc/{self.state_of('smtp')['Pid']}/root/mail"

    def staff_token(self, user):
        """Programmes and offices are groups at the sign-in provider, as in deploy/staff-login."""
        words = {kind: re.findall(r"[^ ,]+", user[kind]) for kind in ("roles", "programmes", "offices")}
        roles = words["roles"] + [f"programme:{w}" for w in words["programmes"]] + [f"office:{w}" for w in words["offices"]]
        now = int(time.time())
        return tokens.sign(self.key, {"iss": STAFF, "aud": "wayfare", "sub": user["username"], "client_id": "desk", "org": user["organisation"],
                                      "name": user["name"], "roles": roles, "jti": secrets.token_hex(8), "iat": now, "exp": now + 1800}, "at+jwt")

    def journey(self, story="journey"):
        with open(f"{self.state}/env", "w", encoding="utf-8") as f:
            f.write("\n".join([*self.client_lines, f"WAYFARE_MAIL_DIR={self.mails()}"]) + "\n")
        staff = {name: self.staff_token(user) for name, user in self.users.items()}
        with open(f"{self.state}/staff.json", "w", encoding="ascii") as f:
            json.dump(staff, f)
        return subprocess.run(["/usr/bin/python3", "-B", os.path.join(os.path.dirname(os.path.realpath(__file__)), "walk.py"), self.state, str(self.hooks), story],
                              capture_output=True, text=True, timeout=400, check=False,
                              env={**os.environ, "WAYFARE_JOURNEY_HOST": PARTNER, "WAYFARE_JOURNEY_PATIENCE": "60"})
