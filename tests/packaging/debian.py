"""debian.py - our package, made, and a clean Debian to install it in; skips where that is not possible."""
import os
import shutil
import subprocess
import sys

from checks import ROOT
from installed import BUILD, PREFIX, command, folder
from sources import sources

KEPT = ("var/lib/dpkg", "var/cache", "var/log", "proc", "sys", "dev", "run/lock", "run/adduser", "tmp", "etc/.pwd.lock")


def skip(why):
    print(f"skipped: {why}\n0 passed, 0 failed, 1 skipped")
    sys.exit(0)


class Debian:
    """A clean Debian 12 with what the package depends on, and more."""

    def __init__(self, package, more=()):
        self.root = folder("debian")
        depends = [d.split()[0] for d in command("dpkg-deb", "-f", package, "Depends").split(",")] + list(more)
        try:
            # What it mounts ends with it, however it ends.
            command("unshare", "--mount", "--propagation", "private", "mmdebstrap", "--quiet", "--variant=apt", "--dpkgopt=force-unsafe-io", f"--include={','.join(depends)}",
                    "bookworm", self.root, *sources(), timeout=900)
        except (AssertionError, OSError, subprocess.TimeoutExpired) as e:
            skip(f"no Debian can be made here: {str(e)[-500:]}")

    def __call__(self, *words):
        return command("chroot", self.root, *words, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"})

    def install(self, package):
        shutil.copy(package, os.path.join(self.root, "tmp"))
        self("dpkg", "-i", "--force-confold", f"/tmp/{os.path.basename(package)}")

    def path(self, name):
        return os.path.join(self.root, name)

    def all(self):
        """Every file and folder but what dpkg itself keeps, with the lines of the accounts."""
        found = set()
        for at, folders, names in os.walk(self.root):
            relative = os.path.relpath(at, self.root)
            folders[:] = [f for f in folders if os.path.normpath(os.path.join(relative, f)) not in KEPT]
            found |= {os.path.normpath(os.path.join(relative, n)) for n in [*folders, *names]}
        for name in ("etc/passwd", "etc/group"):
            with open(self.path(name), encoding="utf-8") as f:
                found |= {f"{name} {line.strip()}" for line in f}
        return {name for name in found if not name.startswith(KEPT) and not name.endswith(("passwd-", "group-", "shadow-", "gshadow-"))}


def package():
    """The path of our package, of what is built."""
    if PREFIX != "usr":
        skip("the build has another prefix than /usr")
    if os.geteuid() != 0:
        skip("only root makes a Debian with accounts of its own")
    hasty = {"WAYFARE_BUILD": BUILD, "DPKG_DEB_COMPRESSOR_LEVEL": "1"}  # nobody fetches it
    return command(os.path.join(ROOT, "deploy/debian/build"), folder("package"), env={**os.environ, **hasty}).split()[-1]


def newer(package):
    """The same package, one version later."""
    work = folder("newer")
    command("dpkg-deb", "-R", package, f"{work}/tree")
    with open(f"{work}/tree/DEBIAN/control", encoding="utf-8") as f:
        text = f.read()
    with open(f"{work}/tree/DEBIAN/control", "w", encoding="utf-8") as f:
        f.write(text.replace("-1\n", "-2\n", 1))
    with open(f"{work}/tree/etc/wayfare/sender.env", "a", encoding="utf-8") as f:
        f.write("# A later version says more.\n")
    command("dpkg-deb", "-Znone", "--root-owner-group", "-b", f"{work}/tree", f"{work}/wayfare_2.deb")
    return f"{work}/wayfare_2.deb"
