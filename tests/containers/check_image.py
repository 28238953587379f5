"""check_image.py - the root of an image: a program that runs in it, as a user without rights, and nothing that it does not need."""
import json
import os
import re
import stat
import subprocess
import sys

from checks import ROOT, read, run
from installed import PREFIX, command, files, folder, install

if PREFIX != "usr" or os.geteuid() != 0:
    print("skipped: needs root, and a build with the prefix /usr\n0 passed, 0 failed, 1 skipped")
    sys.exit(0)
BUNDLE = install()
# A service, a worker of every database, one that sends mail, the tool: the others are linked with the same libraries.
PROGRAMS = ["wayfare-cases", "wayfare-scheduler", "wayfare-sender", "wayfare-ctl"]
IMAGES = {}


def image(program):
    """The root that the Dockerfile's stage makes."""
    if program not in IMAGES:
        IMAGES[program] = folder("image")
        command("sh", os.path.join(ROOT, "docker/collect"), BUNDLE, IMAGES[program], program)
    return IMAGES[program]


def inside(program, *words):
    """Runs it there as the image's user, with an environment as empty as an image's."""
    return subprocess.run(["/usr/sbin/chroot", "--userspec=10001:10001", image(program), "/usr/bin/program", *words], capture_output=True, text=True,
                          check=False, env={"WAYFARE_MODE": "production"})


def test_a_program_runs_in_its_image():
    for program in PROGRAMS:
        said = inside(program, "--help")
        assert said.returncode == 0 and "Exit status" in said.stdout or "Settings" in said.stdout, f"{program}: {said.stderr}"


def test_a_service_finds_documents_and_data_there():
    for path in re.findall(r"\[(/usr/share/wayfare/\S+)\]", inside("wayfare-cases", "--help").stdout):
        assert os.path.isdir(image("wayfare-cases") + path), path


def test_the_health_command_fails_when_nothing_runs():
    said = inside("wayfare-scheduler", "--check-health", "--service=cases", "--db=host=/nowhere", "--metrics=tcp:127.0.0.1:9")
    assert said.returncode == 1 and not said.stderr, said.stderr


def test_there_is_no_shell_and_nothing_is_its_own():
    for name in files(image("wayfare-cases")):
        path = os.path.join(image("wayfare-cases"), name)
        mode = os.lstat(path)
        assert os.path.basename(name) not in ("sh", "bash", "dash", "busybox", "python3", "perl"), name
        assert mode.st_uid == 0 and not (stat.S_ISREG(mode.st_mode) and mode.st_mode & 0o6022), f"{name} has mode {mode.st_mode:o}"
    assert os.stat(image("wayfare-cases") + "/run/wayfare").st_uid == 10001


def test_the_bill_of_materials_names_every_library():
    for program in ("wayfare-cases", "wayfare-ctl"):
        with open(image(program) + "/usr/share/doc/wayfare/sbom.spdx.json", encoding="utf-8") as f:
            bill = json.load(f)
        assert bill["spdxVersion"] == "SPDX-2.3" and bill["name"] == program
        ids = [p["SPDXID"] for p in bill["packages"]]
        assert len(ids) == len(set(ids)) and all(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", i) for i in ids)
        assert {r["relatedSpdxElement"] for r in bill["relationships"]} == set(ids)
        named = {p["name"]: p["versionInfo"] for p in bill["packages"]}
        assert {"libc6", "libssl3", "libpq5", "ca-certificates", "tzdata", program} <= set(named), named
        assert named["libc6"] == command("dpkg-query", "-W", "-f", "${Version}", "libc6")
        count = sum(1 for name in files(image(program)) if ".so" in os.path.basename(name))
        assert 20 < count < 60, count


def test_the_dockerfile_copies_what_there_is():
    text = read("docker/Dockerfile")
    stages = set(re.findall(r"^FROM \S+ AS (\w+)", text, re.M))
    for stage, paths in re.findall(r"^COPY (?:--from=(\w+) )?(.+) \S+$", text, re.M):
        assert not stage or stage in stages, stage
        for path in [] if stage else paths.split():
            assert os.path.exists(os.path.join(ROOT, path)), path
    assert "USER 10001:10001" in text and '"--check-health"' in text and text.rstrip().endswith('ENTRYPOINT ["/usr/bin/program"]')


run(globals())
