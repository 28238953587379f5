"""Limits of requests: a client with a low rate from fifty sides at once, a day's quota, guesses of a secret, and the gateway's own limits
(those by a gateway of its own with smaller numbers, in front of the same services)."""
import base64
import os
import re
import secrets
import socket
import subprocess
import threading
import time
import urllib.parse

from framing import GET, PROBE, converse, statuses
from stack import free_port

SIDES = 50


def basic(client, secret):
    return base64.b64encode(f"{client}:{secret}".encode()).decode()


def fetch_token(stack, client, secret):
    return stack.call("POST", "/identity/v1/oauth2/token", body=urllib.parse.urlencode({"grant_type": "client_credentials"}).encode(),
                      headers={"Authorization": f"Basic {basic(client, secret)}", "Content-Type": "application/x-www-form-urlencoded"})


def make_client(stack, **limits):
    """A client of its own and its token."""
    name = f"limits-{secrets.token_hex(4)}"
    made = stack.call("POST", "/identity/v1/clients", who="roos", headers={"Idempotency-Key": secrets.token_hex(16)},
                      body={"organisation": "coa", "clientId": name, "name": name, "roles": ["partnerClient"], **limits})
    if made.status != 201:
        raise RuntimeError(f"createClient: {made.status} {made.raw[:300]!r}")
    return name, made.json["clientSecret"], fetch_token(stack, name, made.json["clientSecret"]).json["access_token"]


class Check:
    def __init__(self, result):
        self.result = result

    def __call__(self, what, good, why=""):
        if good:
            self.result.ok(f"limits: {what}")
        else:
            self.result.bad(f"limits: {what}", str(why)[:400])


def crowd(stack, token, each, paths):
    """Answers of SIDES threads that ask so often each, and how long it took."""
    answers, lock, gate = [], threading.Lock(), threading.Barrier(SIDES + 1)

    def side(i):
        gate.wait()
        for k in range(each):
            a = stack.call("GET", paths[(i + k) % len(paths)], token=token)
            with lock:
                answers.append(a)

    threads = [threading.Thread(target=side, args=(i,)) for i in range(SIDES)]
    for t in threads:
        t.start()
    begun = time.monotonic()  # before the first may ask: whoever is slow to look at the clock finds too little time for what passed
    gate.wait()
    for t in threads:
        t.join()
    return answers, time.monotonic() - begun


def test_rate(stack, check):
    paths = ["/cases/v1/changes", "/notifications/v1/subscriptions", "/travel/v1/movements", "/diaspora/v1/programmes"]
    for rate, burst in ((2, 10), (5, 100)):  # a busy machine that asks no faster than it may would be refused nothing
        _, _, token = make_client(stack, rateLimit=rate, burstLimit=burst)
        answers, took = crowd(stack, token, 6, paths)
        passed = [a for a in answers if a.status != 429]
        most = burst + rate * took + 1
        check(f"{SIDES} at once, rate {rate}, burst {burst}: never more than burst and rate", len(passed) <= most, f"{len(passed)} of {most:.0f}")
        check(f"rate {rate}: most of the burst is there for the asking", len(passed) >= burst * 2 // 3, len(passed))
        refused = [a for a in answers if a.status == 429]
        check(f"rate {rate}: the others are told so", refused and all(
            a.json["code"] == "rate.limited" and int(a.headers["retry-after"]) >= 1 and '"rate";r=0' in a.headers["ratelimit"] for a in refused),
            refused[:1] and (refused[0].headers, refused[0].raw))
        window = -(-burst // rate)
        check(f"rate {rate}: every answer says the policy", all(
            a.headers.get("ratelimit-policy") == f'"rate";q={burst};w={window}' and re.fullmatch(r'"rate";r=\d+;t=\d+', a.headers.get("ratelimit", ""))
            for a in answers), answers[0].headers)
        time.sleep(int(refused[0].headers["retry-after"]) if refused else 1)
        check(f"rate {rate}: after Retry-After it goes on", stack.call("GET", paths[0], token=token).status != 429)


def test_quota(stack, check):
    while True:
        _, _, token = make_client(stack, rateLimit=1000, burstLimit=1000, dailyQuota=7)
        day = time.time() // 86400
        answers = [stack.call("GET", "/cases/v1/changes", token=token) for _ in range(9)]
        if time.time() // 86400 == day:
            break
    check("a day's quota ends it", [a.status == 429 for a in answers] == [False] * 7 + [True] * 2, [a.status for a in answers])
    last = answers[-1]
    check("and says until when", last.status == 429 and last.json["code"] == "rate.quota" and 1 <= int(last.headers["retry-after"]) <= 86400
          and re.search(r'"daily";r=0;t=\d+', last.headers["ratelimit"]), last.headers)


def test_exempt(stack, check):
    answer = stack.call("GET", "/identity/v1/revocations", token=stack.token("internal"))
    check("the house's own services have no limit", answer.status == 200 and "ratelimit" not in answer.headers, answer.headers)
    answer = stack.call("GET", "/cases/v1/tasks", who="amina")
    check("a user has one of their own", '"rate";q=' in answer.headers.get("ratelimit-policy", ""), answer.headers)


def test_guesses(stack, check):
    name, secret, _ = make_client(stack)
    other, other_secret, _ = make_client(stack)

    def guess():
        """Until it is refused to judge; one more is judged every six seconds."""
        begun, told = time.monotonic(), []
        while not told or (told[-1].status == 401 and len(told) < 60):
            told.append(fetch_token(stack, name, f"wfs_{secrets.token_urlsafe(32)}"))
        return told, (time.monotonic() - begun) / 6

    wrong, more = guess()
    check("ten guesses of a secret are judged", wrong[-1].status == 429 and 10 <= len(wrong) - 1 <= 10 + more, [a.status for a in wrong])
    check("then none is", wrong[-1].json["code"] == "rate.limited" and 1 <= int(wrong[-1].headers["retry-after"]) <= 12, wrong[-1].raw)
    check("not even the right one", any(guess() and fetch_token(stack, name, secret).status == 429 for _ in range(5)))
    check("another client of the address goes on", fetch_token(stack, other, other_secret).status == 200)
    good = [fetch_token(stack, other, other_secret).status for _ in range(15)]
    check("who is right is not counted", good == [200] * 15, good)


# -- the gateway's own ---------------------------------------------------------------------------------------------------

class Gateway:
    """nginx with the running configuration and smaller numbers."""

    def __init__(self, stack, **changes):
        self.folder = os.path.join(stack.state, f"nginx-{secrets.token_hex(4)}")
        self.port = free_port()
        os.makedirs(os.path.join(self.folder, "nginx"), mode=0o711)
        for name in ("proxy.conf", "headers.conf", "docs.conf"):
            with open(os.path.join(stack.state, "nginx", name), encoding="utf-8") as f, open(f"{self.folder}/nginx/{name}", "w", encoding="utf-8") as out:
                out.write(f.read())
        with open(os.path.join(stack.state, "nginx/nginx.conf"), encoding="utf-8") as f:
            text = f.read().replace(stack.state + "/", self.folder + "/")
        text = re.sub(r"127\.0\.0\.1:\d+ default_server", f"127.0.0.1:{self.port} default_server", text)
        for old, new in changes.items():
            pattern, _, _ = new.partition("=>")
            text, n = re.subn(pattern, new.partition("=>")[2], text)
            if not n:
                raise RuntimeError(f"{old}: nothing to change in gateway.conf")
        with open(f"{self.folder}/nginx/nginx.conf", "w", encoding="utf-8") as f:
            f.write(text)
        self.log = open(f"{self.folder}/log", "w", encoding="utf-8")
        self.process = subprocess.Popen(["nginx", "-e", "stderr", "-p", f"{self.folder}/nginx/", "-c", f"{self.folder}/nginx/nginx.conf", "-g",
                                         "daemon off;"], stderr=self.log, stdin=subprocess.DEVNULL)
        for _ in range(200):
            try:
                socket.create_connection(self.address, timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(open(f"{self.folder}/log", encoding="utf-8").read())

    @property
    def address(self):
        return ("127.0.0.1", self.port)

    def ask(self, request=PROBE):
        return converse(self.address, request)

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=20)
        self.log.close()
        subprocess.run(["rm", "-rf", self.folder], check=True)


def limited(answer):
    return statuses(answer)[:1] == [429] and b'"code":"rate.limited"' in answer and b"retry-after: " in answer.lower() \
        and b"application/problem+json" in answer.lower()


def test_gateway(stack, check):
    token = b"POST /identity/v1/oauth2/token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    gateway = Gateway(stack, address=r"zone=address:10m rate=\d+r/s=>zone=address:10m rate=1r/s", burst=r"zone=address burst=\d+=>zone=address burst=5",
                      tokens=r"zone=tokens:10m rate=\d+r/s=>zone=tokens:10m rate=1r/m", guesses=r"zone=tokens burst=\d+=>zone=tokens burst=2",
                      connections=r"limit_conn connections \d+=>limit_conn connections 3",
                      head=r"client_header_timeout \w+=>client_header_timeout 1s", body=r"client_body_timeout \w+=>client_body_timeout 1s")
    try:
        answers = [gateway.ask(token) for _ in range(5)]
        check("the gateway limits an address's tokens", [limited(a) for a in answers] == [False] * 3 + [True] * 2, answers[-1][:300])
        time.sleep(6)
        begun, answers = time.monotonic(), [gateway.ask()]
        while not limited(answers[-1]) and len(answers) < 60:
            answers.append(gateway.ask())
        check("the gateway limits an address", limited(answers[-1]) and 6 < len(answers) <= 8 + (time.monotonic() - begun), [a[:60] for a in answers])
        time.sleep(6)
        held = [socket.create_connection(gateway.address, timeout=5) for _ in range(6)]
        heads = []
        for s in held:  # a request with its body still to come counts, an idle connection does not
            s.sendall(b"POST /identity/v1/clients HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{")
        for s in held:
            s.settimeout(6)
            try:
                heads.append(s.recv(4096))
            except OSError:
                heads.append(b"")
            s.close()
        check("the gateway limits an address's connections", sum(map(limited, heads)) >= 3, [h[:60] for h in heads])
        check("a body that does not come is given up", heads and all(limited(h) or not h or statuses(h)[0] in (401, 408) for h in heads), heads)
        with socket.create_connection(gateway.address, timeout=8) as s:
            s.sendall(GET[:30])
            rest = s.recv(4096)
            check("a head that does not come is given up", not rest or statuses(rest)[0] in (400, 408), rest)
    finally:
        gateway.close()


def run_all(stack, result):
    check = Check(result)
    for test in (test_rate, test_quota, test_exempt, test_guesses, test_gateway):
        try:
            test(stack, check)
        except Exception as e:  # the others still tell theirs
            check(test.__name__, False, repr(e))
