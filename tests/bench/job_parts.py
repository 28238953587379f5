"""Jobs: the queue by itself, and from the commit of a change to the commit of its effect, beside BullMQ on the same Redis."""
import json
import os
import re
import subprocess
import time

from house import BUILD, HERE

GROUP = "travel"  # a consumer of cases.case.opened whose effect is a row


def quantile(values, q):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * q))] if values else None


def output(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL, **options)
    if done.returncode:
        raise SystemExit(f"{command[0]}: {done.stdout}{done.stderr}")
    return done.stdout.strip()


def jobs(bench, n=50000):
    house, figures = bench.house, bench.figures
    socket = f"{house.run}/redis.sock"
    for _ in range(bench.options.rounds):
        figures.add("jobs", "wayfare", rate=float(output([f"{BUILD}/tests/bench/bench-queue", f"unix:{socket}", str(n)])))
        figures.add("jobs", "bullmq", rate=float(output(["node", f"{HERE}/peers/queue.js", socket, "jobs", str(n // 4)])))
        out = output(["redis-benchmark", "-s", socket, "-n", str(n), "-P", "100", "-c", "1", "--csv", "XADD", "bench:raw", "*", "body", "x" * 40])
        figures.add("jobs", "redis XADD", rate=float(re.search(r'^"XADD[^"]*","([\d.]+)"', out, re.M)[1]))
        output(["redis-cli", "-s", socket, "DEL", "bench:raw", "bench:queue"])
    figures.ratio("jobs", "bullmq", ("jobs", "wayfare"), ("jobs", "bullmq"))
    figures.ratio("jobs", "redis", ("jobs", "wayfare"), ("jobs", "redis XADD"))


# ---- from commit to effect ----



def commits(house, database, table, column, where="true"):
    """{id: commit time in seconds} of rows that are still as they were inserted."""
    out = house.script(f"SELECT {column}, extract(epoch FROM pg_xact_commit_timestamp(xmin)) FROM {table} WHERE {where}", database)
    return {a: float(b) for a, b in (line.split("|") for line in out.splitlines()) if b}


def delays(before, after):
    return [(after[i] - t) * 1e3 for i, t in before.items() if i in after]


def effects(bench):
    """Events added at a fixed rate, each in a transaction of its own; the relay and the travel worker as they are."""
    house, figures, rate = bench.house, bench.figures, bench.options.rate
    seconds = max(bench.options.seconds, 3)
    house.supervisor("start", "relay-cases", "travel-worker", "notifications-worker")
    seal(house)
    add(house, rate, 2)
    for _ in range(bench.options.rounds):
        drain(house)
        mark = house.script("SELECT clock_timestamp()").strip()
        add(house, rate, seconds)
        drain(house)
        made = commits(house, "wayfare_cases", "wf.outbox_seq", "key", f"grp = '{GROUP}' AND last = 1 AND pg_xact_commit_timestamp(xmin) >= '{mark}'")
        done = commits(house, "wayfare_travel", "wf.case_readers", "case_id", f"case_id IN (SELECT subject FROM wf.inbox WHERE received_at >= '{mark}')")
        took = delays(made, done)
        if len(made) < 2 or len(took) < len(made):
            raise SystemExit(f"effects: {len(took)} effects of {len(made)} events")
        figures.add("effects", "wayfare", rate=(len(made) - 1) / (max(made.values()) - min(made.values())), p50_ms=quantile(took, 0.5), p99_ms=quantile(took, 0.99))
        of_bullmq(bench, seconds)
    house.supervisor("stop", "relay-cases", "travel-worker", "notifications-worker")
    for q in ("p50_ms", "p99_ms"):
        figures.ratio(f"effects-{q[:3]}", "bullmq", ("effects", "wayfare"), ("effects", "bullmq"), q)


def add(house, rate, seconds):
    program = house.start("events", [f"{BUILD}/tests/bench/bench-events", "--service=cases", f"--events-rate={rate}", "--metrics=", "--log-level=warn"],
                          env=house.worker_env)
    time.sleep(seconds + 0.5)
    program.check()
    program.end()


def seal(house):
    """Until the relay has sealed the trail of what was measured before: it takes a processor while it does."""
    last = int(house.script("SELECT coalesce(max(xid), 0) FROM wf.audit"))
    until = time.monotonic() + 600
    while int(house.script("SELECT coalesce(max(to_xid), 0) FROM wf.audit_seal")) <= last:
        if time.monotonic() > until:
            raise SystemExit("effects: the trail is not sealed in ten minutes")
        time.sleep(1)


def drain(house):
    """Until everything that was sent has had its effect."""
    until = time.monotonic() + 120
    while int(house.script("SELECT count(*) FROM wf.delivery")) > 0:
        if time.monotonic() > until:
            raise SystemExit("effects: the outbox does not get empty")
        time.sleep(0.2)


def of_bullmq(bench, seconds):
    house, rate = bench.house, bench.options.rate
    house.script("DROP TABLE IF EXISTS bench.jobs, bench.effects; CREATE TABLE bench.jobs (id int PRIMARY KEY); CREATE TABLE bench.effects (id int PRIMARY KEY);"
                 "GRANT INSERT ON bench.jobs, bench.effects TO wf_cases_service")
    path = f"{house.state}/bullmq.json"
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as f:
        json.dump({"host": f"{house.run}/pg", "database": "wayfare_cases", "user": "wf_cases_service", "password": house.password("cases", "service")}, f)
    output(["node", f"{HERE}/peers/queue.js", f"{house.run}/redis.sock", "effects", str(rate), str(seconds), path])
    before, after = (commits(house, "wayfare_cases", f"bench.{t}", "id") for t in ("jobs", "effects"))
    took = delays(before, after)
    bench.figures.add("effects", "bullmq", rate=len(before) / seconds, p50_ms=quantile(took, 0.5), p99_ms=quantile(took, 0.99),
                      errors=len(before) - len(took))
