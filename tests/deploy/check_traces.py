"""check_traces.py - traces of a running stack at a small OTLP receiver: whole, through all programs, without personal data; and a receiver that
refuses, is silent or gone costs nobody anything."""
import http.server
import json
import os
import re
import subprocess
import threading
import time

from checks import run
from stack import Stack, free_port

PATIENCE = float(os.environ.get("WAYFARE_TEST_FACTOR", "1"))
SECRET = "Zaynabverysecret"
ALLOWED = {"http.request.method", "http.response.status_code", "http.route", "wayfare.code", "db.system.name", "wayfare.lane", "server.address",
           "messaging.system", "wayfare.source", "wayfare.attempts", "wayfare.done"}


class Receiver:
    """Keeps what comes. mode: take, refuse (503), silent (never answers)."""

    def __init__(self, port):
        self.mode, self.bodies, self.asked, self.closing = "take", [], 0, threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.0"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.asked += 1
                if receiver.mode == "silent":
                    receiver.closing.wait(30)
                    self.close_connection = True
                    return
                if receiver.mode == "take":
                    receiver.bodies.append((self.path, self.headers["Content-Type"], body))
                self.send_response(200 if receiver.mode == "take" else 503)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def spans(self):
        found = []
        for _, _, body in list(self.bodies):
            for r in json.loads(body)["resourceSpans"]:
                service = next(a["value"]["stringValue"] for a in r["resource"]["attributes"] if a["key"] == "service.name")
                found += [{**s, "service": service} for scope in r["scopeSpans"] for s in scope["spans"]]
        return found

    def close(self):
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()


def wait_for(what, f, seconds=60):
    until = time.monotonic() + seconds * PATIENCE
    while not (found := f()):
        assert time.monotonic() < until, f"{what}: not within {seconds} s"
        time.sleep(0.1)
    return found


def counted(stack, program, outcome):
    text = subprocess.run(["curl", "-sf", "--unix-socket", f"{stack.run}/metrics-{program}.sock", "http://localhost/metrics"],
                          capture_output=True, text=True, check=True).stdout
    return float(re.search(rf'^wayfare_spans_total{{outcome="{outcome}"}} (\S+)$', text, re.M)[1])


def accept(stack, trace):
    """A referral of COA's is accepted: one request, its events, and what follows from them."""
    from client import opaque
    body = {"toOrganisation": "iom", "externalRef": f"coa:{opaque()}", "programme": "avrr", "reason": "Asked about returning.",
            "persons": [{"role": "principal", "person": {"names": [{"given": SECRET, "family": "Warsame", "kind": "asOnDocument", "script": "Latn"}],
                         "birthDate": {"value": "1994-03", "estimated": False}, "nationalities": ["SO"], "languages": [{"language": "so", "reading": "B1"}]},
                         "consent": {"given": "explicit", "givenAt": "2026-03-16T10:05:00Z", "method": "written", "language": "so",
                                     "noticeVersion": "coa-2026-1", "recipients": ["iom"]}}]}
    answer = stack.call("POST", "/cases/v1/referrals", "coa", body, {"Idempotency-Key": opaque(16)})
    assert answer.status == 201, answer.raw
    answer = stack.call("POST", f"/cases/v1/referrals/{answer.json['id']}/accept", "amina", {},
                        {"Idempotency-Key": opaque(16), "If-Match": '"v1"', "traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert answer.status == 200, answer.raw


def test_one_trace_goes_through_request_database_event_and_job(stack, receiver):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    accept(stack, trace)

    def whole():
        """Each program sends its spans when it likes, and what follows from a job has its own below that job."""
        spans = [s for s in receiver.spans() if s["traceId"] == trace]
        request = next((s for s in spans if s["kind"] == 2 and s["name"] == "acceptReferral"), {"spanId": None})
        below = {(s["service"], s["kind"]) for s in spans if s["parentSpanId"] == request["spanId"]}
        return (spans, request) if {("cases", 3), ("notifications-worker", 5)} <= below else None

    spans, request = wait_for("request, database and job of one trace", whole)
    by_id = {s["spanId"]: s for s in spans}
    assert len(by_id) == len(spans), "two spans of one id"
    assert request["service"] == "cases" and request["parentSpanId"] == "00f067aa0ba902b7"
    jobs = [s["name"] for s in spans if s["kind"] == 5 and s["parentSpanId"] == request["spanId"]]
    assert all(name.startswith("cases.") for name in jobs), jobs
    for s in spans:
        assert int(s["startTimeUnixNano"]) <= int(s["endTimeUnixNano"]), s
        assert re.fullmatch("[0-9a-f]{16}", s["spanId"]), s
        if s["parentSpanId"] == request["spanId"] and s["kind"] == 3:
            assert int(s["endTimeUnixNano"]) <= int(request["endTimeUnixNano"]) + 1000, "a segment ends behind its request"
    path, kind, _ = receiver.bodies[0]
    assert (path, kind) == ("/v1/traces", "application/json")


def test_nothing_personal_is_in_a_span(stack, receiver):
    accept(stack, "4bf92f3577b34da6a3ce929d0e0e4737")
    wait_for("its spans", lambda: [s for s in receiver.spans() if s["traceId"].endswith("4737")])
    for _, _, body in receiver.bodies:
        assert SECRET.encode() not in body and b"Warsame" not in body
    for s in receiver.spans():
        assert {a["key"] for a in s["attributes"]} <= ALLOWED, s
        assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", json.dumps([s["name"], s["attributes"]])), f"an identifier in {s}"


def test_what_is_not_sampled_is_not_kept(stack, receiver):
    trace = "4bf92f3577b34da6a3ce929d0e0e4738"
    answer = stack.call("GET", "/cases/v1/cases", "amina", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-00"})
    assert answer.status == 200
    accept(stack, "4bf92f3577b34da6a3ce929d0e0e4739")
    wait_for("a later trace", lambda: [s for s in receiver.spans() if s["traceId"].endswith("4739")])
    assert not [s for s in receiver.spans() if s["traceId"] == trace]


def test_settings_that_cannot_be_meant_are_refused(stack, receiver):
    from client import BUILD
    for option, code in (("--otlp-url=ftp://127.0.0.1/", "conf.otlpUrl"), ("--trace-share=101", "conf.traceShare")):
        done = subprocess.run([os.path.join(BUILD, "services/scheduler/wayfare-scheduler"), "--service=cases", "--mode=development", f"--db=host={stack.run}/pg",
                               f"--documents={BUILD}/api-spec", f"--run={stack.run}", option], capture_output=True, text=True, timeout=20)
        assert done.returncode == 1 and code in done.stderr, done.stderr


def test_a_collector_that_refuses_or_is_silent_costs_nothing_and_is_counted(stack, receiver):
    for mode in ("refuse", "silent"):
        receiver.mode, dropped, asked = mode, counted(stack, "cases", "dropped"), receiver.asked

        def lost():
            answer = stack.call("GET", "/cases/v1/cases", "amina", headers={"traceparent": f"00-{os.urandom(16).hex()}-00f067aa0ba902b7-01"})
            assert answer.status == 200, answer.raw
            return counted(stack, "cases", "dropped") > dropped and receiver.asked > asked

        wait_for(f"spans dropped by a collector that is {mode}", lost)
    receiver.mode, sent = "take", counted(stack, "cases", "sent")

    def back():
        stack.call("GET", "/cases/v1/cases", "amina", headers={"traceparent": f"00-{os.urandom(16).hex()}-00f067aa0ba902b7-01"})
        return counted(stack, "cases", "sent") > sent

    wait_for("spans taken again", back)


def test_a_dead_collector_costs_nothing(stack, receiver):
    """Last: from here on nobody listens."""
    receiver.close()
    dropped = counted(stack, "cases", "dropped")

    def lost():
        assert stack.call("GET", "/cases/v1/cases", "amina", headers={"traceparent": f"00-{os.urandom(16).hex()}-00f067aa0ba902b7-01"}).status == 200
        return counted(stack, "cases", "dropped") > dropped

    wait_for("spans dropped", lost)


if __name__ == "__main__":
    port = free_port()
    listener = Receiver(port)
    own = Stack(environment={"WAYFARE_OTLP_URL": f"http://127.0.0.1:{port}/v1/traces"})
    try:
        run(globals(), own.up(), listener)
    finally:
        own.down()
