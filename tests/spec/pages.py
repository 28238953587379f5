"""The reference pages at /docs: what they are made of, and what the gateway says of them. No browser: a strict policy and closed sources are enough."""
import os
import re

from stack import ROOT

FOLDER = os.path.join(ROOT, "deploy", "docs")
SERVICES = ("cases", "travel", "diaspora", "notifications", "identity")
FILES = {"docs.js": "text/javascript", "docs.css": "text/css", "swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript",
         "favicon-32x32.png": "image/png"}
HEADERS = {"x-content-type-options": "nosniff", "x-frame-options": "DENY", "cache-control": "no-store", "referrer-policy": "no-referrer"}
# A source that is not this house: what a page with such a policy may not load. data: holds pictures only.
ALLOWED = {"default-src": {"'none'"}, "script-src": {"'self'"}, "style-src": {"'self'", "'unsafe-inline'"}, "img-src": {"'self'", "data:"},
           "connect-src": {"'self'"}, "base-uri": {"'none'"}, "form-action": {"'none'"}, "frame-ancestors": {"'none'"}}


def check(result, name, faults):
    faults = [f for f in faults if f]
    if faults:
        result.bad(f"pages: {name}", "; ".join(faults[:5]))
    else:
        result.ok(f"pages: {name}")


def outside(text):
    """Addresses of other hosts in what is fetched; namespaces are names."""
    return [u for u in re.findall(r"""(?:https?:)?//[\w.-]+\.[a-z]{2,}[^\s"')]*""", text) if "www.w3.org/" not in u]


def sources(result):
    """Our own files name no other host, and nothing runs in the page itself; the style sheet fetches nothing."""
    for name in ("index.html", "docs.js", "docs.css"):
        with open(os.path.join(FOLDER, name), encoding="utf-8") as f:
            check(result, f"{name} names no other house", outside(f.read()))
    with open(os.path.join(FOLDER, "index.html"), encoding="utf-8") as f:
        page = f.read()
    check(result, "every reference of the page is below /docs", [f"{r} is not" for r in re.findall(r'(?:src|href)="([^"]*)"', page) if not r.startswith("/docs")])
    check(result, "no code stands in the page", re.findall(r"<script(?![^>]*src=)|\son\w+=|javascript:", page))
    with open(os.path.join(FOLDER, "docs.js"), encoding="utf-8") as f:
        code = f.read()
    check(result, "the document is not sent to a validator, nor taken from a link",
          [f"{w} is missing" for w in ("validatorUrl: null", "queryConfigEnabled: false") if w not in code])
    with open(os.path.join(FOLDER, "node_modules", "swagger-ui-dist", "swagger-ui.css"), encoding="utf-8") as f:
        check(result, "the style sheet fetches nothing", [u for u in re.findall(r"url\(([^)]{0,60})|@import[^;]*", f.read()) if not u.startswith(("data:", '"data:'))])


def policy_faults(text):
    found = {p.split()[0]: set(p.split()[1:]) for p in text.split(";") if p.split()}
    return [f"{name} is {found.get(name)}" for name, wanted in ALLOWED.items() if found.get(name) != wanted] + [f"{n} is more" for n in set(found) - set(ALLOWED)]


def served(stack, result):
    for path in ["/docs", *(f"/docs/{s}" for s in SERVICES)]:
        a = stack.call("GET", path, headers={"Accept": "text/html"})
        check(result, f"{path} is a page under a strict policy",
              [f"{a.status}" if a.status != 200 else "", "" if a.headers.get("content-type") == "text/html; charset=utf-8" else a.headers.get("content-type", "no type"),
               *policy_faults(a.headers.get("content-security-policy", "")), *(f"{n} is {a.headers.get(n)}" for n, v in HEADERS.items() if a.headers.get(n) != v)])
    for name, kind in FILES.items():
        a = stack.call("GET", f"/docs/{name}", headers={"Accept": "*/*"})
        check(result, f"/docs/{name} is there", ["" if a.status == 200 and a.headers["content-type"].split(";")[0] == kind and len(a.raw) > 100 else f"{a.status} {a.headers}"])
    for service in SERVICES:
        a = stack.call("GET", f"/{service}/v1/openapi.json", headers={"Origin": "https://anywhere.example"})
        check(result, f"the document of {service} may be read by anybody", ["" if a.status == 200 and a.headers.get("access-control-allow-origin") == "*" else f"{a.status} {a.headers}"])
    for path in ("/docs/", "/docs/nothing", "/docs/cases/", "/docs/package.json", "/docs/.npmrc"):
        a = stack.call("GET", path)
        check(result, f"{path} is not there", ["" if a.status == 404 and a.headers["content-type"] == "application/problem+json" else f"{a.status} {a.headers}"])
    a = stack.call("POST", "/docs", body=b"x")
    check(result, "a page takes no POST", ["" if a.status == 405 and a.headers.get("allow") == "GET, HEAD" else f"{a.status} {a.headers}"])
