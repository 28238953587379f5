"""house.py - what runs on the hosts, and how it is told of the others: certificates, PostgreSQL, Redis and sentinels, gateway, services, workers.

Host 1 and 2 have each a PostgreSQL (primary and synchronous standby), a Redis, all services and workers; host 3 has the gateway. Each of the three
has a sentinel. Host 4 stands at the edge: sender and webhooks, and beside them the outside (mail server, partners, clients).
"""
import os
import secrets
import shutil
import signal
import subprocess

from net import address, name
from programs import wait_for

PGBIN = "/usr/lib/postgresql/15/bin"
AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--reset-env", "--"]
TIED = ["setpriv", "--pdeathsig", "TERM", "--"]  # ends with us, whatever ends us
SERVICES = ("identity", "cases", "travel", "diaspora", "notifications")
TELLING = ("cases", "travel", "notifications")  # whose events are told meanwhile: these have relay and scheduler
DATABASES, SENTINELS, EDGE, GATEWAY = (1, 2), (1, 2, 3), 4, 3
PORT = 8180


def loopback(n):
    """Of Redis and sentinel n, on every host: there by themselves, elsewhere through TLS."""
    return f"127.0.1.{n}"


class House:
    def __init__(self, stack, root, build):
        self.smtp, self.hooks = (int(stack.environment["WAYFARE_PORT"]) + i for i in (1, 3))
        self.stack, self.root, self.build = stack, root, build
        self.state = f"{stack.state}/hosts"
        self.processes = {}  # (host, name): Popen
        self.programs = []  # (host, name): those of ours
        self.base = f"/tmp/wfh-{os.getpid()}"  # short: sockets
        self.primary = 1
        with open(f"{stack.state}/pg.path", encoding="utf-8") as f:
            first = f.read()
        self.data = {1: first, 2: os.path.join(os.path.dirname(first), "data-2")}

    # ---- files ----

    def prepare(self):
        for n in range(1, 5):
            for folder in (f"{self.state}/{n}", f"{self.state}/{n}/log"):
                os.makedirs(folder)
            os.makedirs(f"{self.base}/{n}/pg")
            os.chmod(f"{self.base}/{n}", 0o711)
            shutil.chown(f"{self.base}/{n}/pg", "postgres", "postgres")
        os.chmod(self.base, 0o711)
        self.certificates()
        for what in ("redis", "sentinel"):
            with open(f"{self.state}/{what}", "w", opener=lambda p, f: os.open(p, f, 0o600), encoding="ascii") as f:
                f.write(secrets.token_hex(24))

    def secret(self, what):
        with open(f"{self.state}/{what}", encoding="ascii") as f:
            return f.read()

    def certificates(self):
        """An authority of this run's own, and for each host a folder as WAYFARE_PEER_TLS and render --house want it."""
        new = "umask 077; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
        run = lambda command: subprocess.run(["sh", "-c", command], cwd=self.state, check=True, capture_output=True, timeout=60)
        run(f"{new} -subj /CN=house -keyout ca.key -out ca.pem")
        for n in range(1, 5):
            run(f"mkdir {n}/house && {new} -subj /CN={name(n)} -CA ca.pem -CAkey ca.key -addext basicConstraints=CA:FALSE "
                f"-addext subjectAltName=DNS:{name(n)},DNS:wayfare.internal -keyout {n}/house/key.pem -out {n}/house/certificate.pem "
                f"&& cp ca.pem {n}/house/ca.pem && chmod 711 . {n}")
            shutil.copytree(f"{self.state}/{n}/house", f"{self.base}/{n}/house")  # PostgreSQL wants its key for itself
            subprocess.run(["chown", "-R", "postgres:", f"{self.base}/{n}/house"], check=True)

    # ---- processes ----

    def start(self, host, label, command, environment=None):
        with open(f"{self.state}/{host}/log/{label}.log", "a", encoding="utf-8") as log:
            self.processes[host, label] = subprocess.Popen(["ip", "netns", "exec", name(host), *TIED, *command], stdin=subprocess.DEVNULL, stdout=log,
                                                           stderr=log, cwd="/", env={**os.environ, **(environment or {})})

    def end(self, host, label, how=signal.SIGTERM, patience=30):
        process = self.processes.pop((host, label))
        process.send_signal(how)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def end_all(self):
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for (_, label), process in self.processes.items():
            try:
                process.send_signal(signal.SIGINT if label == "postgres" else signal.SIGTERM)
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()
        shutil.rmtree(self.base, ignore_errors=True)

    def dead(self):
        """Whatever ended by itself."""
        return [f"{label} on {host}" for (host, label), p in self.processes.items() if p.poll() is not None]

    # ---- PostgreSQL ----

    def socket(self, n):
        return f"{self.base}/{n}/pg"

    def psql(self, n, sql):
        done = subprocess.run([f"{PGBIN}/psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", self.socket(n), "-U", "postgres", "-d", "postgres", "-c", sql],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def postgres(self, n):
        house = f"{self.base}/{n}/house"
        self.start(n, "postgres", [*AS_POSTGRES, *TIED, f"{PGBIN}/postgres", "-D", self.data[n], "-c", f"listen_addresses={address(n)}",
                                   "-c", f"unix_socket_directories={self.socket(n)}", "-c", f"cluster_name={name(n).replace('-', '_')}", "-c", "ssl=on",
                                   "-c", f"ssl_cert_file={house}/certificate.pem", "-c", f"ssl_key_file={house}/key.pem",
                                   "-c", f"ssl_ca_file={house}/ca.pem", "-c", "ssl_min_protocol_version=TLSv1.3"])
        wait_for(f"PostgreSQL answers on {n}", lambda: subprocess.run([f"{PGBIN}/pg_isready", "-q", "-h", self.socket(n)]).returncode == 0, 40)

    def databases(self):
        """The first as primary, over TLS alone; then its standby."""
        lines = ["local all postgres peer map=local", "local all all scram-sha-256", "hostssl replication postgres 10.213.77.0/24 cert map=house",
                 "hostssl all postgres 10.213.77.0/24 reject", "hostssl all all 10.213.77.0/24 scram-sha-256", "host all all all reject"]
        with open(f"{self.data[1]}/pg_hba.conf", "w", encoding="ascii") as f:
            f.write("\n".join(lines) + "\n")
        with open(f"{self.data[1]}/pg_ident.conf", "a", encoding="ascii") as f:
            f.write("".join(f"house {name(n)} postgres\n" for n in DATABASES))
        self.postgres(1)
        self.follow(2, 1)

    def follow(self, n, primary):
        """n becomes the standby for which every commit of the primary waits; its own data are thrown away."""
        house, where = f"{self.base}/{n}/house", self.data[n]
        subprocess.run([*AS_POSTGRES, "rm", "-rf", where], check=True)
        conninfo = (f"host={name(primary)} user=postgres sslmode=verify-full sslrootcert={house}/ca.pem sslcert={house}/certificate.pem "
                    f"sslkey={house}/key.pem application_name=standby connect_timeout=3")
        subprocess.run(["ip", "netns", "exec", name(n), *AS_POSTGRES, f"{PGBIN}/pg_basebackup", "-d", conninfo, "-D", where, "-R", "-X", "stream",
                        "--checkpoint=fast", "--no-sync"], check=True, capture_output=True, timeout=120)
        self.postgres(n)
        self.synchronous(primary, "standby")
        wait_for("commits wait for the standby", lambda: self.psql(primary, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1", 30)
        self.primary = primary

    def synchronous(self, n, names):
        self.psql(n, f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
        self.psql(n, "SELECT pg_reload_conf()")

    def promote(self, n):
        """What an operator does when the primary's host is gone: the standby answers alone until there is another."""
        assert self.psql(n, "SELECT pg_promote(true, 30)") == "t"
        self.synchronous(n, "")
        self.primary = n

    # ---- Redis ----

    def tunnels(self, host):
        """The ways to Redis and sentinels of the other hosts, and the door to our own."""
        options = []
        for kind, port, outside, hosts in (("redis", 6379, 16379, DATABASES), ("sentinel", 26379, 36379, SENTINELS)):
            for n in hosts:
                if n == host:
                    options += ["--serve", f"{address(n)}:{outside}={loopback(n)}:{port}"]
                else:
                    options += ["--reach", f"{loopback(n)}:{port}={address(n)}:{outside}"]
        self.nginx(host, "redis", options)

    def redis(self, n, master=None):
        self.server(n, "redis", 6379, "", f"""requirepass {self.secret('redis')}
masterauth {self.secret('redis')}
maxmemory 256mb
maxmemory-policy noeviction
save ""
appendonly yes
repl-diskless-sync-delay 0
repl-timeout 10
replica-announce-ip {loopback(n)}
""" + (f"replicaof {loopback(master)} 6379\n" if master else ""))

    def sentinel(self, n):
        self.server(n, "sentinel", 26379, "--sentinel", f"""requirepass {self.secret('sentinel')}
sentinel sentinel-pass {self.secret('sentinel')}
sentinel announce-ip {loopback(n)}
sentinel monitor wayfare {loopback(1)} 6379 2
sentinel auth-pass wayfare {self.secret('redis')}
sentinel down-after-milliseconds wayfare 3000
sentinel failover-timeout wayfare 10000
""")

    def server(self, n, label, port, mode, text):
        folder = f"{self.state}/{n}/{label}"
        os.makedirs(folder, mode=0o700)
        with open(f"{folder}/conf", "w", encoding="ascii") as f:
            f.write(f"bind {loopback(n)}\nport {port}\ndir {folder}\nprotected-mode no\n{text}")
        self.start(n, label, ["redis-server", f"{folder}/conf", *mode.split()])

    def redis_cli(self, host, n, *words, sentinel=True):
        port, secret = (26379, "sentinel") if sentinel else (6379, "redis")
        return subprocess.run(["ip", "netns", "exec", name(host), "redis-cli", "-h", loopback(n), "-p", str(port), *words], capture_output=True,
                              text=True, timeout=20, env={**os.environ, "REDISCLI_AUTH": self.secret(secret)}).stdout.strip()

    def redis_ready(self):
        """Each sentinel sees the two others and a replica that follows."""
        def knows(n):
            words = self.redis_cli(n, n, "SENTINEL", "MASTER", "wayfare").split()
            told = dict(zip(words[::2], words[1::2]))
            return told.get("flags") == "master" and told.get("num-other-sentinels") == "2" and \
                "master-link-status\nok" in self.redis_cli(n, n, "SENTINEL", "REPLICAS", "wayfare")
        return all(knows(n) for n in SENTINELS)

    def redis_master(self, host):
        return int(self.redis_cli(host, host, "SENTINEL", "get-master-addr-by-name", "wayfare").split()[0].rpartition(".")[2])

    # ---- nginx ----

    def nginx(self, host, which, options):
        folder = f"{self.state}/{host}/nginx-{which}"
        os.makedirs(folder)
        text = subprocess.run([f"{self.root}/deploy/nginx/render", f"{self.root}/deploy/nginx/{which}.conf", "--conf", f"{self.stack.state}/nginx",
                               "--temp", folder, "--house", f"{self.state}/{host}/house", "--user", "root", *options], check=True,
                              capture_output=True, text=True, timeout=60).stdout
        with open(f"{folder}/nginx.conf", "w", encoding="utf-8") as f:
            f.write(text)
        self.start(host, f"nginx-{which}", ["nginx", "-e", "stderr", "-p", folder, "-c", f"{folder}/nginx.conf", "-g", "daemon off;"])

    # ---- our programs ----

    def sentinels(self):
        return "sentinel://" + ",".join(f"{loopback(n)}:26379" for n in SENTINELS) + "/wayfare"

    def environment(self, host, label, service, role):
        house, keys = f"{self.state}/{host}/house", self.stack.state
        hosts, numbers = (",".join(what(n) for n in DATABASES) for what in (name, address))
        return {
            "WAYFARE_MODE": "development", "WAYFARE_RUN": f"{self.base}/{host}", "WAYFARE_DOCUMENTS": f"{self.build}/api-spec",
            "WAYFARE_DB": f"host={hosts} hostaddr={numbers} target_session_attrs=read-write sslmode=verify-full sslrootcert={house}/ca.pem "
                          f"dbname=wayfare_{service} user=wf_{service}_{role} application_name={label}-{host}",
            "WAYFARE_DB_PASSWORD_FILE": f"{keys}/secrets/wf_{service}_{role}",
            "WAYFARE_REDIS": self.sentinels(), "WAYFARE_REDIS_PASSWORD_FILE": f"{self.state}/redis",
            "WAYFARE_SENTINEL_PASSWORD_FILE": f"{self.state}/sentinel",
            "WAYFARE_KEYS": f"{keys}/keys/{service}", "WAYFARE_DATA": f"{self.root}/services/{service}",
            "WAYFARE_CONTENTS": f"{keys}/contents", # a folder that every host has mounted
            "WAYFARE_ISSUERS": f"{keys}/issuers", "WAYFARE_AUDIENCE": "wayfare", "WAYFARE_RATE": "50000", "WAYFARE_BURST": "50000",
            "WAYFARE_LISTEN": f"unix:{self.base}/{host}/{label}.sock", "WAYFARE_METRICS": f"unix:{self.base}/{host}/metrics-{label}.sock",
            "WAYFARE_OUTCALL_ALLOW": f"localhost:{self.hooks},127.0.0.1:{self.hooks},127.0.0.1:{self.smtp}", "WAYFARE_CLAIM_MS": "2000",
            "WAYFARE_CA_FILE": f"{keys}/tls/ca.pem", "WAYFARE_PEER_TLS": house,
        }

    def program(self, host, label, folder, service, role, *options, **more):
        self.programs.append((host, label))
        self.start(host, label, [f"{self.build}/services/{folder}/wayfare-{label if folder == service else folder}", *options],
                   self.environment(host, label, service, role) | more)

    def services(self, host):
        for service in SERVICES:
            self.program(host, service, service, service, "service")
            for daemon in ("relay", "scheduler") if service in TELLING else ():
                self.program(host, f"{daemon}-{service}", daemon, service, "worker", f"--service={service}")
            if os.path.exists(f"{self.root}/services/{service}/worker.c"):
                self.program(host, f"{service}-worker", service, service, "worker")
        self.nginx(host, "services", ["--listen", f"listen {address(host)}:8443 ssl;",
                                      *(f"{s}=unix:{self.base}/{host}/{s}.sock" for s in SERVICES)])

    def edge(self):
        """What leaves the house, and asks the services by TLS: they are elsewhere."""
        peers = {"WAYFARE_PEERS": ",".join(f"{s}=https://wayfare.internal:8443" for s in SERVICES), "WAYFARE_SMTP": f"smtp://127.0.0.1:{self.smtp}"}
        self.start(EDGE, "smtp", ["/usr/bin/python3", f"{self.root}/deploy/local/smtp-sink.py", str(self.smtp), f"{self.stack.state}/mail"])
        for label in ("sender", "webhooks"):
            self.program(EDGE, label, label, "notifications", "worker", **peers)

    def gateway(self):
        places = ",".join(f"{address(n)}:8443" for n in DATABASES)
        self.nginx(GATEWAY, "gateway", ["--listen", f"listen {address(GATEWAY)}:{PORT} default_server;", *(f"{s}={places}" for s in SERVICES)])

    def ready(self, host):
        """Every program of the host says so."""
        return all(subprocess.run(["curl", "-sf", "-m", "3", "-o", "/dev/null", "--unix-socket", f"{self.base}/{host}/metrics-{label}.sock",
                                   "http://localhost/health/ready"]).returncode == 0 for h, label in self.programs if h == host)
