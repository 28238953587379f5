"""images.py - the images of compose.yaml: a Debian under the name of the official base, stand-ins for other houses' images, ours by the Dockerfile."""
import os
import time

import yaml

from checks import ROOT, read
from sources import debian

HERE = os.path.dirname(os.path.realpath(__file__))
COMPOSE = yaml.safe_load(read("docker/compose.yaml"))
SERVICES = {name: s for name, s in COMPOSE["services"].items() if "profiles" not in s}  # that `up` starts
OURS = {name: s for name, s in SERVICES.items() if "PROGRAM" in s.get("build", {}).get("args", {})}
BASE = "debian:bookworm-slim"


class Nowhere(Exception):
    """It cannot be done on this machine."""


def bud(podman, tag, file, context, *more):
    """buildah, whose layers one build has from the other; where it works goes with the run, even if it is ended."""
    return podman.run("env", f"TMPDIR={podman.base}", "buildah", *podman.place, "bud", "--isolation", "chroot", "--network", "host", "--layers", "--pull-never", "--format", "docker",
                      *more, "-t", tag, "-f", file, context, timeout=3000)


def base(podman):
    if podman.run("podman", *podman.place, "image", "exists", BASE).returncode == 0:
        return
    names, options = debian()
    tar = f"{podman.base}/base.tar"
    try:
        # What it mounts ends with it, however it ends.
        done = podman.run("unshare", "--mount", "--propagation", "private", "mmdebstrap", "--quiet", "--variant=minbase", *options, "bookworm", tar, *names, timeout=900)
        if done.returncode:
            raise Nowhere(f"no Debian can be made here: {done.stderr[-500:]}")
        podman("import", tar, BASE)
    finally:
        if os.path.exists(tar):
            os.unlink(tar)


def build(podman):
    """All of them; says the seconds that each took and its size, with what it shares."""
    took = {}
    def one(tag, *words):
        begun = time.monotonic()
        done = bud(podman, tag, *words)
        assert done.returncode == 0, f"{tag}: {done.stdout[-1500:]}{done.stderr[-1500:]}"
        told(tag, begun)
    def told(tag, begun):
        took[tag] = time.monotonic() - begun
        print(f"  {tag}: {took[tag]:.0f} s, {int(podman.inspect(tag, 'image')['Size']) / 1e6:.0f} MB", flush=True)
    begun = time.monotonic()
    base(podman)
    told(BASE, begun)
    for name in ("postgres", "redis", "nginx"):
        image = next(s["image"] for n, s in SERVICES.items() if s["image"].startswith(f"{name}:"))
        one(image, f"{HERE}/standins/Dockerfile", f"{HERE}/standins", "--target", name)
    for service in SERVICES.values():
        if "build" not in service or service["image"] in took:
            continue
        made = service["build"]
        more = [w for k, v in made.get("args", {}).items() for w in ("--build-arg", f"{k}={v}")]
        more += ["--target", made["target"]] if "target" in made else []
        one(service["image"], os.path.join(ROOT, made["dockerfile"]), ROOT, *more)
