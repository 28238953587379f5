"""Load from wrk and pgbench, and what it cost: rate, latency, processor time of the one that answers and of PostgreSQL."""
import glob
import os
import re
import subprocess
import tempfile
import time

from house import HERE, cpu_of

CONNECTIONS = 64


def wrk(kind, ports, token, visible, seconds, seed, connections=CONNECTIONS):
    """One wrk for each of two halves of the connections; (requests, seconds, errors, p50 ms, p99 ms)."""
    halves = [ports[0], ports[-1]]
    running = [subprocess.Popen(["wrk", "-t1", f"-c{connections // 2}", f"-d{seconds}s", "--timeout", "10s", "-s", f"{HERE}/load.lua",
                                 f"http://127.0.0.1:{port}", "--", kind, token, str(visible), str(2 * seed + i)],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for i, port in enumerate(halves)]
    found = []
    for process in running:
        out = process.communicate(timeout=seconds + 60)[0]
        m = re.search(r"^figures (\d+) (\d+) (\d+) (\d+) (\d+)$", out, re.M)
        if not m:
            raise SystemExit(f"wrk: {out}")
        found.append([int(v) for v in m.groups()])
    return (sum(f[0] for f in found), max(f[1] for f in found) / 1e6, sum(f[2] for f in found), sum(f[3] for f in found) / 2e3,
            max(f[4] for f in found) / 1e3)


def measured(house, pids, run):
    """What run() gives, per second and per request, as columns of figures."""
    ours, theirs = cpu_of(pids), house.postgres_cpu()
    requests, seconds, errors, p50, p99 = run()
    n = max(requests, 1)
    return {"rate": (requests - errors) / seconds, "p50_ms": p50, "p99_ms": p99, "cpu_us": (cpu_of(pids) - ours) / n * 1e6,
            "pg_us": (house.postgres_cpu() - theirs) / n * 1e6, "errors": errors}


def pgbench(house, script, options, seconds, clients, pgoptions=""):
    with tempfile.TemporaryDirectory(prefix="wf-bench-") as folder:
        env = dict(os.environ, PGOPTIONS=pgoptions, PGPASSWORD=house.password("cases", "service"))
        begun = time.monotonic()
        done = subprocess.run(["pgbench", "-n", "-M", "prepared", "-f", script, "-c", str(clients), "-j", "2", "-T", str(seconds), *options,
                               "-D", f"t={int(time.time() * 4) % 16777216}", "-D", "count=0", "-D", "first=1", "-l", "--sampling-rate=0.2",
                               "-h", f"{house.run}/pg", "-U", "wf_cases_service", "wayfare_cases"],
                              env=env, cwd=folder, capture_output=True, text=True, timeout=seconds + 120)
        m = re.search(r"transactions actually processed: (\d+)", done.stdout)
        tps = re.search(r"tps = ([\d.]+)", done.stdout)
        if done.returncode or not m:
            raise SystemExit(f"pgbench: {done.stdout}{done.stderr[-3000:]}")
        took = []
        for path in glob.glob(f"{folder}/pgbench_log*"):
            with open(path, encoding="utf-8") as f:
                took += [int(line.split()[2]) for line in f]
        took.sort()
        quantile = lambda q: took[min(len(took) - 1, int(len(took) * q))] / 1e3 if took else None
        seconds = int(m[1]) / float(tps[1]) if tps and float(tps[1]) > 0 else time.monotonic() - begun
        return int(m[1]), seconds, 0, quantile(0.5), quantile(0.99)
