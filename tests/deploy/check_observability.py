"""check_observability.py - alerts, their cases and pages, the dashboard and `wayfare-ctl status` fit the metrics and each other."""
import json
import os
import re
import subprocess

import yaml

from check_metrics import ROW
from checks import ROOT, read, run

FOLDER = os.path.join(ROOT, "deploy", "observability")
SUFFIX = re.compile(r"_(bucket|sum|count)$")
# What status tells of an alert in another way than by a program's figures: the file, and what stands in it with the alert's limit.
ELSEWHERE = {
    "WayfareProgramDown": ("probes.c", "does not answer, or is not ready", None),
    "WayfareOutboxLate": ("sql/status_service.sql", "o.age > 120", 120),
    "WayfareJobsDead": ("sql/status_service.sql", "i.dead > 0", 0),
    "WayfareDueLate": ("sql/status_service.sql", "due_at < now() - interval '2 minutes'", 120),
    "WayfareMessagesLate": ("sql/status_notifications.sql", "WHERE due_at < now() - interval '15 minutes'", 900),
    "WayfareEndpointAway": ("sql/status_notifications.sql", "min(due_at) < now() - interval '15 minutes'", 900),
    "WayfareKeyOld": ("probe_files.c", "#define KEY_DAYS 400 ", 400 * 86400),
    "WayfareCertificateEnding": ("probe_files.c", "#define CERTIFICATE_DAYS 30 ", 30 * 86400),
}
# Rates, and what is nothing while it is short: one look cannot tell.
RATES = {"WayfareProgramRestarts", "WayfareLoopLag", "WayfareErrors", "WayfareSlow", "WayfarePoolWaits", "WayfareMailsFailing", "WayfareContentsFailing", "WayfareWorkFailing", "WayfarePeerAway",
         "WayfareTokensRefused", "WayfareRateLimited", "WayfareLogErrors", "WayfareVersionsMixed"}
LIMIT = re.compile(r"(<|>|==) (.+)$")


def rules():
    with open(os.path.join(FOLDER, "alerts.yaml"), encoding="utf-8") as f:
        return {r["alert"]: r for group in yaml.safe_load(f)["groups"] for r in group["rules"]}


def promtool(*words):
    done = subprocess.run(["promtool", *words], cwd=FOLDER, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def metrics_of(expression):
    return {SUFFIX.sub("", m) for m in re.findall(r"\b(?:wayfare|process)_\w+", re.sub(r'"[^"]*"', "", expression))}


def labels_of(expression):
    return {label for inside in re.findall(r"\{([^}]*)\}", expression) for label in re.findall(r'(\w+)(?:=|!|=~)', re.sub(r'"[^"]*"', "", inside))}


def fits(expression, told, where):
    for metric in metrics_of(expression):
        assert metric in told, f"{where} asks for {metric}, which metrics.md does not have"
    allowed = {"job", "program", "le", "alertstate"} | {told[m] for m in metrics_of(expression)}
    assert labels_of(expression) <= allowed, f"{where}: labels {labels_of(expression) - allowed} are of none of its metrics"


def told():
    return {name: label for name, _, label, _ in ROW.findall(read("deploy/observability/metrics.md"))}


def test_rules_and_scrape_configuration_are_valid():
    promtool("check", "rules", "alerts.yaml")
    promtool("check", "config", "prometheus.yaml")


def test_each_alert_fires_and_does_not():
    promtool("test", "rules", "alerts_test.yaml")
    with open(os.path.join(FOLDER, "alerts_test.yaml"), encoding="utf-8") as f:
        cases = [(a["alertname"], bool(a["exp_alerts"])) for t in yaml.safe_load(f)["tests"] for a in t["alert_rule_test"]]
    assert sorted(cases) == sorted((alert, fires) for alert in rules() for fires in (True, False)), "not one case of each kind for each alert"


def test_rules_ask_for_what_is_there():
    for alert, rule in rules().items():
        fits(rule["expr"], told(), alert)
        assert rule["labels"]["severity"] in ("page", "ticket"), alert


def test_each_alert_has_its_page_and_is_listed():
    index = read("deploy/runbooks/README.md")
    for alert, rule in rules().items():
        page = rule["annotations"]["runbook"]
        text = read(page)
        assert f"Alert `{alert}` ({rule['labels']['severity']})." in text, f"{page} is not of {alert}"
        for part in ("**Seen**", "**Check**", "**Do**"):
            assert part in text, f"{page} lacks {part}"
        assert re.search(rf"^\| `{alert}` \| {rule['labels']['severity']} \|.*\({os.path.basename(page)}\) \|$", index, re.M), f"{alert} is not in the README"


def test_pages_of_alerts_name_commands_and_metrics_that_are_there():
    build = os.environ.get("WAYFARE_BUILD", os.path.join(ROOT, "build"))
    usage = subprocess.run([os.path.join(build, "services/ctl/wayfare-ctl"), "--help"], capture_output=True, text=True, timeout=10).stdout
    for alert, rule in rules().items():
        text = read(rule["annotations"]["runbook"])
        for command in re.findall(r"`(?:wayfare-ctl )((?:jobs|keys|clients|status|doctor|migrate|reconcile|restore)(?: [a-z]+)?)", text):
            assert re.search(rf"^  {command}\b", usage, re.M), f"{rule['annotations']['runbook']}: there is no {command}"
        for metric in metrics_of(" ".join(re.findall(r"`([^`]*)`", text))):
            assert metric in told(), f"{alert}: there is no {metric}"


def test_the_dashboard_asks_for_what_is_there():
    with open(os.path.join(FOLDER, "dashboard.json"), encoding="utf-8") as f:
        board = json.load(f)
    seen, ids = set(), set()
    for panel in board["panels"]:
        assert panel["id"] not in ids, "two panels of one id"
        ids.add(panel["id"])
        box = panel["gridPos"]
        assert box["x"] + box["w"] <= 24, panel["title"]
        for target in panel.get("targets", []):
            fits(target["expr"], told(), panel["title"])
            seen |= metrics_of(target["expr"])
    variables = {v["name"] for v in board["templating"]["list"]}
    assert set(re.findall(r"\$\{?(\w+)", json.dumps(board["panels"]))) <= variables
    assert len(seen) > 25, f"only {len(seen)} metrics are shown"


def number(text):
    """The figure that ends a rule: "400 * 86400", "0.8 * wayfare_coroutines_max"."""
    words = text.split(" * ")
    value = float(words[0])
    return (value * float(words[1]), None) if len(words) == 2 and words[1].isdigit() else (value, words[1] if len(words) == 2 else None)


def test_status_judges_by_the_same_limits():
    row = re.compile(r'\{"(\w+)", "(\w+)", (NULL|"(?:[^"\\]|\\.)*"), (ABOVE|BELOW), ([\d.]+), (NULL|"\w+"),\s*"([\w-]+)"\}')
    table = row.findall(read("services/ctl/alarms.c"))
    every = rules()
    assert table, "the table in alarms.c cannot be read"
    assert set(every) == {r[0] for r in table} | set(ELSEWHERE) | RATES, "an alert that status does not know, or the other way"
    for alert, metric, label, side, limit, of, page in table:
        assert every[alert]["annotations"]["runbook"] == f"deploy/runbooks/{page}.md", alert
        parts = [p for p in every[alert]["expr"].split(" or ") if re.search(rf"\b{metric}\b", p) and (label == "NULL" or json.loads(label) in p)]
        assert len(parts) == 1, f"{alert}: {metric} is not in its rule"
        sign, figure = LIMIT.search(parts[0]).groups()
        if sign == "==":
            assert (side, float(limit), figure) == ("BELOW", 1, "0"), alert
            continue
        value, share = number(figure)
        assert (sign, value, share) == (">" if side == "ABOVE" else "<", float(limit), None if of == "NULL" else of.strip('"')), alert
    for alert, (path, text, limit) in ELSEWHERE.items():
        assert text in read(f"services/ctl/{path}") + " ", f"{alert}: {path} does not say '{text}'"
        if limit is not None:
            assert number(LIMIT.search(every[alert]["expr"])[2])[0] == limit, f"{alert}: the rule has another limit than {path}"


if __name__ == "__main__":
    run(globals())
