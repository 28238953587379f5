"""installed.py - `meson install` of what is built, into a folder that is gone afterwards."""
import atexit
import json
import os
import shutil
import subprocess
import tempfile

from checks import ROOT

BUILD = os.path.realpath(os.environ["WAYFARE_BUILD"])

with open(os.path.join(BUILD, "meson-info/intro-buildoptions.json"), encoding="utf-8") as _f:
    _options = {o["name"]: o["value"] for o in json.load(_f)}
# Where the programs will be, without the first /: usr and etc, unless the build was told otherwise.
PREFIX = _options["prefix"].strip("/")
ETC = os.path.join(_options["prefix"], _options["sysconfdir"]).strip("/")


def folder(prefix):
    """A temporary folder; removed at the end."""
    path = tempfile.mkdtemp(prefix=f"wayfare-{prefix}-")
    os.chmod(path, 0o755)
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def command(*words, **more):
    """Its standard output; what it said when it fails."""
    done = subprocess.run(words, capture_output=True, text=True, check=False, **more)
    assert done.returncode == 0, f"{' '.join(words)} ended with {done.returncode}: {(done.stdout + done.stderr)[-3000:]}"
    return done.stdout


def install():
    """Its DESTDIR."""
    path = folder("install")
    command("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", env={**os.environ, "DESTDIR": path})
    return path


def files(path):
    """Relative names of everything but folders."""
    return sorted(os.path.relpath(os.path.join(at, name), path) for at, _, names in os.walk(path) for name in names)


def services():
    return sorted(s for s in os.listdir(os.path.join(ROOT, "services")) if os.path.isdir(os.path.join(ROOT, "services", s, "schema")))
