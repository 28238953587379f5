#!/usr/bin/python3
"""walk.py STATE PORT STORY: a journey of deploy/local against the gateway of a system in production mode; staff have signed in elsewhere: their tokens are in STATE/staff.json."""
import json
import os
import runpy
import sys

LOCAL = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "deploy", "local")
sys.path.insert(0, LOCAL)

from client import Client

if __name__ == "__main__":
    state, port, story = sys.argv[1:]
    with open(f"{state}/staff.json", encoding="ascii") as f:
        staff = json.load(f)
    Client.staff_token = lambda self, user, scope=None: staff[user]
    sys.argv = [f"{story}.py", state, port]
    runpy.run_path(os.path.join(LOCAL, f"{story}.py"), run_name="__main__")
