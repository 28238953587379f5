"""A stack of its own for a test: deploy/local/up in a state folder of its own, and the means to speak to it."""
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "deploy", "local"))

from client import BUILD, ROOT, Client


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


class Stack(Client):
    def __init__(self, state=None, environment=None):
        self.own = state is None
        super().__init__(state or tempfile.mkdtemp(prefix="wf-test-", dir="/tmp"))
        self.environment = dict(os.environ, WAYFARE_STATE=self.state, WAYFARE_BUILD=BUILD, **(environment or {}))
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
                print(f"== {name}", *tail, sep="\n", end="")

    def down(self, keep=False):
        if self.own:
            arguments = [] if keep else ["--wipe"]
            subprocess.run([os.path.join(ROOT, "deploy/local/down"), *arguments], env=self.environment,
                           stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
            if not keep:
                shutil.rmtree(self.state, ignore_errors=True)

    def sql(self, service, statement):
        """Rows of a query as the superuser, for what only the database can tell."""
        command = ["psql", "-XAtq", "-F", "\t", "-h", f"{self.run}/pg", "-U", "postgres", "-d", f"wayfare_{service}", "-c", statement]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def supervisor(self, *words):
        return subprocess.run(["supervisorctl", "-c", f"{self.state}/supervisord.conf", *words],
                              env=self.environment, capture_output=True, text=True, timeout=60)
