"""install.py DATA MANDIR - the part of `meson install` that follows from the tree: the services' data and migrations, and a manual page of
each program from its own --help."""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

SOURCE, BUILD = Path(os.environ["MESON_SOURCE_ROOT"]), Path(os.environ["MESON_BUILD_ROOT"])
PREFIX, DESTDIR = Path(os.environ["MESON_INSTALL_PREFIX"]), os.environ.get("DESTDIR", "")
# What a program reads when it starts is everything in a service's folder but what it was built from.
BUILT_FROM = re.compile(r".*\.(c|h|md|build)|queries\.sql")


def destination(folder):
    """Below DESTDIR, which may be empty."""
    absolute = PREFIX / folder
    return Path(DESTDIR + str(absolute)) if DESTDIR else absolute


def copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o644)


def data(folder):
    for schema in [SOURCE / "libcommon/app/schema", *sorted(SOURCE.glob("services/*/schema"))]:
        root = schema if schema.parts[-2] == "app" else schema.parent
        for path in sorted(p for p in root.rglob("*") if p.is_file() and not BUILT_FROM.fullmatch(p.name)):
            copy(path, folder / path.relative_to(SOURCE))


def page(program):
    """A manual page in man(7), section 8."""
    helped = subprocess.run([program, "--help"], check=True, capture_output=True, text=True).stdout
    lines = [line.replace("\\", r"\e").replace("-", r"\-") for line in helped.splitlines()]
    about = lines[0].split(": ", 1)[-1] if ": " in lines[0] else "sets an installation up and looks after it"
    return "\n".join([f'.TH {program.name.upper()} 8 "" Wayfare "Wayfare"', ".SH NAME", rf"{program.name} \- {about}", ".SH DESCRIPTION", ".nf",
                      *[rf"\&{line}" for line in lines], ".fi", ".SH SEE ALSO", "/usr/share/doc/wayfare/README.md", ""])


def pages(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for program in sorted(p for p in BUILD.glob("services/*/wayfare-*") if p.is_file() and os.access(p, os.X_OK)):
        (folder / f"{program.name}.8").write_text(page(program), encoding="utf-8")


os.umask(0o022)
data(destination(sys.argv[1]))
pages(destination(sys.argv[2]) / "man8")
