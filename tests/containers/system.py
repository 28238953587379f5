"""system.py - compose.yaml as an operator runs it: docker-compose through podman's socket, in a copy of the clone, with a partner's endpoint outside."""
import json
import os
import shutil
import subprocess
import time

from checks import ROOT
from walker import PARTNER, Walker, demo

PROJECT = "wayfare"

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
        self.clone, self.walker = f"{podman.base}/clone", Walker(f"{podman.base}/driver")
        self.env = {**podman.env, "WAYFARE_PORT": str(port), "WAYFARE_ISSUER": f"http://127.0.0.1:{port}/identity/v1", "COMPOSE_PROJECT_NAME": PROJECT}

    def prepare(self):
        """As docker/README.md says, and what the partner has."""
        for folder in ("deploy/nginx", "docker"):
            shutil.copytree(os.path.join(ROOT, folder), f"{self.clone}/{folder}", ignore=shutil.ignore_patterns("secrets", "gateway", "issuers"))
        subprocess.run([f"{self.clone}/docker/prepare"], check=True, capture_output=True)
        self.walker.prepare()
        for name, what in self.walker.profile().items():
            self.write(f"issuers/{name}", what)
        # Its address is not a public one: only in development are such called.
        calls = {"WAYFARE_MODE": "development", "WAYFARE_OUTCALL_ALLOW": f"{PARTNER}:{self.hooks}", "WAYFARE_CA_FILE": "/partner.pem"}
        mount = [f"{self.walker.authority()}:/partner.pem:ro"]
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
        if not self.containers(f"label=com.docker.compose.service={service}"):
            return "it was not made\n"
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
        said = self.compose("run", "--rm", "-T", "--no-deps", "setup", "-c", DEMO + demo() + '\ncat "$STATE"/clients/*.json\n')
        self.walker.meets(said, self.ctl("users", "list"))

    def mails(self):
        """The folder of the sink, within its container."""
        return f"/proc/{self.state_of('smtp')['Pid']}/root/mail"

    def journey(self, story="journey"):
        self.walker.walk(story, f"http://127.0.0.1:{self.port}", self.hooks, self.mails())
