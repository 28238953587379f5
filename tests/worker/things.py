"""What the maker is told to make, and whether the keeper has kept each of it once and in order."""
import uuid

from parts import psql, wait_for

MADE, PASSED = "maker.thing.made", "maker.thing.passed"


def new():
    return str(uuid.uuid4())


def things_of(keys, each, mode="ok", kind=MADE):
    """Interleaved, n rising within each key."""
    names = [new() for _ in range(keys)]
    orgs = ("iom", "coa", "uaf")
    return [(new(), key, n, kind, mode, orgs[i % 3]) for n in range(1, each + 1) for i, key in enumerate(names)]


def came(parts, things):
    """Asserts that each thing's effect is there exactly once, for its organisation, in the order of its key."""
    wanted = {t[0]: t for t in things}
    effects = [e for e in parts.effects() if e[0] in wanted]
    assert len(effects) == len(things), f"{len(effects)} effects of {len(things)} events"
    assert len({e[0] for e in effects}) == len(things), "an effect came twice"
    last = {}
    for thing, key, n, org in effects:
        assert (key, n, org) == (wanted[thing][1], wanted[thing][2], wanted[thing][5]), "an effect is another event's"
        assert last.get(key, 0) < n, f"key {key}: {n} came after {last[key]}"
        last[key] = n


def wait_effects(parts, things, seconds=15.0):
    ids = ", ".join(f"'{t[0]}'" for t in things)
    wait_for(f"{len(things)} effects", lambda: parts.count("keeper", "effects", f"thing IN ({ids})") >= len(things), seconds)


def wait_confirmed(parts, seconds=15.0):
    wait_for("no delivery left", lambda: parts.count("maker", "wf.delivery") == 0, seconds)


def replay(thing):
    psql("wayfare_keeper", f"UPDATE wf.inbox SET state = 'retry', attempts = 0, next_at = now() "
                           f"WHERE subject = '{thing}' AND state = 'dead'", "wf_keeper_worker")
