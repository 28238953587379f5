"""A service that is away is named in the trail of a person, and its rows come when it is back."""
import time
from datetime import datetime, timedelta, timezone

from stack import PATIENCE, insist


def window():
    now = datetime.now(timezone.utc)
    return {"from": (now - timedelta(hours=1)).isoformat(), "until": (now + timedelta(hours=1)).isoformat()}


def run_all(stack, documents, result):
    name = "a service that is away is named in the trail of a person"
    person = stack.call("POST", "/cases/v1/persons", who="amina", headers={"Idempotency-Key": "trail-of-an-absent-service"},
                        body={"names": [{"given": "Asha", "family": "Away", "kind": "asOnDocument", "script": "Latn"}]}).json["id"]
    path = f"/cases/v1/persons/{person}/_whosaw"
    asked = window()

    def ask(until, wanted):
        end = time.monotonic() + until * PATIENCE
        while True:
            answer = insist(lambda: stack.call("POST", path, who="lena", body=asked))
            faults = documents.judge("POST", path, answer)
            if faults or answer.status != 200:
                return f"{answer.status} {faults} {answer.raw[:400]!r}"
            if answer.json["incomplete"] == wanted and any(i["operation"] == "createPerson" for i in answer.json["items"]):
                return None
            if time.monotonic() > end:
                return f"{answer.json['incomplete']} instead of {wanted}"
            time.sleep(0.2)

    why = ask(10, [])
    if not why:
        stack.supervisor("stop", "travel")
        try:
            why = ask(10, ["travel"])
        finally:
            stack.supervisor("start", "travel")
        why = why or ask(60, [])
    result.bad(name, why) if why else result.ok(name)
