#!/usr/bin/python3
"""staff.py --user USER [--id] URL: signs a member of staff in at a development provider, as a frontend does (authorisation code with PKCE), and prints the
access token, or with --id the ID token. Exit 1 with the provider's words if it refuses."""
import argparse
import base64
import hashlib
import html.parser
import http.cookiejar
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request

REDIRECT = "http://127.0.0.1/callback"


class Form(html.parser.HTMLParser):
    """Where the page's form goes."""

    def __init__(self, page):
        super().__init__()
        self.action = None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if tag == "form":
            self.action = a.get("action")


class Stay(urllib.request.HTTPRedirectHandler):
    """Follows the provider, and stops where it sends the browser back to the frontend."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        if newurl.startswith(REDIRECT):
            raise StopIteration(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def sign_in(provider, user):
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), Stay)
    verifier = base64.urlsafe_b64encode(os.urandom(32)).rstrip(b"=").decode()
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    state = os.urandom(8).hex()
    ask = {"client_id": "desk", "response_type": "code", "redirect_uri": REDIRECT, "scope": "openid api", "state": state,
           "code_challenge": challenge, "code_challenge_method": "S256"}
    page = browser.open(f"{provider}/auth?{urllib.parse.urlencode(ask)}", timeout=20)
    try:
        action = Form(page.read().decode()).action
        assert action, "the provider shows no form"
        browser.open(urllib.parse.urljoin(page.url, action), urllib.parse.urlencode({"login": user}).encode(), timeout=20)
        raise AssertionError("the provider does not send the browser back")
    except StopIteration as back:
        answer = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(str(back)).query))
    assert answer.get("state") == state, "the state is not ours"
    assert "code" in answer, f"refused: {answer}"
    body = {"grant_type": "authorization_code", "client_id": "desk", "redirect_uri": REDIRECT, "code": answer["code"], "code_verifier": verifier}
    return json.load(urllib.request.urlopen(f"{provider}/token", urllib.parse.urlencode(body).encode(), timeout=20))


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("url")
    p.add_argument("--user", required=True)
    p.add_argument("--id", action="store_true")
    o = p.parse_args()
    try:
        tokens = sign_in(o.url, o.user)
    except (urllib.error.HTTPError, AssertionError) as e:
        sys.exit(f"{e}: {e.read().decode()[:500] if isinstance(e, urllib.error.HTTPError) else ''}")
    print(tokens["id_token" if o.id else "access_token"])


main()
