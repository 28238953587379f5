"""cases.py - what is looked at in the running system, in this order: each begins where the one before ended."""
import json
import os
import re
import subprocess
import time

from images import OURS, SERVICES

SYSTEM = None
SHELL = ("sh", "bash", "dash", "busybox", "python3", "perl")


def test_it_starts_in_the_order_of_health():
    begun = time.monotonic()
    SYSTEM.prepare()
    try:
        SYSTEM.compose("up", "-d", "--no-build")
        SYSTEM.wait_healthy()
    except AssertionError as e:
        ill = SYSTEM.unhealthy()
        raise AssertionError(f"{e}\n{ill}\n" + "".join(f"== {n}\n{SYSTEM.logs(n)}" for n in dict.fromkeys((*ill, "setup", "gateway")))) from e
    print(f"  {len(SERVICES)} containers well after {time.monotonic() - begun:.0f} s", flush=True)
    ended = SYSTEM.state_of("setup")
    assert ended["Status"] == "exited" and ended["ExitCode"] == 0
    started = {name: SYSTEM.state_of(name)["StartedAt"] for name in SERVICES}
    first = min(started[name] for name in OURS)
    assert started["postgres"] < started["setup"] < ended["FinishedAt"] < first <= max(started[name] for name in OURS), started
    assert started["gateway"] > max(started[name] for name in SERVICES["gateway"]["depends_on"])


def test_the_demonstration_is_loaded_and_the_journey_passes():
    SYSTEM.demo()
    SYSTEM.journey()


def test_the_other_journeys_pass():
    for story in ("journey_voorwerk", "journey_diaspora"):
        SYSTEM.journey(story)


def test_mails_arrived():
    found = [n for n in os.listdir(SYSTEM.mails()) if n.endswith(".eml")]
    assert len(found) >= 2, found


def root_of(pid):
    return f"/proc/{pid}/root"


def status(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as f:
        return dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)


def test_a_program_may_do_little():
    for name in OURS:
        one = SYSTEM.podman.inspect(SYSTEM.container(name))
        pid = one["State"]["Pid"]
        s = status(pid)
        assert set(s["Uid"].split() + s["Gid"].split()) == {"10001"}, f"{name}: {s['Uid']} {s['Gid']}"
        for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            assert int(s[kind], 16) == 0, f"{name}: {kind} {s[kind]}"
        assert s["NoNewPrivs"] == "1", name
        mounts = {line.split()[1]: line.split()[3].split(",") for line in open(f"/proc/{pid}/mounts", encoding="utf-8")}
        assert "ro" in mounts["/"], f"{name}: its root can be written"
        for shell in SHELL:
            for at in ("bin", "usr/bin", "usr/local/bin", "sbin", "usr/sbin"):
                assert not os.path.lexists(f"{root_of(pid)}/{at}/{shell}"), f"{name} has {at}/{shell}"


def test_nobody_can_write_its_root():
    for name in OURS:
        pid = SYSTEM.state_of(name)["Pid"]
        try:
            with open(f"{root_of(pid)}/usr/bin/x", "w", encoding="ascii"):
                raise AssertionError(f"{name}: root itself could write in /usr/bin")
        except OSError as e:
            assert e.errno == 30, f"{name}: {e}"


def test_the_health_command_says_so():
    for name in OURS:
        SYSTEM.podman("exec", SYSTEM.container(name), "/usr/bin/program", "--check-health")


def test_an_image_says_what_it_is():
    for image, program in {s["image"]: s["build"]["args"]["PROGRAM"] for s in OURS.values()}.items():
        one = SYSTEM.podman.inspect(image, "image")
        labels = {k.removeprefix("org.opencontainers.image."): v for k, v in one["Labels"].items()}
        said = SYSTEM.podman("run", "--rm", "--network", "none", image, "--version")
        assert labels["title"] == program and labels["version"] == said.split()[-1] and labels["vendor"] and labels["revision"], f"{image}: {labels} {said}"
        assert one["Config"]["User"] == "10001:10001" and one["Healthcheck"]["Test"][-1] == "--check-health", image


def test_the_bill_of_materials_names_what_is_loaded():
    for name in OURS:
        pid = SYSTEM.state_of(name)["Pid"]
        with open(f"{root_of(pid)}/usr/share/doc/wayfare/sbom.spdx.json", encoding="utf-8") as f:
            bill = json.load(f)
        named = {p["name"] for p in bill["packages"]}
        assert bill["name"] == OURS[name]["build"]["args"]["PROGRAM"]
        with open(f"/proc/{pid}/maps", encoding="utf-8") as f:
            loaded = {os.path.basename(line.split(None, 5)[5].strip()) for line in f if ".so" in line}
        assert len(loaded) > 5, f"{name}: {loaded}"
        for library in loaded:
            # dpkg of the tools' image, which is of the same Debian and has the same libraries
            owner = OWNERS.get(library) or OWNERS.setdefault(library, owner_of(library))
            assert owner in named, f"{name}: {library} is of {owner}, which the bill does not name"


OWNERS = {}


def owner_of(library):
    done = SYSTEM.podman.run("podman", *SYSTEM.podman.place, "run", "--rm", "--network", "none", "--entrypoint", "dpkg", "wayfare/tools", "-S", f"*/{library}")
    found = re.match(r"([^:]+):", done.stdout)
    return found.group(1) if found else f"nobody ({done.stderr.strip()})"


def test_the_network_is_private():
    """From inside nothing leads out, but for those that call others; nothing but the gateway answers on this machine."""
    for name in SERVICES:
        if name == "setup":
            continue
        pid = SYSTEM.state_of(name)["Pid"]
        routes = subprocess.run(["nsenter", "-t", str(pid), "-n", "ip", "route", "show", "default"], capture_output=True, text=True, check=True).stdout
        networks = SERVICES[name].get("networks", ["inside"])
        assert bool(routes) == ("abroad" in networks or "outside" in networks), f"{name}: {routes or 'no way out'}"
        ports = SYSTEM.podman.inspect(SYSTEM.container(name))["HostConfig"]["PortBindings"]
        assert bool(ports) == (name == "gateway"), f"{name}: {ports}"


def test_no_password_is_seen():
    """Neither in a command line nor in what inspect shows."""
    values = []
    for at, _, names in os.walk(f"{SYSTEM.clone}/docker/secrets"):
        values += [open(os.path.join(at, n), encoding="ascii").read().strip() for n in names]
    for name in SERVICES:
        container = SYSTEM.container(name)
        seen = SYSTEM.podman("container", "inspect", container) + SYSTEM.podman("top", container, "args") if name != "setup" else SYSTEM.podman("container", "inspect", container)
        assert not any(v in seen for v in values), name
    assert SYSTEM.podman("top", SYSTEM.container("redis"), "user", "comm").splitlines()[1].split()[0] != "root"


def test_a_killed_program_comes_back():
    for name in ("cases", "notifications", "relay-cases", "travel-worker"):
        before = SYSTEM.state_of(name)["Pid"]
        os.kill(before, 9)
        until = time.monotonic() + 60
        while SYSTEM.state_of(name)["Pid"] in (0, before):
            assert time.monotonic() < until, f"{name} was not started again"
            time.sleep(0.5)
    SYSTEM.wait_healthy()
    SYSTEM.journey()


def test_stop_ends_within_its_grace():
    names = ("cases", "cases-worker", "relay-cases", "scheduler-cases", "sender", "webhooks")
    SYSTEM.compose("stop", *names)
    # Who is not done at the end of the grace is killed, and says 137.
    codes = {name: SYSTEM.state_of(name)["ExitCode"] for name in names}
    SYSTEM.compose("up", "-d", "--no-build")
    assert set(codes.values()) == {0}, codes
    SYSTEM.wait_healthy()
    SYSTEM.journey()


def test_programs_outlive_postgresql_and_redis():
    SYSTEM.compose("restart", "postgres", "redis")
    SYSTEM.wait_healthy()
    SYSTEM.journey()


def test_a_service_made_anew_is_found():
    """As when a newer image is taken: another container, the same gateway."""
    bridges = SYSTEM.podman.bridges()
    SYSTEM.compose("up", "-d", "--no-build", "--no-deps", "--force-recreate", "cases", "identity")
    SYSTEM.wait_healthy()
    assert bridges == SYSTEM.podman.bridges(), f"the engine's bridges have other addresses, where those who were not made anew do not send: {bridges} {SYSTEM.podman.bridges()}"
    SYSTEM.journey()


def test_a_backup_is_made():
    said = SYSTEM.compose("run", "--rm", "-T", "--no-deps", "--entrypoint", "wayfare-ctl", "setup", "backup", "--to", "/backups/first", "--contents", "/state/contents",
                          "--db", "host=postgres user=postgres", "--db-password-file", "/run/secrets/postgres")
    made = SYSTEM.compose("run", "--rm", "-T", "--no-deps", "setup", "-c", "ls /backups/first")
    assert all(s in made for s in ("identity", "cases", "travel", "diaspora", "notifications")), f"{said}\n{made}"


def test_setup_again_is_harmless():
    before = {name: SYSTEM.state_of(name)["StartedAt"] for name in OURS}
    assert SYSTEM.compose("run", "--rm", "-T", "setup", "/usr/bin/setup", SYSTEM.env["WAYFARE_ISSUER"]) is not None
    SYSTEM.wait_healthy()
    assert before == {name: SYSTEM.state_of(name)["StartedAt"] for name in OURS}
    SYSTEM.compose("restart", "identity")  # reads its keys and passwords anew
    SYSTEM.wait_healthy()
    SYSTEM.journey()


def test_all_ends_and_comes_back_as_it_was():
    SYSTEM.compose("down")
    SYSTEM.compose("up", "-d", "--no-build")
    SYSTEM.wait_healthy()
    SYSTEM.journey()


def test_no_program_met_a_fault_of_its_own():
    for name in OURS:
        said = SYSTEM.logs(name, 5000)
        assert '"kind":"bug"' not in said and "Assertion" not in said, f"{name}: {[l for l in said.splitlines() if 'bug' in l or 'Assertion' in l][:3]}"
