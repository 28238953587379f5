#!/usr/bin/python3
"""issuer.py FOLDER TOKEN: a further issuer as an operator would add it: profile and key set in FOLDER, one of its staff tokens in TOKEN."""
import base64
import json
import os
import sys
import time
import uuid

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

folder, token_file = sys.argv[1:]
os.makedirs(folder, exist_ok=True)
key = ec.generate_private_key(ec.SECP256R1())


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


point = key.public_key().public_numbers()
jwk = {"kty": "EC", "crv": "P-256", "kid": "other-1", "alg": "ES256", "use": "sig",
       "x": b64(point.x.to_bytes(32, "big")), "y": b64(point.y.to_bytes(32, "big"))}
with open(os.path.join(folder, "other.jwks.json"), "w") as f:
    json.dump({"keys": [jwk]}, f)
with open(os.path.join(folder, "other.json"), "w") as f:
    json.dump({"iss": "https://login.other.example", "aud": "wayfare", "algs": ["ES256"], "typ": ["at+jwt"],
               "jwks_file": "other.jwks.json", "organisation": "iom", "user": "always",
               "claims": {"scope": "scope", "subject": "sub", "client": "client_id", "name": "name"}}, f)
now = int(time.time())
claims = {"iss": "https://login.other.example", "aud": "wayfare", "sub": "amina", "client_id": "frontend", "name": "Amina",
          "scope": "tasks:read cases:read programme:avrr office:nl", "iat": now, "exp": now + 600, "jti": str(uuid.uuid4())}
signed = b64(json.dumps({"alg": "ES256", "typ": "at+jwt", "kid": "other-1"}).encode()) + "." + b64(json.dumps(claims).encode())
r, s = utils.decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
with open(token_file, "w") as f:
    f.write(f"{signed}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}")
