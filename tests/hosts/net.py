"""net.py - hosts as network namespaces on one bridge: 10.213.77.1 and on, each with a name, a hosts file and loopback of its own."""
import glob
import os
import shutil
import subprocess

NET = "10.213.77"
BRIDGE = "wfbridge"
DRIVER = f"{NET}.254"  # where this test itself stands


def sh(*words, check=True):
    return subprocess.run(words, check=check, capture_output=True, text=True, timeout=30).stdout


def name(n):
    return f"wayfare-{n}"


def address(n):
    return f"{NET}.{n}"


class Net:
    """with Net(4): …; what an earlier run left lying is taken away first."""

    def __init__(self, hosts, services):
        self.hosts, self.services = range(1, hosts + 1), services

    def __enter__(self):
        self.clear()
        sh("ip", "link", "add", BRIDGE, "type", "bridge")
        sh("ip", "address", "add", f"{DRIVER}/24", "dev", BRIDGE)
        sh("ip", "link", "set", BRIDGE, "up")
        for n in self.hosts:
            space = name(n)
            self.files(n)
            sh("ip", "netns", "add", space)
            sh("ip", "link", "add", f"wf{n}", "type", "veth", "peer", "name", "eth0", "netns", space)
            sh("ip", "link", "set", f"wf{n}", "master", BRIDGE, "up")
            sh("ip", "-n", space, "address", "add", f"{address(n)}/24", "dev", "eth0")
            for link in ("lo", "eth0"):
                sh("ip", "-n", space, "link", "set", link, "up")
        return self

    def files(self, n):
        """What `ip netns exec` lays over /etc: the hosts, and as wayfare.internal those that have services, our own first."""
        folder = f"/etc/netns/{name(n)}"
        os.makedirs(folder)
        lines = ["127.0.0.1 localhost"] + [f"{address(k)} {name(k)}" for k in self.hosts]
        lines += [f"{address(k)} wayfare.internal" for k in sorted(self.services, key=lambda k: (k != n, k))]
        with open(f"{folder}/hosts", "w", encoding="ascii") as f:
            f.write("\n".join(lines) + "\n")

    def cut(self, n):
        """As if the cable were pulled: nobody is told."""
        sh("ip", "link", "set", f"wf{n}", "down")

    def join(self, n):
        sh("ip", "link", "set", f"wf{n}", "up")

    def clear(self):
        for n in self.hosts:
            sh("ip", "netns", "del", name(n), check=False)
            sh("ip", "link", "del", f"wf{n}", check=False)
        sh("ip", "link", "del", BRIDGE, check=False)
        for folder in glob.glob("/etc/netns/wayfare-[0-9]"):
            shutil.rmtree(folder)

    def __exit__(self, *_):
        self.clear()
