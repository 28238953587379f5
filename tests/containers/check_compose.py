"""check_compose.py - compose.yaml: every program, in a container that may do little, with settings that the program knows."""
import os
import re
import shutil
import subprocess
import tempfile

import yaml

from checks import ROOT, read, run
from installed import BUILD, command

COMPOSE = yaml.safe_load(read("docker/compose.yaml"))
SERVICES = COMPOSE["services"]
OVERRIDES = ("s3", "mail", "archive", "podman")
SERVING = ("identity", "cases", "travel", "diaspora", "notifications")
ABROAD = {*SERVING, "sender", "webhooks"}  # they call partners, the mail server, the staff's sign-in
OURS = {name: s for name, s in SERVICES.items() if "PROGRAM" in s.get("build", {}).get("args", {})}


def test_docker_compose_takes_it():
    if not shutil.which("docker-compose"):
        print("docker-compose is not installed: its own check is left out")
        return
    given = {**os.environ, "WAYFARE_S3_BUCKET": "b", "WAYFARE_S3_ENDPOINT": "https://s3.example", "WAYFARE_SMTP": "smtps://mail.example:465", "WAYFARE_SMTP_USER": "u"}
    for more in ((), OVERRIDES):
        files = [w for name in ("", *more) for w in ("-f", os.path.join(ROOT, f"docker/compose{'.' * bool(name)}{name}.yaml"))]
        command("docker-compose", *files, "config", "-q", env=given)


def test_every_program_is_there():
    wanted = {n for at, _, names in os.walk(os.path.join(BUILD, "services")) for n in names
              if re.fullmatch(r"wayfare-[a-z-]+", n) and os.access(os.path.join(at, n), os.X_OK)} - {"wayfare-ctl"}
    assert {s["build"]["args"]["PROGRAM"] for s in OURS.values()} == wanted
    for service in SERVING:
        for kind in ("relay", "scheduler"):
            assert SERVICES[f"{kind}-{service}"]["environment"]["WAYFARE_SERVICE"] == service


def with_overrides(name):
    """A service's environment with all that the other files add."""
    environment = dict(SERVICES[name]["environment"])
    for more in OVERRIDES:
        environment |= yaml.safe_load(read(f"docker/compose.{more}.yaml"))["services"].get(name, {}).get("environment", {})
    return environment


def test_every_setting_is_one_that_the_program_knows():
    for name, service in OURS.items():
        environment = with_overrides(name)
        program = service["build"]["args"]["PROGRAM"]
        folder = program.removeprefix("wayfare-").removesuffix("-worker")
        helped = command(os.path.join(BUILD, "services", folder, program), "--help")
        known = dict(re.findall(r"(WAYFARE_\w+)\n(.*)\n?", helped))
        unknown = set(environment) - set(known)
        assert not unknown, f"{name} sets {unknown}"
        lacking = {k for k, text in known.items() if "[required]" in text} - set(environment)
        assert not lacking, f"{name} lacks {lacking}"
        assert not any("PASSWORD" in k and not k.endswith("_FILE") for k in environment), name


def test_a_program_may_do_little():
    for name, service in OURS.items():
        assert service["read_only"] is True and service["cap_drop"] == ["ALL"] and set(service["networks"]) == ({"inside", "abroad"} if name in ABROAD else {"inside"}), name
        assert "no-new-privileges:true" in service["security_opt"] and "ports" not in service, name
        writes = ["contents:/var/lib/wayfare/contents"] if name in ("cases", "cases-worker") else []
        assert [v for v in service["volumes"] if not v.endswith(":ro")] == writes, name
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert [name for name, s in SERVICES.items() if "ports" in s] == ["gateway"]


def test_the_gateway_finds_services_at_fixed_addresses():
    """nginx asks for names only when it starts."""
    fixed = [SERVICES[name]["networks"]["inside"]["ipv4_address"] for name in SERVING]
    first = COMPOSE["networks"]["inside"]["ipam"]["config"][0]
    assert len(set(fixed)) == len(fixed) and all(re.fullmatch(re.escape(first["subnet"].removesuffix("0/24")) + r"\d\d", a) for a in fixed), fixed
    assert first["ip_range"].endswith(".128/26")  # without the network's last address, which podman would give to somebody


def test_with_podman_whoever_calls_others_asks_its_resolver():
    podman = yaml.safe_load(read("docker/compose.podman.yaml"))
    assert set(podman["services"]) == ABROAD
    inside, known = podman["networks"]["inside"], COMPOSE["networks"]["inside"]
    assert inside["internal"] is known["internal"] and inside["ipam"]["config"] == known["ipam"]["config"]


def test_the_archive_is_as_an_installation_has_it():
    words = yaml.safe_load(read("docker/compose.archive.yaml"))["services"]["postgres"]["command"]
    settings = dict(w.split("=", 1) for w in words if re.match(r"\w+=", w))
    wanted = dict(re.findall(r"^(archive_\w+) = '?(.*?)'?$", read("deploy/etc/postgresql.conf"), re.M))
    assert wanted and wanted.items() <= settings.items(), (wanted, settings)
    assert {w for w in SERVICES["postgres"]["command"]} <= set(words)


def test_the_image_says_the_version_of_the_sources():
    version = re.search(r"^project\(.*?version: '([^']+)'", read("meson.build"), re.S).group(1)
    assert f"ARG VERSION={version}\n" in read("docker/Dockerfile")


def test_it_starts_in_the_order_of_health():
    assert SERVICES["setup"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for name, service in OURS.items():
        assert service["depends_on"]["setup"] == {"condition": "service_completed_successfully"}, name
    assert all(c == {"condition": "service_healthy"} for c in SERVICES["gateway"]["depends_on"].values())


def test_what_it_mounts_is_made_by_prepare():
    work = tempfile.mkdtemp(prefix="wayfare-prepare-")
    try:
        shutil.copytree(os.path.join(ROOT, "deploy/nginx"), f"{work}/deploy/nginx")
        os.mkdir(f"{work}/docker")
        shutil.copy(os.path.join(ROOT, "docker/prepare"), f"{work}/docker/prepare")
        command(f"{work}/docker/prepare")
        for secret in COMPOSE["secrets"].values():
            path = os.path.join(work, "docker", secret["file"])
            assert os.stat(path).st_mode & 0o077 == 0 and os.path.getsize(path) >= 48
        with open(f"{work}/docker/gateway/nginx.conf", encoding="utf-8") as f:
            text = f.read()
        for service in SERVING:
            assert f"upstream {service} {{ server {service}:8080" in text
        again = subprocess.run([f"{work}/docker/prepare"], check=False)
        assert again.returncode == 0
    finally:
        shutil.rmtree(work)


run(globals())
