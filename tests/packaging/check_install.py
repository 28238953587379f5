"""check_install.py - `meson install` puts everything where the Filesystem Hierarchy Standard has it, and the programs look for it there."""
import json
import os
import re
import stat

from checks import ROOT, run
from installed import BUILD, ETC, PREFIX, command, files, install, services

DESTDIR = install()
INSTALLED = files(DESTDIR)


def setting(program, name):
    """The default that --help shows."""
    return re.search(rf"  {name}\n.*\[(.*)\]", command(os.path.join(BUILD, program), "--help")).group(1)


def test_every_program_is_installed_with_a_manual_page():
    built = sorted(n for at, _, names in os.walk(os.path.join(BUILD, "services")) for n in names
                   if re.fullmatch(r"wayfare-[a-z-]+", n) and os.access(os.path.join(at, n), os.X_OK))
    assert len(built) >= 14, built
    for name in built:
        assert f"{PREFIX}/bin/{name}" in INSTALLED, f"{name} is not installed"
        assert f"{PREFIX}/share/man/man8/{name}.8" in INSTALLED, f"{name} has no manual page"
        with open(os.path.join(DESTDIR, f"{PREFIX}/share/man/man8/{name}.8"), encoding="utf-8") as f:
            assert f.read().startswith(f".TH {name.upper()} 8 "), f"{name}'s page is none"


def test_all_lies_where_the_hierarchy_has_it():
    places = tuple(f"{PREFIX}/{place}/" for place in ("bin", "share/wayfare", "share/man/man8", "share/doc/wayfare", "lib/systemd/system",
                                                      "lib/sysusers.d", "lib/tmpfiles.d", "lib/wayfare")) + (f"{ETC}/wayfare/",)
    elsewhere = [name for name in INSTALLED if not name.startswith(places)]
    assert not elsewhere, elsewhere
    for name in INSTALLED:
        mode = os.stat(os.path.join(DESTDIR, name)).st_mode
        assert not mode & (stat.S_IWGRP | stat.S_IWOTH) and mode & stat.S_IROTH, f"{name} has mode {mode:o}"


def test_a_service_finds_its_documents_and_data_there():
    for service in services():
        program = f"services/{service}/wayfare-{service}"
        documents, data = setting(program, "--documents=…  WAYFARE_DOCUMENTS"), setting(program, "--data=…  WAYFARE_DATA")
        with open(f"{DESTDIR}{documents}/{service}.json", encoding="utf-8") as f:
            assert json.load(f)["openapi"].startswith("3.1")
        assert os.path.isfile(f"{DESTDIR}{documents}/events.json") and data.endswith(f"/{service}")
        wanted = {name for name in files(os.path.join(ROOT, "services", service)) if re.search(r"\.(json|csv|txt)$", name)}
        wanted |= {name for name in files(os.path.join(ROOT, "services", service)) if name.startswith("schema/")}
        assert wanted and wanted == set(files(DESTDIR + data)), wanted ^ set(files(DESTDIR + data))


def test_nothing_names_the_folder_that_it_was_installed_from():
    for name in INSTALLED:
        if not name.startswith(f"{PREFIX}/bin/"):
            with open(os.path.join(DESTDIR, name), "rb") as f:
                text = f.read()
            assert ROOT.encode() not in text and b"@" + b"run@" not in text and DESTDIR.encode() not in text, name


run(globals())
