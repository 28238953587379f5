"""podman.py - an engine of the test's own: its store, networks, locks and socket are nobody else's. What systemd does for one is done here, as it may not be
there: the timers of healthchecks, and udev's address for a bridge."""
import glob
import json
import os
import re
import shlex
import shutil
import subprocess
import threading
import time

CONF = """[containers]
default_ulimits = ["nofile=8192:8192", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
lock_type = "file"
tmp_dir = "{base}/tmp"
compat_api_enforce_docker_hub = false
[network]
network_backend = "netavark"
network_config_dir = "{base}/networks"
"""


def rules(table):
    """Of iptables, those of the engine's networks: rules first, then chains."""
    said = subprocess.run(["iptables", "-t", table, "-S"], capture_output=True, text=True, check=False).stdout
    return sorted(line for line in said.splitlines() if "NETAVARK" in line)


class Podman:
    """state: the store of images, large; base: sockets and what is running, short."""

    def __init__(self, state, base):
        self.state, self.base, self.ended, self.service, self.keeper, self.links = state, base, threading.Event(), None, None, None
        self.env = {**os.environ, "CONTAINERS_CONF": f"{base}/containers.conf", "DOCKER_HOST": f"unix://{base}/socket", "DISABLE_HC_SYSTEMD": "true",
                    "DOCKER_BUILDKIT": "0", "COMPOSE_HTTP_TIMEOUT": "300"}
        self.place = ["--root", f"{state}/store", "--runroot", f"{base}/run"]

    def __enter__(self):
        os.makedirs(self.state, exist_ok=True)
        os.makedirs(f"{self.base}/networks", mode=0o700)
        with open(f"{self.base}/containers.conf", "w", encoding="ascii") as f:
            f.write(CONF.format(base=self.base))
        for folder in ("libpod", "volumes"):  # of a run before, which had other places
            shutil.rmtree(f"{self.state}/store/{folder}", ignore_errors=True)
        self.before = {table: rules(table) for table in ("nat", "filter")}
        self("info")
        self.links = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", "--", "ip", "-o", "monitor", "link"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self.settle, daemon=True).start()
        self.log = open(f"{self.state}/service.log", "ab")
        self.service = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", "--", "podman", *self.place, "system", "service", "-t", "0", f"unix://{self.base}/socket"],
                                        env=self.env, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        return self

    def watch(self):
        self.keeper = threading.Thread(target=self.keep, daemon=True)
        self.keeper.start()

    def run(self, *words, timeout=300, **more):
        return subprocess.run(words, env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, **more)

    def __call__(self, *words, timeout=300):
        done = self.run("podman", *self.place, *words, timeout=timeout)
        assert done.returncode == 0, f"podman {' '.join(words)[:200]}: {done.stdout[-500:]}{done.stderr[-1500:]}"
        return done.stdout.strip()

    def inspect(self, name, kind="container"):
        return json.loads(self(kind, "inspect", name))[0]

    # ---- health, which a timer of systemd would look after ----

    def keep(self):
        looked, seen = {}, {}  # when each was last looked at; when each process was first seen
        while not self.ended.wait(0.5):
            try:
                ids = self("ps", "-q", "--no-trunc").split()
                for one in json.loads(self("container", "inspect", *ids)) if ids else []:
                    check = one["Config"].get("Healthcheck")
                    seen.setdefault(one["State"]["Pid"], time.monotonic())
                    # While it may be starting more often than it says, since what fails then does not count: else most of a start is waiting.
                    early = check and time.monotonic() - seen[one["State"]["Pid"]] < check.get("StartPeriod", 0) / 1e9
                    pause = check and (2 if early and one["State"]["Health"]["Status"] != "healthy" else check["Interval"] / 1e9)
                    if pause and time.monotonic() - looked.get(one["Id"], -1e9) > pause:
                        looked[one["Id"]] = time.monotonic()
                        self.run("podman", *self.place, "healthcheck", "run", one["Id"], timeout=60)
            except (AssertionError, subprocess.TimeoutExpired, ValueError):
                pass  # one ended meanwhile

    # ---- bridges, whose addresses udev would settle ----

    def bridges(self):
        """{name: address} of those of this engine's networks that are there."""
        found = {}
        for path in glob.glob(f"{self.base}/networks/*.json"):
            try:
                with open(path, encoding="utf-8") as f:
                    name = json.load(f)["network_interface"]
                with open(f"/sys/class/net/{name}/address", encoding="ascii") as f:
                    found[name] = f.read().strip()
            except (OSError, ValueError):
                pass  # no container is on it, or it is being made
        return found

    def settle(self):
        """A bridge keeps the address that it is made with, as by udev's MACAddressPolicy=persistent. One that nobody gave an address has the lowest of its ports',
        another one when a container comes or goes; netavark gives none before 1.9, and who is on it sends to the former one for half a minute."""
        settled = set()  # (index, name)
        for line in self.links.stdout:
            link = re.match(r"(\d+): (\w+): ", line)
            if link and link.groups() not in settled and (address := self.bridges().get(link.group(2))):
                settled.add(link.groups())
                subprocess.run(["ip", "link", "set", "dev", link.group(2), "address", address], capture_output=True, check=False)

    # ---- the end ----

    def clear(self):
        """Containers, pods' networks and volumes; images too unless they are to be kept."""
        for words in (("rm", "-af", "-t", "0"), ("volume", "rm", "-af"), ("network", "prune", "-f")):
            try:
                self.run("podman", *self.place, *words, timeout=180)
            except subprocess.TimeoutExpired:
                pass

    def __exit__(self, *_):
        self.ended.set()
        if self.keeper:
            self.keeper.join(90)
        self.clear()
        if self.links:
            self.links.terminate()
            self.links.wait(30)
        if self.service:
            self.service.terminate()
            self.service.wait(30)
            self.log.close()
        for pid in glob.glob("/proc/[0-9]*/cmdline"):  # the server of names, which serves what this run had
            try:
                with open(pid, "rb") as f:
                    if b"aardvark-dns" in (words := f.read()) and f"{self.base}/".encode() in words:
                        os.kill(int(pid.split("/")[2]), 15)
            except (OSError, ValueError):
                pass
        for table, were in self.before.items():
            for line in rules(table):
                if line not in were:  # a chain must be empty before it can go
                    subprocess.run(["iptables", "-t", table, *shlex.split(line.replace("-A", "-D", 1).replace("-N", "-X", 1))], capture_output=True, check=False)
        with open("/proc/mounts", encoding="utf-8") as f:
            mounts = [line.split()[1] for line in f]
        for at in sorted((m for m in mounts if m.startswith((f"{self.base}/", f"{self.state}/store"))), reverse=True):
            subprocess.run(["umount", "-l", at], capture_output=True, check=False)
        shutil.rmtree(self.base, ignore_errors=True)
