#!/usr/bin/python3
"""walk.py STATE PORT DB: the journey of deploy/local, whose staff get their tokens by DB, the primary's place, as no local stack is up."""
import os
import runpy
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
LOCAL = os.path.join(HERE, "..", "..", "deploy", "local")
sys.path.insert(0, LOCAL)

from client import BUILD, ROOT, Client


def staff_token(state, db, user, scope=None):
    done = subprocess.run([f"{BUILD}/services/ctl/wayfare-ctl", "dev-token", "--user", user, *(["--scope", scope] if scope else []),
                           "--keys", f"{state}/keys/identity", "--issuers", f"{state}/issuers", "--db", f"host={db} user=wf_identity_owner dbname=wayfare_identity",
                           "--db-password-file", f"{state}/secrets/wf_identity_owner"], capture_output=True, text=True, timeout=20,
                          env={**os.environ, "WAYFARE_MODE": "development", "WAYFARE_AUDIENCE": "wayfare", "WAYFARE_DATA": f"{ROOT}/services/identity"})
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


if __name__ == "__main__":
    state, port, db = sys.argv[1:]
    Client.staff_token = lambda self, user, scope=None: staff_token(state, db, user, scope)
    sys.argv = ["journey.py", state, port]
    runpy.run_path(os.path.join(LOCAL, "journey.py"), run_name="__main__")
