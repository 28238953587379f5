"""check_metrics.py - deploy/observability/metrics.md says what a running stack emits: name, type, label and of which programs."""
import json
import os
import re
import subprocess
import time
import urllib.request

import yaml

from checks import ROOT, read, run
from stack import Stack

ROW = re.compile(r"^\| `(\w+)` \| (\w+) \| (\w*) ?\| (\w+) \|", re.M)
SERVICES = ("identity", "cases", "travel", "diaspora", "notifications")
WORKERS = [f"{s}-worker" for s in SERVICES[1:]] + [f"{w}-{s}" for w in ("relay", "scheduler") for s in SERVICES] + ["sender", "webhooks"]


def kinds(program):
    """The words of the column "of" that mean this program; "keys" is no kind: seen in what it emits."""
    contents = {"cases": {"store"}, "cases-worker": {"store", "sweeper"}}.get(program, set())
    if program in SERVICES:
        return {"all", "service"} | contents
    own = {"relay": "relay", "scheduler": "scheduler"}.get(program.split("-")[0], program)
    return {"all", "worker", "consumer" if program.endswith("-worker") else own} | contents


def scrape(stack, program):
    """{name: (type, label)}; the label is None where no series is there yet."""
    done = subprocess.run(["curl", "-sf", "--max-time", "10", "--unix-socket", f"{stack.run}/metrics-{program}.sock", "http://localhost/metrics"],
                          capture_output=True, text=True, check=True)
    found = {name: (kind, None) for name, kind in re.findall(r"^# TYPE (\w+) (\w+)$", done.stdout, re.M)}
    for line in done.stdout.splitlines():
        if not line.startswith("#"):
            name, labels = re.match(r"(\w+)(?:\{(.*)\})? \S+$", line).groups()
            base = name if name in found else re.sub(r"_(bucket|sum|count)$", "", name)
            assert base in found, f"{program}: {name} has no type"
            label = [w for w in re.findall(r'(\w+)="', labels or "") if w != "le"]
            assert len(label) <= 1, line
            found[base] = (found[base][0], label[0] if label else "")
    return found


def documented():
    rows = ROW.findall(read("deploy/observability/metrics.md"))
    assert len(rows) == len({r[0] for r in rows}) > 40, "a metric stands there twice, or the table cannot be read"
    return {name: (kind, label, of) for name, kind, label, of in rows}


def test_every_metric_is_documented_with_its_type_and_label(stack):
    told = documented()
    for program in (*SERVICES, *WORKERS):
        for name, (kind, label) in scrape(stack, program).items():
            assert name in told, f"{program} emits {name}, which metrics.md does not have"
            assert told[name][0] == kind and label in (None, told[name][1]), f"{program}: {name} is a {kind} by {label or 'nothing'}"
            assert told[name][2] in kinds(program) | {"keys"}, f"{program} emits {name}, which is said to be of {told[name][2]}"


def test_every_program_emits_what_is_said_of_its_kind(stack):
    told = documented()
    for program in (*SERVICES, *WORKERS):
        lacking = {n for n, row in told.items() if row[2] in kinds(program)} - set(scrape(stack, program))
        assert not lacking, f"{program} does not emit {sorted(lacking)}"
    keys = {n for n, row in told.items() if row[2] == "keys"}
    assert keys, "nothing is of the programs with keys"
    for program in (*SERVICES, "sender", "webhooks"):
        assert keys <= set(scrape(stack, program)), f"{program} does not emit {sorted(keys)}"


def test_what_happens_is_counted(stack):
    """A call, and what it costs, can be seen where the dashboards look."""
    def value(program, series):
        done = subprocess.run(["curl", "-sf", "--unix-socket", f"{stack.run}/metrics-{program}.sock", "http://localhost/metrics"],
                              capture_output=True, text=True, check=True)
        found = re.search(rf"^{re.escape(series)} (\S+)$", done.stdout, re.M)
        return float(found[1]) if found else 0

    series = ('wayfare_http_requests_total{operation="listCases"}', 'wayfare_http_request_duration_seconds_count{operation="listCases"}')
    before = [value("cases", s) for s in series]
    assert stack.call("GET", "/cases/v1/cases", token=stack.token("amina")).status == 200
    assert [value("cases", s) - b for s, b in zip(series, before)] == [1, 1]
    assert value("cases", 'wayfare_ready{part="database"}') == 1
    assert value("cases", 'wayfare_db_connections{lane="own"}') >= 1
    assert value("cases", 'wayfare_key_age_seconds{file="edge.key"}') > 0
    left = value("cases", f'wayfare_certificate_left_seconds{{file="{stack.state}/tls/server.pem"}}')
    assert 800 * 86400 < left <= 825 * 86400, left


def started(command, folder, name):
    with open(os.path.join(folder, f"{name}.log"), "wb") as log:
        return subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def asked(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/{path}", timeout=10) as answer:
        return json.load(answer)["data"]


def test_prometheus_reads_every_program_and_judges_every_rule(stack):
    """With the very files, but for the ports, who scrapes how often, and the exporters, which do not run here."""
    folder = os.path.join(stack.state, "prometheus")
    ports = [int(stack.url.port) + 2, int(stack.url.port) + 3]
    os.makedirs(os.path.join(folder, "temp"))
    server = read("deploy/observability/nginx-metrics.conf").replace("@RUN@", stack.run).replace("@METRICS_PORT@", str(ports[0]))
    temporary = "".join(f"{kind}_temp_path temp/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;" if os.getuid() == 0 else ""
    with open(os.path.join(folder, "nginx.conf"), "w", encoding="utf-8") as f:
        f.write(f"{user} daemon off; pid nginx.pid; events {{}} http {{ {temporary} {server} }}")
    config = yaml.safe_load(read("deploy/observability/prometheus.yaml").replace(":9180", f":{ports[0]}"))
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["scrape_configs"] = [c for c in config["scrape_configs"] if c["job_name"] == "wayfare"]
    config["rule_files"] = [os.path.join(ROOT, "deploy/observability/alerts.yaml")]
    with open(os.path.join(folder, "prometheus.yaml"), "w", encoding="utf-8") as f:
        yaml.safe_dump(config, f)
    running = [started(["nginx", "-e", "stderr", "-p", folder + "/", "-c", "nginx.conf"], folder, "nginx"),
               started(["prometheus", "--config.file=prometheus.yaml", "--storage.tsdb.path=data", f"--web.listen-address=127.0.0.1:{ports[1]}"],
                       folder, "prometheus")]
    until, seen = time.monotonic() + 60 * float(os.environ.get("WAYFARE_TEST_FACTOR", "1")), "nothing"
    try:
        while True:
            try:
                targets = {t["labels"]["program"]: t["health"] for t in asked(ports[1], "targets?state=active")["activeTargets"]}
                health = {r["name"]: r["health"] for g in asked(ports[1], "rules")["groups"] for r in g["rules"]}
                seen = {name: h for name, h in {**targets, **health}.items() if h not in ("up", "ok")}
                if not seen and set(targets) == {*SERVICES, *WORKERS} and len(health) > 20:
                    return
            except OSError as e:
                seen = e
            assert time.monotonic() < until, f"not all is read and judged: {seen}"
            assert all(p.poll() is None for p in running), "nginx or prometheus has ended"
            time.sleep(0.2)
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=30)


if __name__ == "__main__":
    own = Stack()
    try:
        run(globals(), own.up())
    finally:
        own.down()
