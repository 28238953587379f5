#!/usr/bin/python3
"""Measures the services beside their peers; tests/bench/run installs and builds what this needs."""
import argparse
import os
import shutil
import sys

import cost_parts
import job_parts
from figures import Figures
from house import HERE, ROOT, House
from http_parts import Bench

HTTP = ("get", "list", "post", "gateway", "audit")
JOBS = ("jobs", "effects")
COST = ("memory", "start", "instructions", "syscalls")
PARTS = (*HTTP, *JOBS, *COST, "growth")


def arguments():
    p = argparse.ArgumentParser(prog="tests/bench/run", description=__doc__)
    p.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS) + "; none: all")
    p.add_argument("--rows", type=int, default=1000000, help="cases in the database (1000000)")
    p.add_argument("--rounds", type=int, default=3, help="rounds; the medians count (3)")
    p.add_argument("--seconds", type=int, default=5, help="of each measurement (5)")
    p.add_argument("--rate", type=int, default=500, help="events per second for the part effects (500)")
    p.add_argument("--state", default=os.path.join(ROOT, ".local-bench"), help="folder of the stack; kept and used again (.local-bench)")
    p.add_argument("--port", type=int, default=18400, help="first of thirty-two ports (18400)")
    p.add_argument("--leave", action="store_true", help="leave the stack up, so that the next run begins at once")
    p.add_argument("--wipe", action="store_true", help="delete the folder afterwards")
    p.add_argument("--record", action="store_true", help="keep the results in tests/bench/RESULTS.md")
    p.add_argument("--list", action="store_true", help="print the parts")
    o = p.parse_args()
    if o.list:
        print(*PARTS, sep="\n")
        sys.exit(0)
    o.parts = o.parts or list(PARTS)
    for part in o.parts:
        if part not in PARTS:
            p.error(f"there is no part '{part}'; --list prints them")
    if o.rows < 1000 or o.rounds < 1 or o.seconds < 1:
        p.error("at least 1000 rows, 1 round, 1 second")
    return o


def http_parts(bench, o):
    services, fastify = bench.start_services(), bench.start_fastify()
    for kind in ("get", "list", "post"):
        if kind in o.parts:
            bench.path(kind, fastify, services)
    if "gateway" in o.parts:
        bench.gateway(services, bench.start_gateway())
    if "audit" in o.parts:
        bench.audit(services, bench.start_services("unaudited", binary="tests/bench/bench-cases-unaudited"))


def growth(bench, o, figures):
    """The same on ten times the rows, in a second stack beside the first."""
    large = argparse.Namespace(**{**vars(o), "rows": 10 * o.rows})
    house = House(f"{o.state}-growth", o.port + 40)
    os.makedirs(house.state, exist_ok=True)
    try:
        house.bring_up()
        grown = Bench(house, large, figures)
        grown.load_data()
        house.quiet()
        pair = {"1×": (bench, bench.start_services("small")), "10×": (grown, grown.start_services("large"))}
        for kind in ("get", "list"):
            for _ in range(o.rounds):
                for who, (b, services) in pair.items():
                    b.of_http(f"growth {kind}", who, kind, *services)
            figures.ratio(f"growth-{kind}", "1M", (f"growth {kind}", "10×"), (f"growth {kind}", "1×"))
    finally:
        house.take_down(o.wipe, o.leave)


def main():
    o = arguments()
    figures = Figures()
    house = House(o.state, o.port)
    os.makedirs(o.state, exist_ok=True)
    try:
        house.bring_up()
        bench = Bench(house, o, figures)
        bench.load_data()
        if "effects" in o.parts:
            house.set_postgres("track_commit_timestamp", "on")
        house.quiet()
        if set(o.parts) & {*HTTP, "memory"}: # what needs a peer with our statements
            bench.record()
        if set(o.parts) & set(HTTP):
            http_parts(bench, o)
        for part, run in (("jobs", job_parts.jobs), ("effects", job_parts.effects), ("memory", cost_parts.memory), ("start", cost_parts.start),
                          ("instructions", cost_parts.instructions), ("syscalls", cost_parts.syscalls)):
            if part in o.parts:
                run(bench)
        if "growth" in o.parts:
            growth(bench, o, figures)
        if o.record:
            figures.record(f"{HERE}/RESULTS.md", f"tests/bench/run {' '.join(sys.argv[1:])}")
    finally:
        figures.show()
        house.take_down(o.wipe, o.leave)
        if o.wipe:
            shutil.rmtree(o.state, ignore_errors=True)


if __name__ == "__main__":
    main()
