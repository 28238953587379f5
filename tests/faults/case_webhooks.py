"""Webhooks beside names that nobody resolves: those who answer notice nothing."""
import datetime
import time
import uuid

from outside import Endpoints, SilentNames
from programs import wait_for
from told import tell

TYPE = "cases.share.changed"
NAMES_MAX_S = 0.05  # that unanswered names may cost others


def subscribe(stack, url):
    a = stack.call("POST", "/notifications/v1/subscriptions", who="coa", body={"url": url, "eventTypes": [TYPE]}, headers={"Idempotency-Key": str(uuid.uuid4())})
    assert a.status == 201, a.raw
    return a.json["id"]


class Subscribed:
    """Subscriptions of COA for urls; given up again at the end, with what still waits for them."""

    def __init__(self, stack, urls):
        self.stack, self.urls = stack, urls

    def __enter__(self):
        self.ids = [subscribe(self.stack, url) for url in self.urls]
        return self.ids

    def __exit__(self, *_):
        for i in self.ids:
            tag = self.stack.call("GET", f"/notifications/v1/subscriptions/{i}", who="coa").headers["etag"]
            self.stack.call("DELETE", f"/notifications/v1/subscriptions/{i}", who="coa", headers={"If-Match": tag})
        self.stack.sql("notifications", "DELETE FROM delivery_due WHERE subscription_id IN "
                                        f"(SELECT id FROM subscriptions WHERE deleted_at IS NOT NULL AND id = ANY ('{{{','.join(self.ids)}}}'))")


def share_changed(stack, subjects, each=1):
    """Events of the cases service to COA."""
    tell(stack, "cases", TYPE, ["notifications"], "jsonb_build_object('shareId', subject, 'caseId', subject, 'toOrganisation', 'coa')", subjects, each)


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def delays(stack, endpoints, addresses, n):
    """Of n events, one by one: sorted seconds from event to arrival at those addresses."""
    before = {a: len(endpoints.of(a)) for a in addresses}
    for _ in range(n):
        share_changed(stack, 1)
        time.sleep(0.02)
    wait_for("those who answer have all", lambda: all(len(endpoints.of(a)) >= before[a] + n for a in addresses), 40)
    return sorted(t[4] - instant(t[3]) for a in addresses for t in endpoints.of(a)[before[a]:])


def test_names_that_nobody_resolves_delay_nobody(stack, full):
    n, rounds = (200, 3) if full else (25, 3)
    with Endpoints(stack, ["good"]) as e, SilentNames(stack) as names, Subscribed(stack, [e.url(a) for a in e.at]):
        costs = []
        for _ in range(rounds):
            quiet = delays(stack, e, list(e.at), n)
            with Subscribed(stack, [f"https://{uuid.uuid4().hex[:8]}.example.org/hook" for _ in range(6)]):
                held = delays(stack, e, list(e.at), n)
            costs.append(held[n // 2] - quiet[n // 2])
            if costs[-1] <= NAMES_MAX_S:
                break
        asked = names.asked()
        print(f"  {n} events beside 6 names without answer ({asked} questions): median {costs[-1] * 1000:+.0f} ms")
        assert asked > 0, "nobody asked the name server"
        assert min(costs) <= NAMES_MAX_S, f"others waited {costs} s longer"
