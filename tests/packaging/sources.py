"""sources.py - where this machine has Debian's packages from: an apt mirror that is set here is used for whatever Debian a test makes."""
import os
import re
import subprocess


def sources():
    """The files that say so."""
    names = ["/etc/apt/sources.list", *(os.path.join("/etc/apt/sources.list.d", n) for n in sorted(os.listdir("/etc/apt/sources.list.d"))
                                        if n.endswith((".list", ".sources")))]
    return [n for n in names if os.path.isfile(n) and os.path.getsize(n)]


def read(name):
    with open(name, encoding="utf-8") as f:
        return f.read()


def debian():
    """Of these, those of Debian 12 itself, and the options of mmdebstrap with which apt works inside as it does here."""
    names = [n for n in sources() if re.search(r"^[^#]*(?<![\w-])bookworm\b", read(n), re.M)]
    keys = {key for n in names for key in re.findall(r"signed-by\s*[=:]\s*(/[^\]\s]+)", read(n), re.I)}
    options = [f"--customize-hook=copy-in {key} {os.path.dirname(key)}" for key in sorted(keys)]
    proxies = subprocess.run(["apt-config", "dump", "--format", '%f "%v";%n', "Acquire::http::Proxy", "Acquire::https::Proxy"],
                             capture_output=True, text=True, check=True).stdout
    return names, options + [f"--aptopt={line}" for line in proxies.splitlines() if not line.endswith(' "";')]
