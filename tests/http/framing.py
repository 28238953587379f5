"""Hostile framing against the gateway and against a service's own socket: what must be refused is refused in problem+json (or closed where
no answer is owed), nothing behind it is executed, and the service lives on.

Every request of the table is followed by a complete second one (PROBE), and those that two readers could end at different places hide a
third in their body (INNER); the service counts the operations of both. INNER must never be executed, PROBE never behind a request that was
refused for its framing, and nothing without its answer. A row says what the service and what the gateway may answer: a status, several, or
CLOSED (no answer at all). Where the gateway lets a 401 or 400 of the service through it has made one sound request of it.
"""
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor

CLOSED = 0
H = b"Host: localhost\r\n"
PATH = b"/identity/v1/clients"
PROBE = b"GET /identity/v1/oauth2/jwks HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
INNER = b"GET /identity/v1/oauth2/metadata HTTP/1.1\r\nHost: localhost\r\n\r\n"
GET = b"GET " + PATH + b" HTTP/1.1\r\n" + H
POST = b"POST " + PATH + b" HTTP/1.1\r\n" + H + b"Content-Type: application/json\r\n"
END = b"\r\n"


def with_length(n, body=b"", more=b""):
    return POST + b"Content-Length: " + n + b"\r\n" + more + END + body


def chunked(body, more=b"", coding=b"chunked"):
    return POST + b"Transfer-Encoding: " + coding + b"\r\n" + more + END + body


# (what, bytes, the service's answers, the gateway's)
TABLE = (
    # -- where does the body end
    ("two equal lengths", with_length(b"2", b"{}", b"Content-Length: 2\r\n"), 400, 400),
    ("two different lengths", with_length(b"2", b"{}", b"Content-Length: 0\r\n"), 400, 400),
    ("a list of lengths", with_length(b"2, 2", b"{}"), 400, 400),
    ("a length beside chunks", with_length(b"3", b"0\r\n\r\n", b"Transfer-Encoding: chunked\r\n"), 400, 400),
    ("chunks beside a length", chunked(b"0\r\n\r\n", b"Content-Length: 6\r\n"), 400, 400),
    ("Transfer-Encoding with a space before its colon", POST + b"Transfer-Encoding : chunked\r\nContent-Length: 0\r\n\r\n", 400, 400),
    ("Content-Length with a space before its colon", POST + b"Content-Length : 2\r\n\r\n{}", 400, 400),
    ("a tab before chunked", chunked(b"0\r\n\r\n", b"", b"\tchunked"), 400, (400, 401, 501)),
    ("chunked in quotes", chunked(b"0\r\n\r\n", b"", b'"chunked"'), 400, 501),
    ("xchunked", chunked(b"0\r\n\r\n", b"", b"xchunked"), 400, 501),
    ("chunked twice", chunked(b"0\r\n\r\n", b"Transfer-Encoding: chunked\r\n"), 400, 400),
    ("chunked, identity", chunked(b"0\r\n\r\n", b"", b"chunked, identity"), 400, 501),
    ("gzip, chunked", chunked(b"0\r\n\r\n", b"", b"gzip, chunked"), 400, 501),
    ("identity", chunked(b"", b"Content-Length: 0\r\n", b"identity"), 400, (400, 501)),
    ("Transfer-Encoding folded", POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400, 400),
    ("chunks in HTTP/1.0", b"POST " + PATH + b" HTTP/1.0\r\n" + H + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, 400),
    ("a negative length", with_length(b"-1"), 400, 400),
    ("a length with a sign", with_length(b"+2", b"{}"), 400, 400),
    ("a length in hexadecimal", with_length(b"0x2", b"{}"), 400, 400),
    ("a length with an exponent", with_length(b"2e0", b"{}"), 400, 400),
    ("a length that overflows", with_length(b"18446744073709551618", b"{}"), 400, 400),
    ("an empty length", with_length(b"", b"{}"), 400, (400, 401)),
    ("a body on GET", GET + b"Content-Length: 5\r\n\r\nhello", 400, (400, 401)),
    ("chunks on GET", GET + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 400, (400, 401)),
    ("a body on DELETE", b"DELETE " + PATH + b" HTTP/1.1\r\n" + H + b"Content-Length: 5\r\n\r\nhello", 400, 400),
    # -- a request hidden where one reader sees a body and another does not
    ("CL.TE", with_length(b"%d" % (5 + len(INNER)), b"0\r\n\r\n" + INNER, b"Transfer-Encoding: chunked\r\n"), 400, 400),
    ("TE.CL", chunked(b"%x\r\n" % len(INNER) + INNER + b"\r\n0\r\n\r\n", b"Content-Length: 4\r\n"), 400, 400),
    ("TE.TE", chunked(b"0\r\n\r\n" + INNER, b"Transfer-Encoding: cow\r\nContent-Length: %d\r\n" % (5 + len(INNER))), 400, 400),
    ("TE hidden by a space", POST + b"Transfer-Encoding : chunked\r\nContent-Length: %d\r\n\r\n0\r\n\r\n" % (5 + len(INNER)) + INNER, 400, 400),
    ("TE hidden by a line end", POST + b"X: a\nTransfer-Encoding: chunked\r\nContent-Length: %d\r\n\r\n0\r\n\r\n" % (5 + len(INNER)) + INNER, 400, 400),
    ("TE hidden by a bare CR", POST + b"X: a\rTransfer-Encoding: chunked\r\nContent-Length: %d\r\n\r\n0\r\n\r\n" % (5 + len(INNER)) + INNER, 400, 400),
    ("CL.0 on GET", GET + b"Content-Length: %d\r\n\r\n" % len(INNER) + INNER, 400, (400, 401)),
    ("CL.0 on OPTIONS", b"OPTIONS " + PATH + b" HTTP/1.1\r\n" + H + b"Content-Length: %d\r\n\r\n" % len(INNER) + INNER, 400, 400),
    ("0.CL by an underscore", POST + b"Content_Length: %d\r\nContent-Length: %d\r\n\r\n" % (0, len(INNER)) + INNER, 401, (400, 401)),
    ("an expectation with a body", with_length(b"%d" % len(INNER), INNER, b"Expect: 100-continue\r\n"), 401, (400, 401)),
    ("a chunk whose extension holds a request", chunked(b"2;\n" + INNER + b"{}\r\n0\r\n\r\n"), 400, 400),
    ("a trailer that is a request", chunked(b"0\r\n" + INNER), 400, (400, 401)),
    ("a request in a header's value", GET + b"X: a\r\n\t" + INNER + END, 400, 400),
    # -- chunks
    ("a chunk extension", chunked(b"2;a=b\r\n{}\r\n0\r\n\r\n"), 400, (400, 401)),
    ("a chunk extension with a line feed", chunked(b"2;\n{}\r\n0\r\n\r\n"), 400, (400, 401)),
    ("a chunk size with a space", chunked(b"2 \r\n{}\r\n0\r\n\r\n"), 400, (400, 401)),
    ("a negative chunk size", chunked(b"-2\r\n{}\r\n0\r\n\r\n"), 400, 400),
    ("a chunk size of 0x2", chunked(b"0x2\r\n{}\r\n0\r\n\r\n"), 400, 400),
    ("a chunk size that overflows", chunked(b"fffffffffffffffff\r\n{}\r\n0\r\n\r\n"), (400, 413), (400, 413)),
    ("a chunk longer than its size", chunked(b"1\r\n{}\r\n0\r\n\r\n"), 400, 400),
    ("chunks ended by bare LF", chunked(b"2\n{}\n0\n\n"), 400, (400, 401)),
    ("a trailer", chunked(b"2\r\n{}\r\n0\r\nX: y\r\n\r\n"), 400, (400, 401)),
    ("a trailer with a length", chunked(b"0\r\nContent-Length: 50\r\n\r\n"), 400, (400, 401)),
    ("chunks over 1 MiB", chunked(b"100001\r\n" + b" " * 1048577 + b"\r\n0\r\n\r\n"), 413, 413),
    ("a body over 1 MiB", with_length(b"1048577", b" " * 1048577), 413, 413),
    # -- lines and characters
    ("NUL in a value", GET + b"X-A: a\0b\r\n\r\n", 400, 400),
    ("NUL in a name", GET + b"X\0A: a\r\n\r\n", 400, 400),
    ("NUL in the target", b"GET " + PATH + b"\0 HTTP/1.1\r\n" + H + END, 400, 400),
    ("a bare CR in a value", GET + b"X-A: a\rb\r\n\r\n", 400, 400),
    ("a bare CR before a header", GET + b"X-A: a\rContent-Length: 5\r\n\r\n", 400, 400),
    ("a bare LF between headers", GET.replace(b"localhost\r\n", b"localhost\n") + END, 400, (400, 401)),
    ("all lines with bare LF", b"GET " + PATH + b" HTTP/1.1\nHost: localhost\n\n", 400, (400, 401)),
    ("a folded header", GET + b"X-A: a\r\n b\r\n\r\n", 400, 400),
    ("a first header with a space", b"GET " + PATH + b" HTTP/1.1\r\n Host: localhost\r\n\r\n", 400, 400),
    ("a header without a colon", GET + b"X-A\r\n\r\n", 400, (400, 401)),
    ("a header without a name", GET + b": a\r\n\r\n", 400, 400),
    ("a name in brackets", GET + b"X(A): a\r\n\r\n", 400, (400, 401)),
    ("a control character", GET + b"X-A: \x01\r\n\r\n", 400, 400),
    ("a delete character", GET + b"X-A: \x7f\r\n\r\n", 400, 400),
    # -- the request line
    ("HTTP/0.9", b"GET " + PATH + b"\r\n", 400, (400, CLOSED)),
    ("HTTP/1.2", b"GET " + PATH + b" HTTP/1.2\r\n" + H + END, 505, (401, 505)),
    ("HTTP/2.0", b"GET " + PATH + b" HTTP/2.0\r\n" + H + END, 505, 505),
    ("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, (400, CLOSED)),
    ("the hello of TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, 400),
    ("two spaces", b"GET  " + PATH + b" HTTP/1.1\r\n" + H + END, 400, (400, 401)),
    ("a tab for a space", b"GET\t" + PATH + b" HTTP/1.1\r\n" + H + END, 400, 400),
    ("a method in small letters", b"get " + PATH + b" HTTP/1.1\r\n" + H + END, 405, 400),
    ("an unknown method", b"BREW " + PATH + b" HTTP/1.1\r\n" + H + END, 405, 405),
    ("TRACE", b"TRACE " + PATH + b" HTTP/1.1\r\n" + H + END, 405, 405),
    ("CONNECT", b"CONNECT localhost:443 HTTP/1.1\r\n" + H + END, 400, (400, 405)),
    ("a method with a quote", b'G"T ' + PATH + b" HTTP/1.1\r\n" + H + END, 400, 400),
    ("the asterisk", b"OPTIONS * HTTP/1.1\r\n" + H + END, 400, 400),
    ("absolute form of another host", b"GET http://elsewhere.example" + PATH + b" HTTP/1.1\r\n" + H + END, 400, (400, 401)),
    ("a target without a slash", b"GET identity/v1/clients HTTP/1.1\r\n" + H + END, 400, 400),
    ("a fragment", b"GET " + PATH + b"#a HTTP/1.1\r\n" + H + END, 400, (400, 401)),
    ("half an escape", b"GET " + PATH + b"% HTTP/1.1\r\n" + H + END, 400, 400),
    ("an escaped NUL", b"GET " + PATH + b"/a%00b HTTP/1.1\r\n" + H + END, (400, 401, 404), 400),
    ("an escaped slash", b"GET /identity/v1%2fclients HTTP/1.1\r\n" + H + END, 404, 404),
    ("an escaped dot dot", b"GET /identity/v1/%2e%2e/v1/clients HTTP/1.1\r\n" + H + END, 404, (401, 404)),
    ("dot dot to another house", b"GET /identity/v1/../../cases/v1/tasks HTTP/1.1\r\n" + H + END, 404, (400, 401, 404)),
    ("dot dot beyond the root", b"GET /../../etc/passwd HTTP/1.1\r\n" + H + END, 404, 400),
    ("two slashes", b"GET //identity/v1/clients HTTP/1.1\r\n" + H + END, 400, 404),
    ("octets above 127", b"GET " + PATH + b"/\xc3\xa9 HTTP/1.1\r\n" + H + END, 400, (400, 401)),
    ("a target of 9 KiB", b"GET " + PATH + b"?a=" + b"a" * 9216 + b" HTTP/1.1\r\n" + H + END, 414, (401, 414)),
    ("a target of 40 KiB", b"GET " + PATH + b"?a=" + b"a" * 40960 + b" HTTP/1.1\r\n" + H + END, 414, 414),
    # -- hosts and headers
    ("two Host", GET + b"Host: elsewhere\r\n\r\n", 400, 400),
    ("no Host", b"GET " + PATH + b" HTTP/1.1\r\n\r\n", 400, 400),
    ("an empty Host", b"GET " + PATH + b" HTTP/1.1\r\nHost:\r\n\r\n", 400, 400),
    ("a Host with a path", b"GET " + PATH + b" HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, 400),
    ("a Host with a user", b"GET " + PATH + b" HTTP/1.1\r\nHost: a@b\r\n\r\n", 400, (400, 401)),
    ("a header of 100 kB", GET + b"X-A: " + b"a" * 100000 + b"\r\n\r\n", 431, 431),
    ("two hundred headers", GET + b"".join(b"X-%d: a\r\n" % i for i in range(200)) + END, 431, (401, 431)),
    ("five thousand headers", GET + b"".join(b"X-%d: aaaaaaaaaaaa\r\n" % i for i in range(5000)) + END, 431, 431),
    ("another expectation", with_length(b"2", b"{}", b"Expect: wonders\r\n"), 417, (401, 417)),
    ("an upgrade to HTTP/2", GET + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n", 401, 401),
    ("an upgrade to a WebSocket", GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", 401, 401),
    ("a length named in Connection", with_length(b"2", b"{}", b"Connection: Content-Length\r\n"), 401, 401),
    ("two Authorization", GET + b"Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n", (400, 401), (400, 401)),
)
# Refused for its framing: nobody can say where the next request begins, so the connection ends.
FRAMING = (400, 413, 417, 431, 501, 505)
SLOW_S = 40
SILENCE_S = 10


def connect(where):
    if isinstance(where, str):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(10)
        s.connect(where)
        return s
    return socket.create_connection(where, timeout=10)


def converse(where, request):
    """Everything that comes back until the other side closes, as it does behind PROBE, or has been silent for long enough."""
    answer = b""
    with connect(where) as s:
        try:
            s.sendall(request)
        except OSError:
            pass  # refused before all of it was read
        s.settimeout(SILENCE_S)
        try:
            while part := s.recv(65536):
                answer += part
        except OSError:
            pass
    return answer


def statuses(answer):
    return [int(m) for m in re.findall(rb"(?:^|(?<=[\n}\]]))HTTP/1\.1 (\d{3}) ", answer)]


class Counter:
    """How often an operation of a service has been answered, from its metrics."""

    def __init__(self, stack, service, operation):
        self.path = f"{stack.run}/metrics-{service}.sock"
        self.line = re.compile(rb'^wayfare_http_requests_total\{operation="%s"\} (\d+)' % operation.encode(), re.M)

    def now(self):
        answer = converse(self.path, b"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert statuses(answer) == [200], "no metrics"
        found = self.line.search(answer)
        return int(found.group(1)) if found else 0


def fault(answer, allowed):
    """Why the first answer of a conversation is none that is allowed; None if it is."""
    codes = statuses(answer)
    allowed = allowed if isinstance(allowed, tuple) else (allowed,)
    if not answer:
        return None if CLOSED in allowed else "closed without a word"
    if not codes or codes[0] not in allowed:
        return f"answered {answer[:160]!r}"
    head, _, body = answer.partition(b"\r\n\r\n")
    if b"application/problem+json" not in head.lower() or not body.startswith(b"{"):
        return f"is not problem+json: {answer[:300]!r}"
    if b"<html" in answer or b"nginx/" in answer:
        return "tells what it is made with"
    return None


def run_table(stack, result, name, where, column):
    counter, hidden = Counter(stack, "identity", "getJwks"), Counter(stack, "identity", "getMetadata")
    for row in TABLE:
        what, request = row[0], row[1]
        before, hidden_before = counter.now(), hidden.now()
        answer = converse(where, request + PROBE).removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
        why = fault(answer, row[column])
        codes = statuses(answer)
        executed = counter.now() - before
        by_service = b'"detail"' in answer.partition(b"\r\n\r\n")[2][:400]  # the gateway's own refusals have none
        refused = codes and codes[0] in FRAMING and (column == 2 or not by_service)
        if not why and hidden.now() > hidden_before:
            why = f"the request inside it was executed: {codes}"
        if not why and executed > (0 if refused else 1):
            why = f"the request behind it was executed ({executed}): {codes}"
        if not why and len(codes) > 1 + executed:
            why = f"there are answers to requests that nobody has made: {codes}"
        if not why and executed and len(codes) < 2:
            why = f"a request was executed whose answer did not come: {codes}"
        if not why and not statuses(converse(where, PROBE)) == [200]:
            why = "the service does not answer any more"
        if why:
            result.bad(f"{name} refuses {what}", why)
        else:
            result.ok(f"{name} refuses {what}")


def run_slow(stack, result, name, where):
    """A head, a body and chunks that never end are given up; others are served meanwhile."""
    starts = {
        "a slow head": GET + b"X-A: ",
        "a slow body": with_length(b"1000", b"{"),
        "slow chunks": chunked(b"100\r\n{"),
    }
    held = []
    for what, start in starts.items():
        s = connect(where)
        s.sendall(start)
        held.append((what, s))
    alive = statuses(converse(where, PROBE)) == [200]
    until = time.monotonic() + SLOW_S
    for what, s in held:
        answer, closed = b"", False
        try:
            while not closed and time.monotonic() < until:
                s.settimeout(max(0.1, until - time.monotonic()))
                part = s.recv(65536)
                answer += part
                closed = not part
        except OSError:
            closed = time.monotonic() < until
        s.close()
        codes = statuses(answer)
        if not alive:
            result.bad(f"{name} gives up {what}", "others were not served meanwhile")
        elif not closed or (codes and codes[0] not in (400, 401, 408)):
            result.bad(f"{name} gives up {what}", f"closed: {closed}, answered {answer[:100]!r}")
        else:
            result.ok(f"{name} gives up {what}")


def run_all(stack, result):
    address = (stack.url.hostname, stack.url.port)
    own = f"{stack.run}/identity.sock"
    run_table(stack, result, "the service", own, 2)
    run_table(stack, result, "the gateway", address, 3)
    with ThreadPoolExecutor(2) as pool:  # they only wait
        list(pool.map(lambda of: run_slow(stack, result, *of), (("the service", own), ("the gateway", address))))
