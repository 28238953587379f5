"""Two Redis, one the replica of the other, and three sentinels that watch them, on a loopback address that no other process's test has."""
import os
import shutil
import subprocess
import tempfile

from parts import wait_for

FIRST, SECOND, SENTINELS = 17101, 17102, (17111, 17112, 17113)
DOWN_AFTER_MS = 500


class Sentinels:
    """with Sentinels() as s: s.url is the address for programs; s.master() the port of whoever is it."""

    def __init__(self):
        pid = os.getpid()
        self.ip = f"127.{64 + (pid >> 16) % 64}.{pid >> 8 & 255}.{pid & 255}"
        self.url = "sentinel://" + ",".join(f"{self.ip}:{port}" for port in SENTINELS) + "/wayfare"
        self.folder, self.processes = tempfile.mkdtemp(prefix="wfs-", dir="/tmp"), {}

    def __enter__(self):
        try:
            self.start(FIRST, self.redis())
            self.start(SECOND, self.redis(f"replicaof {self.ip} {FIRST}"))
            wait_for("the replica follows", lambda: "master_link_status:up" in self.cli(SECOND, "INFO", "replication"))
            for port in SENTINELS:
                self.start(port, f"sentinel announce-ip {self.ip}\nsentinel monitor wayfare {self.ip} {FIRST} 2\n"
                                 f"sentinel down-after-milliseconds wayfare {DOWN_AFTER_MS}\nsentinel failover-timeout wayfare 5000\n", "--sentinel")
            # Each has met the two others and the replica, so that they can agree.
            wait_for("the sentinels know each other", lambda: all(self.knows(port) for port in SENTINELS), 30)
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_):
        self.end()

    def redis(self, more=""):
        return f"save \"\"\nmaxmemory-policy noeviction\nrepl-diskless-sync-delay 0\nreplica-announce-ip {self.ip}\n{more}\n"

    def start(self, port, text, *mode):
        path = f"{self.folder}/{port}.conf"
        with open(path, "w", encoding="utf-8") as f:
            f.write(f"bind {self.ip}\nport {port}\nprotected-mode no\ndir {self.folder}\n{text}")
        self.processes[port] = subprocess.Popen(["redis-server", path, *mode], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                                stderr=subprocess.DEVNULL)
        wait_for(f"port {port} answers", lambda: self.cli(port, "PING") == "PONG")

    def cli(self, port, *words):
        return subprocess.run(["redis-cli", "-h", self.ip, "-p", str(port), *words], capture_output=True, text=True, timeout=10).stdout.strip()

    def knows(self, port):
        words = self.cli(port, "SENTINEL", "MASTER", "wayfare").split()
        told = dict(zip(words[::2], words[1::2]))
        return told.get("num-slaves") == "1" and told.get("num-other-sentinels") == "2" and self.replica_is_well(port)

    def replica_is_well(self, port):
        return "master-link-status\nok" in self.cli(port, "SENTINEL", "REPLICAS", "wayfare") and \
            self.cli(port, "SENTINEL", "CKQUORUM", "wayfare").startswith("OK 3 usable")

    def master(self):
        """As the last of the sentinels says it."""
        return int(self.cli(SENTINELS[-1], "SENTINEL", "get-master-addr-by-name", "wayfare").split()[1])

    def kill(self, port):
        self.processes[port].kill()
        self.processes.pop(port).wait()

    def end(self):
        for port in list(self.processes):
            self.kill(port)
        shutil.rmtree(self.folder, ignore_errors=True)
