"""check_package.py - the Debian package in a clean Debian: installs, keeps what an administrator changed when it is upgraded, and leaves nothing."""
import os
import shutil
import subprocess
import sys

from checks import ROOT, run
from installed import BUILD, PREFIX, command, folder, services
from sources import sources

KEPT = ("var/lib/dpkg", "var/cache", "var/log", "proc", "sys", "dev", "run/lock", "run/adduser", "tmp", "etc/.pwd.lock")


def skip(why):
    print(f"skipped: {why}\n0 passed, 0 failed, 1 skipped")
    sys.exit(0)


class Debian:
    """A clean Debian 12 with what the package depends on."""

    def __init__(self, package):
        self.root = folder("debian")
        depends = [d.split()[0] for d in command("dpkg-deb", "-f", package, "Depends").split(",")]
        try:
            # What it mounts ends with it, however it ends.
            command("unshare", "--mount", "--propagation", "private", "mmdebstrap", "--quiet", "--variant=apt", f"--include={','.join(depends)}",
                    "bookworm", self.root, *sources(), timeout=300)
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


if PREFIX != "usr":
    skip("the build has another prefix than /usr")
if os.geteuid() != 0:
    skip("only root makes a Debian with accounts of its own")
OUT = folder("package")
PACKAGE = command(os.path.join(ROOT, "deploy/debian/build"), OUT, env={**os.environ, "WAYFARE_BUILD": BUILD}).split()[-1]
DEBIAN = Debian(PACKAGE)
BEFORE = DEBIAN.all()


def test_1_it_installs():
    DEBIAN.install(PACKAGE)
    assert "wayfare" in DEBIAN("id", "-nG", "wayfare-gateway").split()
    assert DEBIAN("stat", "-c", "%a %U", "/var/lib/wayfare/keys", "/etc/wayfare/secrets").split() == ["700", "wayfare", "700", "root"]
    assert not DEBIAN("dpkg", "--audit")


def test_2_its_programs_run_and_find_their_data():
    for service in services():
        said = DEBIAN(f"/usr/bin/wayfare-{service}", "--help")
        assert f"/usr/share/wayfare/services/{service}" in said and os.path.isdir(DEBIAN.path(f"usr/share/wayfare/services/{service}/schema"))
    DEBIAN("wayfare-ctl", "keys", "generate", "--service", "identity", "--dir", "/var/lib/wayfare/keys/identity", "--issuers", "/var/lib/wayfare/issuers")
    said = subprocess.run(["chroot", DEBIAN.root, "/usr/bin/wayfare-ctl", "migrate", "--service", "identity", "--db", "host=/nowhere"],
                          capture_output=True, text=True, check=False)
    assert said.returncode == 3, said.stderr # it has all but a database


def test_3_an_upgrade_keeps_what_was_changed():
    with open(DEBIAN.path("etc/wayfare/wayfare.env"), "a", encoding="utf-8") as f:
        f.write("WAYFARE_LOG_LEVEL=warn\n")
    DEBIAN.install(newer(PACKAGE))
    with open(DEBIAN.path("etc/wayfare/wayfare.env"), encoding="utf-8") as f:
        assert "WAYFARE_LOG_LEVEL=warn" in f.read()
    with open(DEBIAN.path("etc/wayfare/sender.env"), encoding="utf-8") as f:
        assert "A later version says more." in f.read()
    assert os.path.isfile(DEBIAN.path("var/lib/wayfare/keys/identity/internal.pem"))
    assert DEBIAN("dpkg-query", "-W", "-f", "${Version}", "wayfare").endswith("-2")


def test_4_removed_it_keeps_configuration_and_keys():
    DEBIAN("dpkg", "-r", "wayfare")
    assert not os.path.exists(DEBIAN.path("usr/bin/wayfare-ctl"))
    assert os.path.isfile(DEBIAN.path("etc/wayfare/wayfare.env")) and os.path.isfile(DEBIAN.path("var/lib/wayfare/keys/identity/internal.pem"))


def test_5_purged_it_leaves_nothing():
    DEBIAN("dpkg", "-P", "wayfare")
    after = DEBIAN.all()
    assert after == BEFORE, (sorted(after - BEFORE), sorted(BEFORE - after))


run(globals())
