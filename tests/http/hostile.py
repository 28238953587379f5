"""Hostile tokens against every service's own socket: whatever is wrong with one, the answer is the same 401, and nothing tells them apart.

The table is that of tests/unit/web/auth_tokens.c, minted for the clock of now by build/tests/unit/web/mint-tokens; what only a request can
be wrong with (other schemes, two tokens, a token elsewhere) and signatures by hand stand here.
"""
import base64
import hashlib
import hmac
import json
import os
import secrets
import socket
import subprocess
import time
import zlib

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384

import tokens
from documents import SERVICES
from stack import BUILD

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
PATHS = {"cases": "/cases/v1/cases", "travel": "/travel/v1/movements", "diaspora": "/diaspora/v1/tors",
         "notifications": "/notifications/v1/messages", "identity": "/identity/v1/organisations"}


class Mint:
    """The table's issuers, as long as this lives; folder is what a stack is told to trust by WAYFARE_ISSUERS."""

    def __init__(self):
        self.process = subprocess.Popen([os.path.join(BUILD, "tests/unit/web/mint-tokens")], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.folder = self.process.stdout.readline().decode().strip()

    def table(self):
        """(good, token, what) of each, good for the next minutes."""
        self.process.stdin.write(b"%d\n" % time.time())
        self.process.stdin.flush()
        while (line := self.process.stdout.readline().strip()):
            verdict, token, what = line.split(b"\t") if line.count(b"\t") == 2 else (line.split(b"\t")[0], b"", line.split(b"\t")[-1])
            yield verdict == b"good", bytes.fromhex(token.decode()), what.decode()

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)


def part(value):
    return tokens.base64url(value if isinstance(value, bytes) else json.dumps(value).encode())


class Forge:
    """A good token of the demo issuer, and what can be made of it without or with a key."""

    def __init__(self, stack):
        self.key = tokens.read_key(os.path.join(stack.state, "keys/identity/demo.pem"))
        self.kid = tokens.public_jwk(self.key)["kid"]
        self.header = {"alg": "ES256", "typ": "at+jwt", "kid": self.kid}
        now = int(time.time())
        self.claims = {"iss": "wayfare-demo", "aud": "wayfare", "sub": "stranger", "client_id": "wayfare-desk", "org": "elsewhere",
                       "scope": "cases:read", "name": "A stranger", "iat": now, "exp": now + 300, "jti": secrets.token_hex(16)}

    def token(self, header=None, claims=None, key=None, curve=None, change=None):
        """header and claims replace or add members; change: (r, s) → signature."""
        signed = f"{part({**self.header, **(header or {})})}.{part({**self.claims, **(claims or {})})}"
        r, s = decode_dss_signature((key or self.key).sign(signed.encode(), ec.ECDSA(curve or SHA256())))
        size = ((key or self.key).curve.key_size + 7) // 8
        raw = change(r, s) if change else r.to_bytes(size, "big") + s.to_bytes(size, "big")
        return f"{signed}.{tokens.base64url(raw)}"

    def mac(self, secret):
        signed = f"{part({**self.header, 'alg': 'HS256'})}.{part(self.claims)}"
        return f"{signed}.{tokens.base64url(hmac.digest(secret, signed.encode(), hashlib.sha256))}"

    def twin(self, token):
        """The same token with the other signature that fits as well: (r, n - s)."""
        signed, _, signature = token.rpartition(".")
        raw = base64.urlsafe_b64decode(signature + "==")
        s = ORDER - int.from_bytes(raw[32:], "big")
        return f"{signed}.{tokens.base64url(raw[:32] + s.to_bytes(32, 'big'))}"

    def forged(self):
        """(token, what) of each that must be refused."""
        mine = ec.generate_private_key(ec.SECP256R1())
        jwk = tokens.public_jwk(mine)
        public = self.key.public_key().public_numbers()
        x = public.x.to_bytes(32, "big")
        two = [number.to_bytes(32, "big") for number in (0, ORDER)]
        now = int(time.time())
        yield self.token(key=mine), "a key of one's own under the known kid"
        for name, value in (("jwk", jwk), ("jku", "https://localhost/keys"), ("x5u", "https://localhost/cert"), ("x5c", [part(x)])):
            yield self.token({name: value}, key=mine), f"a key of one's own, brought along by {name}"
            yield self.token({name: value, "kid": jwk["kid"]}, key=mine), f"a key of one's own under its own kid, brought along by {name}"
        for kid in ("../../../../dev/null", "/dev/null", "' UNION SELECT 'x", "| id", self.kid.lower(), self.kid + "\u0000", self.kid + " ", self.kid[:-1], [self.kid],
                    {"a": self.kid}, None, 0, True, "x" * 4000):
            yield self.token({"kid": kid}), f"kid {str(kid)[:24]!r}"
        for secret, what in ((b"", "nothing"), (x, "the public point"), (json.dumps(tokens.public_jwk(self.key)).encode(), "the key set's entry"),
                             (self.kid.encode(), "the kid"), (b"secret", "a word")):
            yield self.mac(secret), f"HS256 with {what} as the secret"
        yield f"{part({**self.header, 'alg': 'none'})}.{part(self.claims)}.", "alg none without a signature"
        for alg in ("nOnE", "NONE", "ES256K", "ES512", "HS512", "RS256", "dir", "ES256 ", "ES256\u0000", ["none", "ES256"]):
            yield self.token({"alg": alg}), f"alg {alg!r}"
        for r, s, what in ((two[0], two[0], "r and s zero"), (two[0], None, "r zero"), (None, two[0], "s zero"), (two[1], None, "r the order"), (None, two[1], "s the order"),
                           (b"\xff" * 32, None, "r beyond the order"), (None, b"\xff" * 32, "s beyond the order")):
            yield self.token(change=lambda a, b, r=r, s=s: (r or a.to_bytes(32, "big")) + (s or b.to_bytes(32, "big"))), f"signature: {what}"
        yield self.token(change=lambda r, s: s.to_bytes(32, "big") + r.to_bytes(32, "big")), "signature: s and r"
        yield self.token(change=lambda r, s: r.to_bytes(33, "big") + s.to_bytes(33, "big")), "signature: a zero before each"
        yield self.token(change=lambda r, s: b""), "signature: empty"
        yield self.token(change=lambda r, s: b"\0"), "signature: one byte"
        other = ec.generate_private_key(ec.SECP384R1())
        yield self.token(key=other, curve=SHA384()), "signed on P-384"
        yield self.token({"alg": "ES384"}, key=other, curve=SHA384()), "signed on P-384, and says so"
        yield self.token(key=ec.generate_private_key(ec.SECP256K1())), "signed on secp256k1"
        yield self.token(curve=SHA384()), "signed over SHA-384"
        yield self.token({"zip": "DEF"}), "says that it is compressed"
        packed = zlib.compress(json.dumps(self.claims).encode())[2:-4]
        yield self.resigned({**self.header, "zip": "DEF"}, packed), "is compressed"
        yield self.resigned({**self.header, "b64": False, "crit": ["b64"]}, json.dumps(self.claims).encode()), "b64 false"
        yield self.token({"crit": []}), "an empty crit"
        yield self.token({"crit": ["x"], "x": 1}), "a crit that nobody knows"
        yield self.token({"cty": "JWT"}), "says that a token is inside"
        yield self.resigned(self.header, self.token().encode()), "a token inside a token"
        yield self.resigned(self.header, b"\xef\xbb\xbf" + json.dumps(self.claims).encode()), "a byte order mark before the claims"
        yield self.resigned(self.header, json.dumps(self.claims).encode() + b"{}"), "more after the claims"
        yield self.resigned(self.header, json.dumps(self.claims)[:-1].encode() + b',"\\u0073ub":"admin"}'), "sub twice, one escaped"
        yield self.resigned(self.header, json.dumps(self.claims)[:-1].encode() + b',"org":"iom"}'), "org twice"
        yield self.resigned(self.header, json.dumps(self.claims)[:-1].encode() + b',"x":' + b"[" * 2000 + b"]" * 2000 + b"}"), "claims nested 2,000 deep"
        yield self.resigned(b'{"alg":"ES256","typ":"at+jwt","kid":"%s","\\u0061lg":"none"}' % self.kid.encode(), self.claims), "alg twice, one escaped"
        yield self.resigned(b'{"\\u0061lg":"ES256","typ":"at+jwt","kid":"%s","x":{"x":%s1%s}}' % (self.kid.encode(), b"[" * 500, b"]" * 500), self.claims), "header nested deeply"
        for name, value in (("exp", now - 31), ("exp", 0), ("exp", -1), ("exp", None), ("exp", float(now) + 0.5), ("exp", 1e300), ("exp", 10 ** 30), ("exp", str(now + 60)),
                            ("exp", [now + 60]), ("exp", now + 90000), ("nbf", now + 3600), ("nbf", "now"), ("nbf", 1e300), ("iat", now + 3600), ("iat", {}),
                            ("aud", "wayfare "), ("aud", "Wayfare"), ("aud", ["other"]), ("aud", [["wayfare"]]), ("aud", None), ("iss", "wayfare-demo "), ("iss", ""),
                            ("iss", None), ("iss", "https://evil.example"), ("iss", "wayfare"), ("iss", "wayfare-internal"), ("org", ""), ("org", None), ("org", ["iom"]), ("org", "iom\u0000"),
                            ("org", "x" * 200), ("sub", None), ("sub", ""), ("sub", "x" * 4000), ("scope", 7), ("scope", {"cases:read": True}), ("client_id", None),
                            ("cnf", {"jkt": "x"}), ("nonce", "n"), ("events", {})):
            yield self.token(claims={name: value}), f"{name} {str(value)[:24]!r}"
        for typ in ("JWT", "at+jwt2", "application/jwt", "", None, "secevent+jwt", "client-authentication+jwt", "dpop+jwt"):
            yield self.token({"typ": typ}), f"typ {typ!r}"
        header, claims, signature = self.token().split(".")
        for text, what in ((f"{header}.{claims}.{signature}=", "padding"), (f"{header}=.{claims}.{signature}", "padding in the header"),
                           (f"{header}.{claims}.{signature}.", "a dot more"), (f"{header}.{claims}.{signature}AA", "more after the signature"),
                           (f"{header}%2E{claims}%2E{signature}", "escaped dots"), (f"{header}.{claims}", "no signature"), (f"{header}..{signature}", "no claims, detached"),
                           (f"{header}.{part({**self.claims, 'org': 'iom'})}.{signature}", "another organisation written in"),
                           (f"{header}.x.{claims}.x.{signature}", "five parts"), (json.dumps({"payload": claims, "protected": header, "signature": signature}), "the JSON form"),
                           (f"{header}.{claims}.{signature.swapcase()}", "capitals and small letters changed"), (f"\ufeff{header}.{claims}.{signature}", "a byte order mark before")):
            yield text, what

    def resigned(self, header, claims):
        """Exactly these bytes, signed by the issuer's own key."""
        signed = f"{part(header)}.{part(claims)}"
        r, s = decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(SHA256())))
        return f"{signed}.{tokens.base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def requests(self, path):
        """(path, header lines, what) of requests that carry a good token wrongly."""
        good = self.token().encode()
        for value, what in ((b"Basic " + base64.b64encode(b"x:y"), "Basic"), (b"Basic " + good, "a token under Basic"), (b"DPoP " + good, "DPoP"), (b"Token " + good, "Token"),
                            (b"Digest username=x", "Digest"), (b"Negotiate " + good, "Negotiate"), (good, "no scheme"), (b"Bearer", "the scheme alone"),
                            (b"Bearer" + good, "no space"), (b"Bearer " + good + b" " + good, "two tokens, a space between"), (b"Bearer " + good + b"," + good, "two tokens, a comma between"),
                            (b"Bearer " + good + b", Bearer " + good, "two credentials in a line"), (b"Bearer token=" + good, "a parameter"), (b'Bearer "' + good + b'"', "quotes"),
                            (b"Bearer " + good + b";", "a semicolon"), (b"Bearer\t" + good, "a tab after the scheme"), (b"Bearer null", "null"), (b"Bearer undefined", "undefined"),
                            (b"Bearer " + b"a" * 7000, "7,000 letters"), (b"Bearer " + b"." * 3000, "3,000 dots"), (b"Bearer \xc3\xa9." + good, "a letter that is not ASCII")):
            yield path, [b"Authorization: " + value], what
        yield path, [b"Authorization: Bearer " + good] * 2, "the token twice"
        yield path, [b"Authorization: Bearer " + good, b"Authorization: Basic eDp5"], "two credentials"
        yield path, [b"Authorization: Bearer x", b"authorization: Bearer " + good], "a bad one before it"


class Wire:
    """One connection to a service's socket, opened again when the service has closed it."""

    def __init__(self, path):
        self.path = path
        self.socket = None

    def ask(self, path, lines):
        request = b"GET %s HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n%s\r\n" % (path.encode(), b"".join(line + b"\r\n" for line in lines))
        for _ in range(2):
            try:
                if self.socket is None:
                    self.socket = socket.socket(socket.AF_UNIX)
                    self.socket.settimeout(20)
                    self.socket.connect(self.path)
                self.socket.sendall(request)
                return self.answer()
            except (BrokenPipeError, ConnectionResetError, EOFError):
                self.close()
        raise EOFError(f"{path}: closed without an answer")

    def answer(self):
        """(status, headers but for what is each answer's own, body alike)."""
        got = b""
        while b"\r\n\r\n" not in got:
            got += self.more()
        head, _, body = got.partition(b"\r\n\r\n")
        first, *fields = head.decode().split("\r\n")
        headers = dict(field.split(": ", 1) for field in fields)
        while len(body) < int(headers.get("Content-Length", 0)):
            body += self.more()
        if headers.get("Connection") == "close":
            self.close()
        own = {"Date", "X-Request-Id"}
        problem = json.loads(body) if "problem" in headers.get("Content-Type", "") else {}
        if "instance" in problem:
            body = body.replace(problem["instance"].encode(), b"")
        return int(first.split(" ")[1]), [(k, v) for k, v in headers.items() if k not in own], body

    def more(self):
        got = self.socket.recv(65536)
        if not got:
            raise EOFError("closed")
        return got

    def close(self):
        if self.socket is not None:
            self.socket.close()
        self.socket = None


def on_the_wire(token):
    """Whether a token reaches the service as it is: framing refuses control characters itself, and spaces around a field's value are not part of it."""
    return token == token.strip() and all(32 <= c != 127 for c in token)


def judge(stack, mint, result, service):
    forge, wire, path = Forge(stack), Wire(f"{stack.run}/{service}.sock"), PATHS[service]
    expected = wire.ask(path, [b"Authorization: Bearer no.such.token"])
    if expected[0] != 401 or not any(k == "WWW-Authenticate" and "invalid_token" in v for k, v in expected[1]):
        return result.bad(f"{service}: refuses what is no token", repr(expected))
    bearer = b"Authorization: Bearer "
    bad = [(path, [bearer + token], what) for good, token, what in mint.table() if not good and on_the_wire(token) and "in 31 s" not in what]
    bad += [(path, [bearer + token.encode()], what) for token, what in forge.forged() if on_the_wire(token.encode())]
    bad += forge.requests(path)
    for where, lines, what in bad:
        answer = wire.ask(where, lines)
        if answer != expected:
            result.bad(f"{service}: a token with {what} is refused like every other", repr(answer)[:600])
        else:
            result.ok(f"{service}: refused: {what}")
    # What is good for a second, or bad for one, is judged by the unit test alone.
    trusted = [(token, what) for good, token, what in mint.table() if good and stack.own and "29 s" not in what]
    for token, what in trusted + [(forge.token().encode(), "the demo issuer's"), (forge.twin(forge.token()).encode(), "its twin")]:
        status = wire.ask(path, [bearer + token])[0]
        if status == 401:
            result.bad(f"{service}: takes {what}", "401")
        else:
            result.ok(f"{service}: takes {what}")
    # What is no credential of ours is as if there were none.
    nothing = wire.ask(path, [])
    good = forge.token()
    for where, lines, what in ((f"{path}?access_token={good}", [], "in the query"), (path, [b"Cookie: access_token=" + good.encode()], "in a cookie"),
                               (path, [b"Proxy-Authorization: Bearer " + good.encode()], "for a proxy"), (path, [b"X-Authorization: Bearer " + good.encode()], "in a field of its own")):
        answer = wire.ask(where, lines)
        if nothing[0] != 401 or answer != nothing:
            result.bad(f"{service}: a token {what} is none", repr(answer)[:600])
        else:
            result.ok(f"{service}: a token {what} is none")
    wire.close()


def run_all(stack, mint, result):
    for service in SERVICES:
        try:
            judge(stack, mint, result, service)
        except (OSError, EOFError) as e:
            result.bad(f"{service}: hostile tokens", f"{type(e).__name__}: {e}")
