"""check_metrics.py - deploy/observability/metrics.md says what a running stack emits: name, type, label and of which programs."""
import re
import subprocess

from checks import read, run
from stack import Stack

ROW = re.compile(r"^\| `(\w+)` \| (\w+) \| (\w*) ?\| (\w+) \|", re.M)
SERVICES = ("identity", "cases", "travel", "diaspora", "notifications")
WORKERS = [f"{s}-worker" for s in SERVICES[1:]] + [f"{w}-{s}" for w in ("relay", "scheduler") for s in SERVICES] + ["sender", "webhooks"]


def kinds(program):
    """The words of the column "of" that mean this program; "keys" is no kind: seen in what it emits."""
    if program in SERVICES:
        return {"all", "service"}
    own = {"relay": "relay", "scheduler": "scheduler"}.get(program.split("-")[0], program)
    return {"all", "worker", "consumer" if program.endswith("-worker") else own}


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


if __name__ == "__main__":
    own = Stack()
    try:
        run(globals(), own.up())
    finally:
        own.down()
