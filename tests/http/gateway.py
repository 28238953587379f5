"""What the gateway refuses by itself, before a service hears of it: as a service would, in problem+json with the standard headers."""
import socket

HOST = b"Host: localhost\r\n"
END = b"Connection: close\r\n\r\n"
BIG = 1024 * 1024 + 1
# (what, request, status, code)
REFUSED = (
    ("a path of another house", b"GET /elsewhere HTTP/1.1\r\n" + HOST + END, 404, "route.missing"),
    ("the address of its own pages", b"GET /problem HTTP/1.1\r\n" + HOST + END, 404, "route.missing"),
    ("no host", b"GET /cases/v1/cases HTTP/1.1\r\n" + END, 400, "request.framing"),
    ("two lengths", b"POST /cases/v1/cases HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\nContent-Length: 3\r\n" + END + b"{} ", 400, "request.framing"),
    ("a length beside chunks", b"POST /cases/v1/cases HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n" + END + b"0\r\n\r\n",
     400, "request.framing"),
    ("another transfer encoding", b"POST /cases/v1/cases HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip, chunked\r\n" + END, 501, "request.notImplemented"),
    ("NUL in the path", b"GET /cases/v1/cases%00 HTTP/1.1\r\n" + HOST + END, 400, "request.framing"),
    ("half an escape in the path", b"GET /cases/v1/cases% HTTP/1.1\r\n" + HOST + END, 400, "request.framing"),
    ("a method in small letters", b"get /cases/v1/cases HTTP/1.1\r\n" + HOST + END, 400, "request.framing"),
    ("a tunnel", b"CONNECT localhost:443 HTTP/1.1\r\n" + HOST + END, 400, "request.framing"),
    ("the asterisk", b"OPTIONS * HTTP/1.1\r\n" + HOST + END, 400, "request.framing"),
    ("HTTP/2 without notice", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", None, None),
    ("HTTP/2.0 by name", b"GET /cases/v1/cases HTTP/2.0\r\n" + HOST + END, 505, "request.version"),
    ("a body over 1 MiB", b"POST /cases/v1/cases HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n" % BIG + END + b" " * BIG, 413, "request.tooLarge"),
    ("chunks over 1 MiB", b"POST /cases/v1/cases HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n" + END + b"%x\r\n" % BIG + b" " * BIG + b"\r\n0\r\n\r\n",
     413, "request.tooLarge"),
    ("a header of 100 kB", b"GET /cases/v1/cases HTTP/1.1\r\n" + HOST + b"X-A: " + b"a" * 100000 + b"\r\n" + END, 431, "request.headersTooLarge"),
)
HEADERS = (b"api-version:", b"cache-control: no-store", b"content-security-policy:", b"x-content-type-options: nosniff", b"x-frame-options:",
           b"content-type: application/problem+json")


def exchange(address, request):
    answer = b""
    with socket.create_connection(address, timeout=10) as s:
        try:
            s.sendall(request)
        except OSError:
            pass  # refused before all of it was read
        try:
            while part := s.recv(65536):
                answer += part
        except OSError:
            pass
    return answer


def fault(answer, status, code):
    head, _, body = answer.partition(b"\r\n\r\n")
    first, _, fields = head.lower().partition(b"\r\n")
    if not first.startswith(b"http/1.1 %d" % status if status else b"http/1.1 "):
        return f"answered {answer[:200]!r}"
    missing = [h.decode() for h in HEADERS if h not in fields]
    if missing:
        return f"lacks {', '.join(missing)}"
    if code and b'"code":"%s"' % code.encode() not in body:
        return f"says {body[:200]!r} and not {code}"
    if b"nginx/" in answer or b"<html" in answer:
        return "tells what it is made with"
    return None


def run_all(stack, result):
    address = (stack.url.hostname, stack.url.port)
    for what, request, status, code in REFUSED:
        why = fault(exchange(address, request), status, code)
        if why:
            result.bad(f"gateway refuses {what}", why)
        else:
            result.ok(f"gateway refuses {what}")
