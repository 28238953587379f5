"""machine.py - a Debian whose first process is systemd, with a network of its own: systemd-nspawn, ended with us."""
import os
import subprocess
import time

from processes import children

# Where systemd has no cgroup of version 2 to itself it is told so.
LEGACY = {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "0"} if os.path.ismount("/sys/fs/cgroup/systemd") else {}
INSIDE = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive"}


def is_first(pid):
    """Of its own namespace of processes."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as f:
        return next(line.split()[1:] for line in f if line.startswith("NSpid:"))[1:] == ["1"]


def wait_for(what, condition, seconds=120):
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise AssertionError(f"did not come in {seconds} s: {what}")
        time.sleep(0.5)


class Machine:
    def __init__(self, root, name):
        self.root, self.name, self.process, self.first = root, name, None, 0

    def start(self):
        with open(f"{self.root}.console", "ab") as console:
            self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network",
                                             f"--directory={self.root}", f"--machine={self.name}", "--boot", "--console=read-only"],
                                            stdin=subprocess.DEVNULL, stdout=console, stderr=console, env={**os.environ, **LEGACY}, start_new_session=True)
        wait_for("systemd is the first process", self.found, 60)
        wait_for("systemd has started what it starts", lambda: self.run("systemctl", "is-system-running").stdout.strip() in ("running", "degraded"))

    def found(self):
        assert self.process.poll() is None, f"systemd-nspawn has ended with {self.process.returncode}: {self.console()}"
        self.first = next((p for p in children(self.process.pid) if is_first(p)), 0)
        return self.first and self.run("true").returncode == 0

    def console(self):
        with open(f"{self.root}.console", encoding="utf-8", errors="replace") as f:
            return f.read()[-2000:]

    def stop(self):
        """Orderly; however it is, it is not there afterwards."""
        if not self.process or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(150)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("the machine did not end in 150 s") from None

    def within(self, *namespaces):
        """A command that runs another in these of its namespaces."""
        return ["nsenter", "-t", str(self.first), *namespaces, "--"]

    def run(self, *words, text=None):
        return subprocess.run([*self.within("-m", "-p", "-n", "-u", "-i", "-C", "-r", "-w"), *words], input=text, stdin=None if text else subprocess.DEVNULL,
                              capture_output=True, text=True, check=False, timeout=600, env=INSIDE)

    def __call__(self, *words, text=None):
        done = self.run(*words, text=text)
        assert done.returncode == 0, f"{' '.join(words)} ended with {done.returncode}: {(done.stdout + done.stderr)[-3000:]}"
        return done.stdout.strip()

    def path(self, name):
        return os.path.join(self.root, name.lstrip("/"))
