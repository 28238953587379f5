"""supervised.py start|stop SOCKET NAME…, or end SOCKET: programs that a supervisord runs, all at once, where supervisorctl takes one after the other."""
import sys
import time
import xmlrpc.client

from supervisor.xmlrpc import Faults, SupervisorTransport

SERVERS = ("postgres", "redis", *(f"redis-{i}" for i in range(2, 10)), "smtp")  # what the programs work with


class Supervised:
    def __init__(self, socket):
        self.rpc = xmlrpc.client.ServerProxy("http://localhost", SupervisorTransport(None, None, f"unix://{socket}")).supervisor

    def running(self):
        """Names of those that are there or about to start again, as each does that has ended without having been told to."""
        return {p["name"] for p in self.rpc.getAllProcessInfo() if p["statename"] not in ("STOPPED", "FATAL")}

    def each(self, names, ask, otherwise):
        for name in names:
            try:
                ask(name, False)
            except xmlrpc.client.Fault as fault:
                if fault.faultCode != otherwise:
                    raise

    def start(self, names):
        self.each(names, self.rpc.startProcess, Faults.ALREADY_STARTED)

    def stop(self, names, seconds=40):
        """Ends those of them that run; False where one is still there after so long. Asks again: one that had just ended could not be told."""
        until = time.monotonic() + seconds
        while left := self.running() & set(names):
            if time.monotonic() > until:
                return False
            self.each(left, self.rpc.stopProcess, Faults.NOT_RUNNING)
            time.sleep(0.05)
        return True

    def end(self):
        """Ends our own programs, then what they worked with, then supervisord; it forgets them first, for it takes a second for each it knows."""
        self.stop(self.running() - set(SERVERS))
        self.stop(SERVERS)
        for name in [p["name"] for p in self.rpc.getAllProcessInfo()]:
            self.rpc.removeProcessGroup(name)
        self.rpc.shutdown()


def main(word, socket, *names):
    supervised = Supervised(socket)
    if word == "start":
        supervised.start(names)
    elif word == "stop":
        if not supervised.stop(names):
            sys.exit(f"{', '.join(supervised.running() & set(names))}: still there")
    else:
        supervised.end()


if __name__ == "__main__":
    main(*sys.argv[1:])
