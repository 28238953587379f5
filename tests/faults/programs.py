"""programs.py - the programs of a stack as its supervisor runs them: their processes, whether they are ready, ending and starting them."""
import http.client
import os
import signal
import socket
import time

PATIENCE = float(os.environ.get("WAYFARE_TEST_FACTOR", "1"))
SERVICES = ("identity", "cases", "travel", "diaspora", "notifications")


def wait_for(what, condition, seconds=20.0):
    """Looks every 20 ms; what is a sentence of what did not come."""
    until = time.monotonic() + seconds * PATIENCE
    while not condition():
        if time.monotonic() > until:
            raise AssertionError(f"did not come in {seconds * PATIENCE:.0f} s: {what}")
        time.sleep(0.02)


class Programs:
    def __init__(self, stack):
        self.stack = stack

    def rpc(self):
        return self.stack.supervised().rpc

    def names(self):
        return [p["name"] for p in self.rpc().getAllProcessInfo()]

    def pid(self, name):
        """0: it is not running."""
        return self.rpc().getProcessInfo(name)["pid"]

    def pids(self, names):
        return {p["name"]: p["pid"] for p in self.rpc().getAllProcessInfo() if p["name"] in names}

    def signal(self, name, how):
        """To the process that is running now; its number, so that one can see that another runs afterwards."""
        pid = self.pid(name)
        assert pid, f"{name} is not running"
        os.kill(pid, how)
        return pid

    def kill(self, name):
        """Whoever is it now, or in a moment where the supervisor is just starting it; returns when the supervisor knows, so that nobody takes
        the number of the dead for one that runs."""
        killed = []

        def struck():
            pid = self.pid(name)
            try:
                if pid:
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)
            except ProcessLookupError:
                pass  # it has ended by itself
            return killed

        wait_for(f"{name} runs", struck)
        wait_for(f"{name} has ended", lambda: self.pid(name) != killed[0])
        return killed[0]

    def stop(self, *names):
        """All at once; returns when they have ended."""
        assert self.stack.supervised().stop(names, 40 * PATIENCE), f"{', '.join(names)} do not end"

    def start(self, *names):
        self.stack.supervised().start(names)

    def health(self, name):
        """Status of /health/ready; 0: nobody answers within two seconds."""
        connection = http.client.HTTPConnection("localhost", timeout=2)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(2)
        try:
            connection.sock.connect(f"{self.stack.run}/metrics-{name}.sock")
            connection.request("GET", "/health/ready")
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def wait_ready(self, *names, seconds=30.0):
        for name in names:
            wait_for(f"{name} is ready", lambda: self.health(name) == 200, seconds)

    def processes(self, service):
        """cases, cases-2, …"""
        return [n for n in self.names() if n == service or (n.startswith(service + "-") and n[len(service) + 1:].isdigit())]

    def all_processes(self):
        return [p for s in SERVICES for p in self.processes(s)]
