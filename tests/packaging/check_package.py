"""check_package.py - the Debian package in a clean Debian: installs, keeps what an administrator changed when it is upgraded, and leaves nothing."""
import os
import subprocess

from checks import run
from debian import Debian, newer, package
from installed import services

PACKAGE = package()
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
