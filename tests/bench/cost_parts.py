"""What a process costs: memory, time to start, instructions and system calls of a request."""
import http.client
import os
import re
import resource
import signal
import socket
import statistics
import subprocess
import time

from house import memory_of, read
from loads import wrk

IDLE = 10000
CALLS = 300


def get(port, path, headers, times=1):
    """Requests one after the other on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    good = 0
    for _ in range(times):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        good += answer.status == 200
    connection.close()
    return good


def idle_connections(port, n):
    held = []
    for _ in range(n):
        s = socket.socket()
        s.connect(("127.0.0.1", port))
        held.append(s)
    return held


def memory(bench):
    """At start, and with idle connections; a Fastify worker beside it."""
    house, figures = bench.house, bench.figures
    resource.setrlimit(resource.RLIMIT_NOFILE, (IDLE * 2, max(IDLE * 2, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
    port = bench.port + 8
    program = house.cases("bench-memory", f"tcp:127.0.0.1:{port}")
    house.wait_ready("bench-memory", program)
    per_connection(figures, "wayfare-cases", program.pid, port)
    program.end()
    (port,), pids = bench.start_fastify()
    per_connection(figures, "fastify worker", pids[1], port, len(pids) - 1)
    bench.stop_fastify()


def per_connection(figures, who, pid, port, workers=1):
    rss, pss = memory_of(pid)
    figures.fact(f"memory of {who} at start, RSS", round(rss / 1024, 1), "MB")
    figures.fact(f"memory of {who} at start, PSS", round(pss / 1024, 1), "MB")
    held = idle_connections(port, IDLE)
    until, settled = time.monotonic() + 30, 0
    while time.monotonic() < until and settled < 3:  # until all are accepted
        before = memory_of(pid)[0]
        time.sleep(0.5)
        settled = settled + 1 if memory_of(pid)[0] == before else 0
    each = (memory_of(pid)[0] - rss) / (IDLE / workers)
    for s in held:
        s.close()
    figures.fact(f"memory of {who} per idle connection of {IDLE}", round(each, 2), "kB")


def start(bench):
    """From exec to the first answer of a request with a token."""
    house, took = bench.house, []
    path, headers = f"/cases/v1/cases/{bench.a_case}", bench.headers()
    for i in range(5):
        port = bench.port + 7
        begun = time.monotonic()
        program = house.cases("bench-start", f"tcp:127.0.0.1:{port}")
        while True:
            try:
                if get(port, path, headers):
                    break
            except OSError:
                time.sleep(0.001)
            program.check()
            if time.monotonic() > begun + 60:
                raise SystemExit("no answer in a minute")
        took.append((time.monotonic() - begun) * 1e3)
        program.end()
    bench.figures.fact("from exec to the first answer from the database", round(statistics.median(took)), "ms")


def instructions(bench):
    """Of one GET under callgrind: the difference between a run with few requests and one with many."""
    house, totals = bench.house, []
    for times in (CALLS // 3, CALLS):
        out, port = f"{house.state}/callgrind.out", bench.port + 6
        program = house.cases("bench-callgrind", f"tcp:127.0.0.1:{port}",
                              ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={out}", "--main-stacksize=8388608"])
        house.wait_ready("bench-callgrind", program, 180)
        good = 0
        until = time.monotonic() + 180
        while good < times and time.monotonic() < until:
            good += get(port, f"/cases/v1/cases/{bench.a_case}", bench.headers())
        program.end(60)
        totals.append((good, int(re.search(r"^(?:summary|totals): (\d+)", read(out), re.M)[1])))
    (few, low), (many, high) = totals
    bench.figures.fact("instructions of a GET, callgrind", round((high - low) / (many - few)), "")


def syscalls(bench):
    """Of one GET under load, by strace -c of one process."""
    house = bench.house
    ports, pids = bench.start_services("traced")
    out = f"{house.state}/strace.out"
    wrk("get", ports, house.token("amina"), bench.visible, 1, 1)
    tracer = subprocess.Popen(["strace", "-q", "-c", "-f", "-o", out, "-p", str(pids[0])], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    requests = wrk("get", [ports[0], ports[0]], house.token("amina"), bench.visible, 2, 2)[0]
    tracer.send_signal(signal.SIGINT)
    tracer.wait(timeout=20)
    calls = {m[2]: int(m[1]) for m in re.finditer(r"^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$", read(out), re.M)}
    calls.pop("total", None)
    bench.figures.fact("system calls of a GET, 64 connections", round(sum(calls.values()) / max(requests, 1), 2),
                       "(" + ", ".join(f"{n} {c / requests:.2f}" for n, c in sorted(calls.items(), key=lambda x: -x[1])[:6]) + ")")
