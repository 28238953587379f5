"""What time and chance can do to tokens: an assertion presented fifty times at once, a client that is shut out everywhere, keys that change."""
import json
import os
import secrets
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import tokens
from documents import SERVICES
from hostile import PATHS, Forge, Wire
from scenario import ASSERTION_TYPE, PATIENCE

TOKEN = "/identity/v1/oauth2/token"
ISSUER = "https://rotating.test"


class Rotation:
    """An issuer of our own in the folder of further issuers: its key set is a file that services look at every 10 s."""

    def __init__(self, folder):
        self.file = os.path.join(folder, "rotating.jwks.json")
        self.keys = [tokens.new_key() for _ in range(2)]
        self.publish(self.keys[:1])
        profile = os.path.join(folder, "rotating.json")
        with open(profile, "w", encoding="utf-8") as f:
            json.dump({"iss": ISSUER, "algs": ["ES256"], "jwks_file": os.path.basename(self.file)}, f)
        os.chmod(profile, 0o644)

    def publish(self, keys):
        """In one step: a reader finds the old set or the new one."""
        with open(self.file + ".part", "w", encoding="utf-8") as f:
            json.dump({"keys": [tokens.public_jwk(key) for key in keys]}, f)
        os.chmod(self.file + ".part", 0o644)
        os.replace(self.file + ".part", self.file)

    def token(self, number):
        now = int(time.time())
        return tokens.sign(self.keys[number], {"iss": ISSUER, "aud": "wayfare", "sub": "r", "client_id": "r", "org": "elsewhere", "scope": "", "iat": now, "exp": now + 120,
                                               "jti": secrets.token_hex(16)}, "at+jwt")


def taken(wire, service, token):
    """Whether the service believes it; what it may do is another matter."""
    return wire.ask(PATHS[service], [b"Authorization: Bearer " + token.encode()])[0] != 401


def keys_change(stack, rotation, result):
    """Old, then both, then new: who signs with a published key is never refused, and the old one ends."""
    wires = {service: Wire(f"{stack.run}/{service}.sock") for service in SERVICES}
    refused = []

    def until(number, wanted, steady):
        """Asks all services with new tokens until each answers as wanted; the steady key is believed all the while."""
        open_, end = set(SERVICES), time.monotonic() + 15 * PATIENCE
        while open_ and time.monotonic() < end:
            for service in SERVICES:
                if steady is not None and not taken(wires[service], service, rotation.token(steady)):
                    refused.append(service)
                if service in open_ and taken(wires[service], service, rotation.token(number)) == wanted:
                    open_.discard(service)
            time.sleep(0.1)
        return open_

    late = until(0, True, None)
    result.bad("keys: an issuer's key is believed", f"not by {late}") if late else result.ok("keys: an issuer's key is believed")
    rotation.publish(rotation.keys)
    late = until(1, True, 0)
    result.bad("keys: a new key is believed once it is published", f"not by {late}") if late else result.ok("keys: a new key is believed once it is published")
    rotation.publish(rotation.keys[1:])
    late = until(0, False, 1)
    result.bad("keys: an old key ends", f"not at {late}") if late else result.ok("keys: an old key ends")
    result.bad("keys: without a gap", f"refused by {sorted(set(refused))}, {len(refused)} times") if refused else result.ok("keys: without a gap")


class Partner:
    """A client of an organisation of its own, with a secret and a key."""

    def __init__(self, stack):
        self.stack = stack
        self.code = f"p-{secrets.token_hex(4)}"
        self.client = f"c-{secrets.token_hex(4)}"
        self.key = tokens.new_key()
        self.made("/identity/v1/organisations", {"code": self.code, "name": self.code, "kind": "partner"})
        answer = self.made("/identity/v1/clients", {"organisation": self.code, "clientId": self.client, "name": "Signing", "roles": ["partnerClient"],
                                                    "keys": [tokens.public_jwk(self.key, "k1")]})
        self.tag = answer.headers["etag"]
        self.issuer = stack.call("GET", "/.well-known/oauth-authorization-server").json["issuer"]

    def made(self, path, body):
        answer = self.stack.call("POST", path, who="roos", body=body, headers={"Idempotency-Key": str(uuid.uuid4())})
        if answer.status != 201:
            raise RuntimeError(f"{path}: {answer.status} {answer.raw[:300]!r}")
        return answer

    def assertion(self):
        now = int(time.time())
        claims = {"iss": self.client, "sub": self.client, "aud": self.issuer, "jti": str(uuid.uuid4()), "iat": now, "exp": now + 60}
        return tokens.sign(self.key, claims, "JWT", "k1")

    def fetch(self, assertion):
        form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
        return self.stack.call("POST", TOKEN, body=urlencode(form).encode(), headers={"Content-Type": "application/x-www-form-urlencoded"})


def once(stack, partner, result):
    """Fifty at once with one assertion: one token."""
    for _ in range(3):
        assertion = partner.assertion()
        with ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(lambda _: partner.fetch(assertion), range(50)))
        if any(a.status == 200 for a in answers) or all(a.status != 503 for a in answers):
            break  # else the one that was taken was not answered in time
    statuses = sorted(a.status for a in answers)
    others = {a.json.get("error") for a in answers if a.status not in (200, 503)}
    if statuses.count(200) != 1 or others - {"invalid_client"} or set(statuses) - {200, 401, 503}:
        result.bad("clients: an assertion presented fifty times at once gives one token", f"{statuses} {others}")
    else:
        result.ok("clients: an assertion presented fifty times at once gives one token")
    return next((a.json["access_token"] for a in answers if a.status == 200), None)


def shut_out(stack, partner, token, result):
    """A client that is disabled is refused by every service within a second, by whatever text its token has."""
    forge = Forge(stack)
    wires = {service: Wire(f"{stack.run}/{service}.sock") for service in SERVICES}
    deaf = [s for s in SERVICES if not taken(wires[s], s, token) or not taken(wires[s], s, forge.twin(token))]
    if deaf:
        return result.bad("clients: a token is good at every service", f"not at {deaf}")
    answer = stack.call("POST", f"/identity/v1/clients/{partner.client}/disable", who="roos",
                        headers={"If-Match": partner.tag, "Idempotency-Key": str(uuid.uuid4())})
    begun, gone = time.monotonic(), {}
    while len(gone) < len(SERVICES) and time.monotonic() < begun + 5 * PATIENCE:
        for service in set(SERVICES) - set(gone):
            asked = time.monotonic()
            if not taken(wires[service], service, token):
                gone[service] = asked - begun
        time.sleep(0.02)
    slow = {s: gone.get(s) for s in SERVICES if gone.get(s, 9) > PATIENCE}
    if answer.status != 200 or slow:
        result.bad("clients: who is shut out is refused by every service within a second", f"{answer.status} {slow}")
    else:
        result.ok("clients: who is shut out is refused by every service within a second")
    for service in SERVICES:
        if taken(wires[service], service, forge.twin(token)):
            result.bad(f"clients: {service}: no other text of the same token helps", "taken")
        else:
            result.ok(f"clients: {service}: no other text of the same token helps")
    answer = partner.fetch(partner.assertion())
    if answer.status != 400 or answer.json["error"] != "unauthorized_client":
        result.bad("clients: who is shut out gets no new token", f"{answer.status} {answer.raw[:200]!r}")
    else:
        result.ok("clients: who is shut out gets no new token")
    print(f"clients: shut out after {max(gone.values(), default=0):.2f} s")


def run_all(stack, rotation, result):
    with ThreadPoolExecutor(1) as pool:
        changing = pool.submit(keys_change, stack, rotation, result) if stack.own else None
        try:
            partner = Partner(stack)
            token = once(stack, partner, result)
            if token:
                shut_out(stack, partner, token, result)
            if changing:
                changing.result()
        except (OSError, EOFError, RuntimeError) as e:
            result.bad("credentials", f"{type(e).__name__}: {e}")
