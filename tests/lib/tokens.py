"""Tokens as the house and its clients sign them (ES256), for tests that speak as one of them."""
import base64
import hashlib
import json

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def new_key():
    return ec.generate_private_key(ec.SECP256R1())


def read_key(path):
    with open(path, "rb") as f:
        return load_pem_private_key(f.read(), None)


def public_jwk(key, kid=None):
    """kid: else the key's thumbprint (RFC 7638), as our programs name their keys."""
    public = key.public_key().public_numbers()
    x, y = (base64url(n.to_bytes(32, "big")) for n in (public.x, public.y))
    thumbprint = hashlib.sha256(f'{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}'.encode()).digest()
    return {"kty": "EC", "kid": kid or base64url(thumbprint), "alg": "ES256", "use": "sig", "crv": "P-256", "x": x, "y": y}


def sign(key, claims, typ, kid=None):
    header = {"alg": "ES256", "typ": typ, "kid": public_jwk(key, kid)["kid"]}
    signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(SHA256())))
    return f"{signed}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def claims_of(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
