"""Requests: one case, a list of fifty, opening a case; directly and through the gateway; beside Fastify and pgbench."""
import json
import os
import re
import subprocess
import uuid

import record
import statements
from house import HERE, ORGANISATION, read
from loads import measured, pgbench, wrk
from processes import children

USER = "amina"
# What a pgbench session sets, as ours do: reads do not wait for the disk, statements by key keep one plan.
SESSION = {"get": "-c synchronous_commit=off -c plan_cache_mode=force_generic_plan", "list": "", "post": "-c plan_cache_mode=force_generic_plan"}
POOL = 8  # connections of a Fastify worker: as many as a service process has for writes and lists


def identifier(kind, n):
    return f"01900000-0000-7000-8{kind:03x}-{n:012x}"


class Bench:
    """The house with its peers beside it."""

    def __init__(self, house, options, figures):
        self.house, self.options, self.figures = house, options, figures
        self.seed = int.from_bytes(os.urandom(3), "big")
        self.port = house.port + 10
        mine = options.rows // 10  # the organisation's cases; of seven of them six are of the reader's office
        self.visible = mine // 7 * 6
        self.a_case = identifier(1, 0)

    def load_data(self):
        house = self.house
        if house.script("SELECT to_regclass('bench.done') IS NOT NULL").strip() == "t":
            rows = int(house.script("SELECT rows FROM bench.done"))
            if rows == self.options.rows:
                return
            raise SystemExit(f"{house.state} holds {rows} cases, not {self.options.rows}: give another --state, or --wipe it")
        print(f"Making {self.options.rows} cases", flush=True)
        house.script(f"\\set rows {self.options.rows}\n" + read(f"{HERE}/data.sql"), timeout=6 * 3600)

    def headers(self, **more):
        return {"Authorization": f"Bearer {self.house.token(USER)}", "Accept": "application/json", **more}

    def record(self):
        """The statements of each operation."""
        case, person = self.a_case, identifier(2, 0)
        body = json.dumps({"programme": "avrr", "countryOfReturn": "SO", "principalId": person})
        got = record.record(self.house, self.port + 9, {
            "get": lambda: ("GET", f"/cases/v1/cases/{case}", self.headers(), None),
            "list": lambda: ("GET", "/cases/v1/cases?limit=50", self.headers(), None),
            "post": lambda: ("POST", "/cases/v1/cases", self.headers(**{"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}), body),
        })
        self.shown = json.loads(got["get"]["body"])
        known = {"get": {case: "case"}, "list": {}, "post": {person: "person", "made": True}}
        self.statements = {name: statements.templates(r["statements"], known[name]) for name, r in got.items()}

    # ---- who answers ----

    def start_services(self, name="direct", wrapper=(), binary=None):
        ports = [self.port + 2 * self.nservices, self.port + 2 * self.nservices + 1]
        self.nservices += 1
        programs = []
        for i, port in enumerate(ports):
            programs.append(self.house.cases(f"bench-{name}-{i}", f"tcp:127.0.0.1:{port}", wrapper, binary))
        for i, program in enumerate(programs):
            self.house.wait_ready(f"bench-{name}-{i}", program)
        return ports, [p.pid for p in programs]

    nservices = 0

    fastify = None

    def start_fastify(self):
        if self.fastify:
            self.fastify.end()
        house, port = self.house, self.port + 20
        public = subprocess.run(["openssl", "ec", "-in", f"{house.state}/keys/identity/demo.pem", "-pubout"], capture_output=True, text=True, check=True).stdout
        config = {"port": port, "workers": 2, "pool": POOL, "publicKey": public, "issuer": "wayfare-demo", "audience": "wayfare",
                  "database": {"host": f"{house.run}/pg", "database": "wayfare_cases", "user": "wf_cases_service", "password": house.password("cases", "service")},
                  "labels": {k: self.shown[k] for k in ("statusLabels", "clientStatus")},
                  "statements": {name: statements.for_steps(steps) for name, steps in self.statements.items()}}
        path = f"{house.state}/fastify.json"
        with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as f:
            json.dump(config, f)
        self.fastify = program = house.start("fastify", ["node", f"{HERE}/peers/service.js", path], env=dict(os.environ, NODE_ENV="production"))
        house.wait_port(port, program)
        return [port], [program.pid, *children(program.pid)]

    def start_gateway(self):
        """nginx with the gateway's configuration, without the limit of requests per address, before two processes that answer on sockets as they do
        in an installation."""
        house, port = self.house, self.port + 21
        sockets = [f"{house.run}/bench-gateway-{i}.sock" for i in range(2)]
        programs = [house.cases(f"bench-gateway-{i}", f"unix:{s}") for i, s in enumerate(sockets)]
        for i, program in enumerate(programs):
            house.wait_ready(f"bench-gateway-{i}", program)
        folder = f"{house.state}/nginx-bench"
        os.makedirs(folder, exist_ok=True)
        conf = read(f"{house.state}/nginx/nginx.conf")
        conf = re.sub(r"\n[^\n]*limit_req[^\n]*", "", conf).replace(f"{house.state}/nginx/nginx.pid", f"{folder}/nginx.pid")
        conf = conf.replace(f"127.0.0.1:{house.port} ", f"127.0.0.1:{port} ").replace(
            f"server unix:{house.run}/cases.sock max_fails=0;", " ".join(f"server unix:{s} max_fails=0;" for s in sockets))
        conf = re.sub(r'"[^"]*/nginx/(body|proxy|fastcgi|uwsgi|scgi)"', rf'"{folder}/\1"', conf)
        with open(f"{folder}/nginx.conf", "w", encoding="utf-8") as f:
            f.write(conf)
        program = house.start("nginx", ["nginx", "-e", "stderr", "-p", f"{folder}/", "-c", f"{folder}/nginx.conf", "-g", "daemon off;"])
        house.wait_port(port, program)
        return [port], [program.pid, *children(program.pid)]

    def stop_fastify(self):
        self.fastify.end()

    # ---- rounds ----

    def next_seed(self):
        self.seed += 1
        return self.seed

    def of_http(self, path, who, kind, ports, pids):
        token, seed = self.house.token(USER), self.next_seed()
        self.figures.add(path, who, **measured(self.house, pids, lambda: wrk(kind, ports, token, self.visible, self.options.seconds, seed)))

    def of_pgbench(self, path, who, kind, parts, pipelined, clients):
        script = f"{self.house.state}/pgbench-{path}-{who}.sql"
        draws = [f"\\set i random(0, {self.visible - 1})", "\\set k 10 * (:i + :i / 6)", "\\set count :count + 1",
                 "\\set n (:t * 16777216) + (:client_id * 262144) + :count"]
        options = ["-D", "base=64", *statements.pgbench_script(script, parts, pipelined, draws)]
        self.figures.add(path, who, **measured(self.house, [], lambda: pgbench(
            self.house, script, options, self.options.seconds, clients, SESSION[kind])))

    def warm(self, kind, *services):
        for ports, _ in services:
            wrk(kind, ports, self.house.token(USER), self.visible, 2, self.next_seed())

    def path(self, kind, fastify, services):
        steps = self.statements[kind]
        clients = 16 if kind == "post" else 8
        one = statements.for_steps(steps)
        self.warm(kind, services, fastify)
        for _ in range(self.options.rounds):
            self.of_http(kind, "wayfare", kind, *services)
            self.of_http(kind, "fastify", kind, *fastify)
            self.of_pgbench(kind, "pgbench", kind, [statements.bare(one) if kind == "get" else one], True, clients)
            self.of_pgbench(kind, "pgbench steps", kind, [one], False, clients)
        self.figures.ratio(kind, "pgbench", (kind, "wayfare"), (kind, "pgbench"))
        self.figures.ratio(kind, "pgbench-steps", (kind, "wayfare"), (kind, "pgbench steps"))
        self.figures.ratio(kind, "fastify", (kind, "wayfare"), (kind, "fastify"))

    def gateway(self, services, gateway):
        self.warm("get", services, gateway)
        for _ in range(self.options.rounds):
            self.of_http("gateway", "direct", "get", *services)
            self.of_http("gateway", "nginx", "get", *gateway)
        self.figures.ratio("gateway", "direct", ("gateway", "nginx"), ("gateway", "direct"))

    def audit(self, services, unaudited):
        self.warm("get", services, unaudited)
        for _ in range(self.options.rounds):
            self.of_http("audit", "with", "get", *services)
            self.of_http("audit", "without", "get", *unaudited)
        self.figures.ratio("audit", "without", ("audit", "with"), ("audit", "without"))
