"""check_kubernetes.py - deploy/kubernetes: what it renders is what Kubernetes takes, has every program with settings that it knows, and lets only those
speak to each other who must."""
import copy
import os
import re
import shutil
import sys

import yaml

from checks import ROOT, read, run
from cluster import BUILD, SERVICES, Cluster, Pod, command, elsewhere, lacks, matches, several, workplace
from kinds import faults

WHY = lacks()
if WHY:
    print(f"skipped: {WHY}\n0 passed, 0 failed, 1 skipped")
    sys.exit(0)
HERE = workplace()
elsewhere(HERE)
several(HERE)
CLUSTERS = [Cluster(f"{HERE}/overlays/{name}") for name in ("development", "production", "elsewhere", "several")]
MADE = Cluster(f"{HERE}/secrets")
HELP = {}
# Who asks whom at 8080: libcommon/app/peers.h and web/auth_revoked.c.
ASKS = {"gateway": set(SERVICES), "cases": {"identity", "travel", "diaspora", "notifications"}, "cases-worker": {"travel", "diaspora", "notifications"},
        "travel": {"identity", "cases", "diaspora"}, "travel-worker": {"cases", "diaspora"}, "diaspora": {"identity"}, "notifications": {"identity"},
        "sender": {"cases", "travel", "diaspora"}}


def program_of(pod):
    return "wayfare-" + pod.containers[-1]["image"].split(":")[0].removeprefix("wayfare/")


def helped(program):
    if program not in HELP:
        folder = program.removeprefix("wayfare-").removesuffix("-worker")
        HELP[program] = command(os.path.join(BUILD, "services", folder, program), "--help")
    return HELP[program]


def known(program):
    """Its settings, with what --help says of each."""
    return dict(re.findall(r"(WAYFARE_\w+)\n(.*)\n?", helped(program)))


def documented():
    """Secrets that README.md tells of: name → keys."""
    found = {}
    for names, keys in re.findall(r"^\| (`[a-z<][^|]*`) \| (`[^|]*`) \| (?:you|CloudNativePG)", read("deploy/kubernetes/README.md"), re.M):
        for name in re.findall(r"`([^`]+)`", names):
            for service in SERVICES:
                found[name.replace("<service>", service)] = set(re.findall(r"`([^`]+)`", keys))
    return found


def test_every_resource_says_only_what_its_kind_can():
    found = [f"{cluster.name}: {f}" for cluster in (*CLUSTERS, MADE) for r in cluster.all for f in faults(r)]
    assert not found, found[:10]


def test_a_slip_of_the_pen_is_seen():
    def spoil(change):
        resource = copy.deepcopy(CLUSTERS[1].one("Deployment", "cases"))
        change(resource["spec"], resource["spec"]["template"]["spec"]["containers"][0])
        return faults(resource)

    assert not spoil(lambda spec, c: None)
    assert "redinessProbe is no key" in spoil(lambda spec, c: c.update(redinessProbe=c.pop("readinessProbe")))[0]
    assert "lacks selector" in spoil(lambda spec, c: spec.pop("selector"))[0]
    assert "is no number" in spoil(lambda spec, c: c["livenessProbe"].update(periodSeconds="10"))[0]
    assert "is none of" in spoil(lambda spec, c: c.update(imagePullPolicy="Sometimes"))[0]
    assert "no kind" in faults({"apiVersion": "apps/v1", "kind": "Deployments", "metadata": {"name": "x"}})[0]


def test_names_are_unique_and_all_in_one_namespace():
    for cluster in CLUSTERS:
        names = [(r["kind"], r["metadata"]["name"]) for r in cluster.all]
        assert len(names) == len(set(names)), cluster.name
        home = cluster.of("Namespace")[0]["metadata"]
        assert home["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
        assert {r["metadata"]["namespace"] for r in cluster.all if r["kind"] != "Namespace"} == {home["name"]}, cluster.name


def test_every_program_is_there():
    wanted = {n for at, _, names in os.walk(os.path.join(BUILD, "services")) for n in names
              if re.fullmatch(r"wayfare-[a-z-]+", n) and os.access(os.path.join(at, n), os.X_OK)} - {"wayfare-ctl"}
    for cluster in CLUSTERS:
        assert {program_of(p) for p in cluster.programs()} == wanted, cluster.name
        for service in SERVICES:
            for kind in ("relay", "scheduler"):
                assert cluster.settings(cluster.pod(f"{kind}-{service}"))["WAYFARE_SERVICE"] == service


def test_every_setting_is_one_that_the_program_knows():
    for cluster in CLUSTERS:
        for pod in cluster.programs():
            program, settings = program_of(pod), cluster.settings(pod)
            assert not set(settings) - set(known(program)), f"{pod.name} sets {set(settings) - set(known(program))}"
            # An installation has these where the program looks.
            lacking = {k for k, text in known(program).items() if "[required]" in text} - set(settings) - {"WAYFARE_DOCUMENTS", "WAYFARE_DATA", "WAYFARE_RUN"}
            assert not lacking, f"{pod.name} lacks {lacking}"
            assert ("WAYFARE_REDIS_PASSWORD_FILE" in settings) == ("WAYFARE_REDIS" in known(program)), pod.name
            assert not any("PASSWORD" in k and not k.endswith("_FILE") for k in settings), pod.name
            service = pod.labels["wayfare.example/database"]
            role = "service" if pod.labels["app.kubernetes.io/component"] == "service" else "worker"
            assert f" dbname=wayfare_{service} user=wf_{service}_{role} application_name={pod.name}" in settings["WAYFARE_DB"], pod.name
            assert "sslmode=verify-full" in settings["WAYFARE_DB"], pod.name
            assert settings["WAYFARE_MODE"] == ("development" if cluster.name == "development" else "production"), pod.name


def test_a_peer_is_asked_where_its_service_is():
    for cluster in CLUSTERS:
        for pod in cluster.programs():
            places = dict(p.split("=", 1) for p in cluster.settings(pod).get("WAYFARE_PEERS", "=").split(","))
            for peer in ASKS.get(pod.name, ()):
                ports = [p["port"] for p in cluster.one("Service", peer)["spec"]["ports"]]
                assert places[peer] == f"http://{peer}:{ports[0]}", f"{pod.name}: {places}"
        # By its Service it would wait for a pod that is ready before it is.
        assert cluster.settings(cluster.pod("identity"))["WAYFARE_PEERS"].startswith("identity=http://127.0.0.1:8080,")


def test_every_path_is_mounted():
    for cluster in CLUSTERS:
        for pod in cluster.programs():
            container, volumes = pod.containers[-1], {v["name"]: v for v in pod.spec["volumes"]}
            mounts = {m["mountPath"]: volumes[m["name"]] for m in container["volumeMounts"]}
            paths = [*cluster.settings(pod).values(), *re.findall(r"sslrootcert=(\S+)", cluster.settings(pod)["WAYFARE_DB"])]
            for path in (p for p in paths if p.startswith("/")):
                at = max((m for m in mounts if path == m or path.startswith(f"{m}/")), key=len, default=None)
                assert at, f"{pod.name}: nothing is mounted at {path}"
                if path != at:
                    assert path[len(at) + 1:] in {i["path"] for i in mounts[at]["secret"]["items"]}, f"{pod.name}: {path} is not there"
            assert "/run/wayfare" in mounts and "emptyDir" in mounts["/run/wayfare"], pod.name


def test_every_secret_and_map_that_is_referred_to_is_made_or_documented():
    made = {r["metadata"]["name"]: set(r["data"]) for r in MADE.of("Secret")}
    told = documented()
    assert {"mail", "backups", "gateway-tls", "postgres-cases-ca"} <= set(told) and not set(told) & set(made), told
    keys = made | told
    public = {r["metadata"]["name"] for r in MADE.of("ConfigMap")}
    for cluster in CLUSTERS:
        assert not cluster.of("Secret"), f"{cluster.name} has a secret in it"
        for pod in cluster.pods:
            for volume in (pod.spec or {}).get("volumes", []):
                if "configMap" in volume:
                    assert volume["configMap"]["name"] in public | {r["metadata"]["name"] for r in cluster.of("ConfigMap")}, f"{pod.name}: {volume}"
                if "secret" in volume:
                    name, items = volume["secret"]["secretName"], volume["secret"].get("items", [])
                    assert name in keys and {i["key"] for i in items} <= keys[name], f"{cluster.name}, {pod.name}: {volume}"
        for ingress in cluster.of("Ingress"):
            assert all(t["secretName"] in told for t in ingress["spec"].get("tls", []))
        for store in cluster.of("ObjectStore"):
            for at in store["spec"]["configuration"]["s3Credentials"].values():
                assert at["key"] in told[at["name"]], at
    for service in SERVICES:
        assert {"edge.key", "internal.pem"} <= made[f"keys-{service}"], service


def test_programs_take_secrets_for_private():
    """As base/conf.c judges a file of root: by fsGroup our group reads it, and nobody else."""
    seen = 0
    for pod in (p for c in CLUSTERS for p in c.pods if p.spec):
        for volume in pod.spec.get("volumes", []):
            if "secret" in volume and not volume["secret"]["secretName"].endswith("-ca"):
                assert (volume["secret"]["defaultMode"] | 0o440) & 0o026 == 0 and pod.spec["securityContext"]["fsGroup"], f"{pod.name}: {volume}"
                seen += 1
    assert seen > 100, seen


def test_pods_may_do_little():
    for cluster in CLUSTERS:
        for pod in (p for p in cluster.pods if p.spec):
            assert pod.spec["automountServiceAccountToken"] is False and "serviceAccountName" not in pod.spec, pod.name
            assert pod.spec["enableServiceLinks"] is False and not any(k in pod.spec for k in ("hostNetwork", "hostPID", "hostIPC")), pod.name
            as_ = pod.spec["securityContext"]
            assert as_["runAsNonRoot"] is True and as_["runAsUser"] > 0 and as_["seccompProfile"] == {"type": "RuntimeDefault"}, pod.name
            for c in pod.containers:
                assert c["securityContext"] == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}, pod.name
                assert "memory" in c["resources"]["limits"] and {"cpu", "memory"} <= set(c["resources"]["requests"]), pod.name
                assert all("hostPort" not in p for p in c.get("ports", [])), pod.name
            kept = [v for v in pod.spec.get("volumes", []) if next(iter(set(v) - {"name"})) not in ("secret", "configMap", "emptyDir")]
            uploads = [{"name": "contents", "persistentVolumeClaim": {"claimName": "contents"}}]
            assert kept == (uploads if pod.name in ("cases", "cases-worker") else []), pod.name
        for pod in cluster.programs():
            assert pod.spec["securityContext"]["runAsUser"] == int(re.search(r"^USER (\d+)", read("docker/Dockerfile").split("AS program")[1], re.M)[1]), pod.name


def test_probes_ask_what_answers():
    assert 'cp "$bundle/usr/bin/$program" "$out/usr/bin/program"' in read("docker/collect")
    for cluster in CLUSTERS:
        for pod in cluster.programs():
            c = pod.containers[-1]
            assert "--check-health[=live]" in helped(program_of(pod)) and c["ports"][-1]["containerPort"] == 9100, pod.name
            assert c["readinessProbe"]["exec"]["command"] == ["/usr/bin/program", "--check-health"], pod.name
            for probe in ("startupProbe", "livenessProbe"):
                assert c[probe]["exec"]["command"] == ["/usr/bin/program", "--check-health=live"], pod.name
        for pod in (p for p in cluster.pods if p.spec and p.containers[-1]["name"] not in ("program", "tool")):
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                asked = pod.containers[-1][probe]
                if "exec" in asked:
                    assert all(shutil.which(w) for w in re.findall(r"redis-\w+|grep|cat", asked["exec"]["command"][-1])), pod.name
                else:
                    assert asked.get("httpGet", asked.get("tcpSocket"))["port"] in pod.ports.values(), pod.name
                if "httpGet" in asked:
                    assert f"location = {asked['httpGet']['path']} " in read("deploy/nginx/gateway.conf")


def test_a_pod_that_goes_has_time_to():
    drain = int(re.search(r"#define DRAIN_US (\d+)000000LL", read("libcommon/app/service_main.c"))[1])
    for cluster in CLUSTERS:
        for d in (d for d in cluster.of("Deployment") if d["metadata"]["name"] != "smtp"):
            pod = cluster.pod(d["metadata"]["name"])
            pause = pod.containers[-1].get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
            connected = pod.labels["app.kubernetes.io/component"] in ("service", "gateway")
            assert (pause >= 5) == connected, pod.name
            assert pod.spec["terminationGracePeriodSeconds"] > pause + (65 if pod.name == "gateway" else drain), pod.name
            assert d["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}, pod.name


def test_services_and_the_ingress_lead_to_pods():
    for cluster in CLUSTERS:
        for service in cluster.of("Service"):
            each = "statefulset.kubernetes.io/pod-name"  # which Kubernetes gives the pods of a StatefulSet itself
            pods = cluster.selected({"matchLabels": {k: v for k, v in service["spec"]["selector"].items() if k != each}})
            assert pods, service["metadata"]["name"]
            assert all(p["targetPort"] in pod.ports.values() for p in service["spec"]["ports"] for pod in pods), service["metadata"]["name"]
        for backend in (p["backend"]["service"] for i in cluster.of("Ingress") for r in i["spec"]["rules"] for p in r["http"]["paths"]):
            assert backend["port"]["name"] in [p["name"] for p in cluster.one("Service", backend["name"])["spec"]["ports"]]
        for d in cluster.of("Deployment", "StatefulSet"):
            assert [p.name for p in cluster.selected(d["spec"]["selector"])] == [d["metadata"]["name"]]
        for pod in cluster.programs():
            assert all(matches(s["labelSelector"], pod.labels) for s in pod.spec["topologySpreadConstraints"]), pod.name
            for monitor in (m["spec"] for m in cluster.of("PodMonitor")):
                assert matches(monitor["selector"], pod.labels) and monitor["podMetricsEndpoints"][0]["port"] == pod.ports[9100], pod.name
    assert len(CLUSTERS[1].of("PodMonitor")) == 1
    assert [i["spec"]["rules"][0]["host"] for i in CLUSTERS[1].of("Ingress")] == CLUSTERS[1].of("Ingress")[0]["spec"]["tls"][0]["hosts"]


def test_policies_choose_pods_and_ports_that_are_there():
    for cluster in CLUSTERS:
        assert cluster.one("NetworkPolicy", "nothing")["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}  # what none chooses is closed
        for policy in cluster.of("NetworkPolicy"):
            name, spec = policy["metadata"]["name"], policy["spec"]
            chosen = cluster.selected(spec["podSelector"])
            assert chosen, f"{cluster.name}: {name} chooses nothing"
            for rule in spec.get("ingress", []):
                assert all(p["port"] in pod.ports for p in rule["ports"] for pod in chosen), f"{name}: {rule}"
            for rule in spec.get("ingress", []) + spec.get("egress", []):
                assert rule.get("from", rule.get("to")) and rule["ports"], f"{name} is open to all"
                for peer in rule.get("from", rule.get("to")):
                    if "podSelector" in peer and "namespaceSelector" not in peer:
                        others = cluster.selected(peer["podSelector"])
                        assert others, f"{name}: nobody is {peer}"
                        assert "from" in rule or all(p["port"] in pod.ports for p in rule["ports"] for pod in others), f"{name}: {rule}"


def test_each_of_several_redis_has_a_name_that_programs_know():
    cluster = CLUSTERS[-1]
    pods = [f"redis-{i}" for i in range(cluster.one("StatefulSet", "redis")["spec"]["replicas"])]
    assert len(pods) > 1
    address = [m["data"]["address"] for m in cluster.of("ConfigMap") if m["metadata"]["name"].startswith("redis-") and "address" in m["data"]]
    assert address == [",".join(f"{name}:6379" for name in pods)], address
    for name in pods:
        chosen = cluster.one("Service", name)["spec"]["selector"]
        assert chosen == {"app.kubernetes.io/name": "redis", "statefulset.kubernetes.io/pod-name": name}, chosen


def test_only_the_arrows_of_the_architecture_are_open():
    for cluster in CLUSTERS:
        for one in cluster.pods:
            for other in cluster.pods:
                for port in other.ports:
                    service = one.labels.get("wayfare.example/database")
                    wanted = (port == 8080 and other.name in ASKS.get(one.name, ())) or \
                        (port == 5432 and other.name == f"postgres-{service}") or \
                        (port in (5432, 8000) and one.name == other.name and "cnpg.io/cluster" in one.labels) or \
                        (port == 6379 and one in cluster.programs() and "WAYFARE_REDIS" in known(program_of(one))) or \
                        (port == 2525 and one.name == "sender")
                    ends = cluster.lets_out(one, other, port), cluster.lets_in(one, other, port)
                    assert ends == (wanted, wanted), f"{cluster.name}: {one.name} to {other.name}:{port} must be {'open' if wanted else 'closed'}: {ends}"
        monitoring, door = Pod("prometheus", {}, namespace={"wayfare.example/monitoring": "true"}), Pod("ingress", {}, namespace={"wayfare.example/ingress": "true"})
        stranger = Pod("stranger", {"app.kubernetes.io/name": "gateway"}, namespace={})
        for other in cluster.pods:
            for port, name in other.ports.items():
                assert cluster.lets_in(monitoring, other, port) == (name == "metrics"), f"metrics of {other.name}:{port}"
                assert cluster.lets_in(door, other, port) == (other.name == "gateway"), f"{other.name}:{port}"
                assert not cluster.lets_in(stranger, other, port), f"{other.name}:{port} is open to another namespace"


def test_only_those_leave_who_must():
    leave = {"webhooks": {443}, "sender": {587}, **{s: {443} for s in SERVICES}}
    for cluster in CLUSTERS[1:]:
        for pod in (p for p in cluster.pods if p.spec):
            ports = set()
            for policy in cluster.of("NetworkPolicy"):
                if pod in cluster.selected(policy["spec"]["podSelector"]):
                    ports |= {p["port"] for r in policy["spec"].get("egress", []) if any("ipBlock" in to for to in r["to"]) for p in r["ports"]}
            if cluster.name == "elsewhere":
                ports -= {5432} if "wayfare.example/database" in pod.labels else set()
                ports -= {6379} if "wayfare.example/queue" in pod.labels else set()
            assert ports == leave.get(pod.name, set()), f"{cluster.name}: {pod.name} {ports}"


def test_scaling_and_budgets_fit_what_they_are_for():
    for cluster in CLUSTERS[1:]:
        least = {d["metadata"]["name"]: d["spec"].get("replicas") for d in cluster.of("Deployment")}
        for h in cluster.of("HorizontalPodAutoscaler"):
            target = h["spec"]["scaleTargetRef"]
            assert target["kind"] == "Deployment" and least[target["name"]] is None, target  # a number there would undo it at every apply
            least[target["name"]] = h["spec"]["minReplicas"]
        for b in cluster.of("PodDisruptionBudget"):
            assert [p.name for p in cluster.selected(b["spec"]["selector"])] == [b["metadata"]["name"]], b["metadata"]["name"]
        assert {b["metadata"]["name"] for b in cluster.of("PodDisruptionBudget")} == set(least)
        assert all(n and n >= 2 for n in least.values()), least  # with one, a budget would keep a node from being emptied
        asked = {h["metadata"]["name"] for h in cluster.of("HorizontalPodAutoscaler") for m in h["spec"]["metrics"] if m["type"] == "Pods"}
        assert asked == ({f"{s}-worker" for s in SERVICES[1:]} if cluster.name == "elsewhere" else set()), asked
    assert "`wayfare_group_unread`" in read("deploy/observability/metrics.md")


def test_a_cluster_of_postgresql_has_connections_for_all():
    cluster = CLUSTERS[1]
    most = {h["metadata"]["name"]: h["spec"]["maxReplicas"] for h in cluster.of("HorizontalPodAutoscaler")}
    for c in cluster.of("Cluster"):
        service = c["metadata"]["name"].removeprefix("postgres-")
        users = [d for d in cluster.of("Deployment") if d["metadata"]["labels"].get("wayfare.example/database") == service]
        # deploy/README.md: 12 a process of a service, 6 a worker; one more of each while it is replaced.
        needed = sum((most.get(d["metadata"]["name"], d["spec"].get("replicas", 1)) + 1) * (12 if d["metadata"]["name"] == service else 6) for d in users)
        assert 0 < needed + 20 <= int(c["spec"]["postgresql"]["parameters"]["max_connections"]), f"{service}: {needed}"
        assert c["spec"]["instances"] > c["spec"]["postgresql"]["synchronous"]["number"] + 1, service
        assert [b["spec"]["cluster"]["name"] for b in cluster.of("ScheduledBackup")].count(c["metadata"]["name"]) == 1
        assert [p["parameters"]["barmanObjectName"] for p in c["spec"]["plugins"]] == [s["metadata"]["name"] for s in cluster.of("ObjectStore")]


def test_images_are_those_that_the_dockerfile_makes():
    targets = set(re.findall(r"AS (\w+)$", read("docker/Dockerfile"), re.M))
    tagged = {i["name"] for i in yaml.safe_load(read("deploy/kubernetes/overlays/production/kustomization.yaml"))["images"]}
    for cluster in CLUSTERS:
        for image in {c["image"] for p in cluster.pods for c in p.containers}:
            name, _, tag = image.partition(":")
            if not name.startswith("wayfare/"):
                assert image in read("docker/compose.yaml"), image
                continue
            folder = name.removeprefix("wayfare/").removesuffix("-worker")
            assert os.path.exists(os.path.join(BUILD, "services", folder, name.replace("/", "-"))) or folder in targets, image
            assert cluster.name == "development" or (tag and name in tagged), image


def test_tools_are_called_with_options_that_they_have():
    ctl = os.path.join(BUILD, "services/ctl/wayfare-ctl")
    seen = set()
    for cluster in CLUSTERS:
        for pod in (p for p in cluster.pods if p.spec and p.containers[-1]["name"] == "tool"):
            for c in pod.containers:
                words = [w for w in c["args"][:2] if not w.startswith("--")]
                options = set(re.findall(r"^  (--[a-z-]+)", command(ctl, *words, "--help"), re.M))
                assert {w for w in c["args"] if w.startswith("--")} <= options, f"{pod.name}: {c['args']}"
                seen.add(" ".join(words))
    assert seen == {"database create", "migrate", "audit verify"}


def test_apply_brings_everything_and_migrations_before_programs():
    os.makedirs(work := os.path.join(HERE, "called"))
    with open(f"{work}/rendered", "w", encoding="utf-8") as f:
        f.write(CLUSTERS[1].text)
    with open(f"{work}/kubectl", "w", encoding="utf-8") as f:
        f.write(f'#!/bin/sh\nif [ "$*" = "kustomize {HERE}/overlays/production" ]; then exec cat {work}/rendered; fi\necho "$*" >>{work}/calls\n')
    os.chmod(f"{work}/kubectl", 0o755)
    command(f"{HERE}/apply", f"{HERE}/overlays/production", env={**os.environ, "PATH": f"{work}:{os.environ['PATH']}"})
    with open(f"{work}/calls", encoding="utf-8") as f:
        calls = f.read().splitlines()
    assert [c.replace("-n wayfare ", "").split()[0] for c in calls] == ["apply", "delete", "apply", "wait", "apply", "rollout"], calls
    assert all("-n wayfare " in c for c in calls if not c.startswith("apply"))
    parts = []
    for call in (c for c in calls if c.startswith("apply")):
        _, _, selector = call.partition(" -l app.kubernetes.io/component")
        negated, values = selector.startswith(" notin"), set(re.findall(r"[a-z]+", selector.split("in ", 1)[-1]))
        parts.append({(r["kind"], r["metadata"]["name"]) for r in CLUSTERS[1].all
                      if (r["metadata"].get("labels", {}).get("app.kubernetes.io/component") in values) != negated})
    assert sum(map(len, parts)) == len(CLUSTERS[1].all) == len(set().union(*parts)), [len(p) for p in parts]
    assert {k for k, _ in parts[1]} == {"Job"} and {k for k, _ in parts[2]} == {"Deployment", "CronJob"}
    assert {"Namespace", "Cluster", "StatefulSet", "ConfigMap"} <= {k for k, _ in parts[0]}


def test_nginx_takes_the_gateways_configuration():
    data = next(r["data"] for r in CLUSTERS[1].of("ConfigMap") if r["metadata"]["name"].startswith("gateway-"))
    pod = CLUSTERS[1].pod("gateway")
    assert f"listen {next(iter(pod.ports))} default_server" in data["nginx.conf"]
    work = os.path.join(HERE, "nginx")
    os.makedirs(work)
    for name, text in data.items():
        for mount, place in (("/etc/wayfare/nginx", work), ("/run/wayfare-gateway", work)):
            assert mount in {m["mountPath"] for m in pod.containers[-1]["volumeMounts"]}
            text = text.replace(mount, place)
        for service in SERVICES:  # names that only a cluster has
            assert name != "nginx.conf" or f"server {service}:8080 " in text
            text = text.replace(f"server {service}:8080 ", "server 127.0.0.1:8080 ")
        text = text.replace("listen 8180 ", f"listen unix:{work}/s ")
        with open(f"{work}/{name}", "w", encoding="utf-8") as f:
            f.write(text)
    command("nginx", "-t", "-q", "-e", "stderr", "-p", f"{work}/", "-c", f"{work}/nginx.conf", env={**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin"})


def test_the_readme_names_what_is_there():
    text = read("deploy/kubernetes/README.md")
    for path in re.findall(r"\]\((\.\.?/[^)#]+)\)", text):
        assert os.path.exists(os.path.join(ROOT, "deploy/kubernetes", path)), path
    for folder in ("components", "overlays"):
        for name in os.listdir(os.path.join(ROOT, "deploy/kubernetes", folder)):
            assert f"`{folder}/{name}`" in text, name


run(globals())
