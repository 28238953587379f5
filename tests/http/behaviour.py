"""The rules of the API by mechanism: what every operation must do, tried with a request of the scenarios that had a success.

Nothing here changes anything: replays, stale preconditions, HEAD, OPTIONS, origins, and of lists what they offer beside their rows.
"""
import glob
import json
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from scenario import AT_ONCE
from stack import ROOT

sys.path.append(os.path.join(ROOT, "libcommon", "gen"))
import sqlgen

STRANGER = "https://elsewhere.example"
NOT_OF_THE_LIST = re.compile(r"(^|&)(cursor|limit|count|changedSince)=[^&]*")


def plus(path, query):
    """The path with its own query, but for the place in a list, and more."""
    path, _, own = path.partition("?")
    own = NOT_OF_THE_LIST.sub("", own).lstrip("&")
    return f"{path}?{own}&{query}" if own else f"{path}?{query}"


def tables():
    """Of each service the tables that lists are made of: (table, column of the id)."""
    found = {}

    def lists(path):
        return {(st.changed, st.id_expr.split(".")[-1]) for st in sqlgen.parse_file(path)[0] if st.kind == "list" and st.changed != "-"}

    for path in glob.glob(os.path.join(ROOT, "services", "*", "*", "queries.sql")):
        found.setdefault(path.split(os.sep)[-3], set()).update(lists(path))
    every = lists(os.path.join(ROOT, "libcommon", "app", "queries.sql"))
    return {service: own | every for service, own in found.items()}


class Behaviour:
    def __init__(self, stack, documents, result):
        self.stack = stack
        self.documents = documents
        self.result = result
        self.tables = tables()

    def check(self, operation, name, answer, faults):
        faults = [f for f in faults if f]
        if faults:
            said = f" {answer.raw[:300]!r}" if answer else ""
            return self.result.bad(f"{operation.id}: {name}", "; ".join(faults) + said)
        return self.result.ok(f"{operation.id}: {name}")

    def refused(self, operation, name, asked, status, code=None, **changes):
        answer = asked.again(self.stack, **changes)
        faults = self.documents.judge(changes.get("method") or asked.method, changes.get("path") or asked.path, answer)
        if answer.status != status:
            faults.append(f"{answer.status} instead of {status}")
        elif code and answer.json["code"] != code:
            faults.append(f"{answer.json['code']} instead of {code}")
        self.check(operation, name, answer, faults)

    def play(self, operation):
        kept = self.documents.asked.get((operation.service, operation.id))
        if not kept:
            return  # that every operation has a success is a test of its own
        try:
            kept = [k[1:] for k in kept if k[1].who[0] or operation.public]  # a token of its own may be revoked
            if not kept:
                return
            asked, answer = kept[0]
            self.options(operation, asked)
            if operation.method == "GET" and "text/event-stream" not in operation.kinds:
                self.head(operation, asked)
            if operation.parameter("header", "Idempotency-Key"):
                self.repeated(operation, asked, answer)
            if operation.parameter("header", "If-Match"):
                self.stale(operation, [k[0] for k in kept])
            if operation.parameter("query", "cursor"):
                there = next((k[0] for k in kept if k[0].again(self.stack).status == 200), None)
                if there:  # else what it was a list of is gone
                    self.listed(operation, there)
        except Exception as e:  # the others go on
            self.result.bad(f"{operation.id}: behaviour", f"{type(e).__name__}: {e}")

    def options(self, operation, asked):
        a = self.stack.call("OPTIONS", asked.path.split("?")[0])
        allowed = set(re.split(r", *", a.headers.get("allow", "")))
        item = operation.document.spec["paths"][operation.route]
        self.check(operation, "OPTIONS tells the methods", a, [
            "" if a.status == 204 and not a.raw else f"{a.status}",
            "" if allowed >= {operation.method, "OPTIONS"} | ({"HEAD"} if "get" in item else set()) else f"Allow is {allowed}"])
        a = self.stack.call("OPTIONS", asked.path.split("?")[0], headers={"Origin": STRANGER, "Access-Control-Request-Method": operation.method})
        self.check(operation, "an origin that is not listed gets no leave", a, ["" if "access-control-allow-origin" not in a.headers else "it does"])

    def head(self, operation, asked):
        for _ in range(5):  # until nobody has changed it in between
            get, head, again = (asked.again(self.stack, **{"headers": {"Origin": STRANGER}, **how}) for how in ({}, {"method": "HEAD", "headers": {}}, {}))
            if get.headers.get("etag") == again.headers.get("etag") and get.status == again.status:
                break
        self.check(operation, "HEAD tells what GET would", head, [
            "" if head.status == get.status else f"{head.status}, GET {get.status}", "a body" if head.raw else "",
            *(f"{h}: {head.headers.get(h)}, GET {get.headers.get(h)}" for h in ("content-type", "etag") if head.headers.get(h) != get.headers.get(h))])
        self.check(operation, "shares nothing with an origin that is not listed", get, ["it does" if "access-control-allow-origin" in get.headers else ""])

    def repeated(self, operation, asked, first):
        """The same key: the same answer and no change; with another body none."""
        again = asked.again(self.stack)
        self.check(operation, "the same Idempotency-Key gets the same answer", again, [
            "" if again.status == first.status else f"{again.status} instead of {first.status}", "" if again.raw == first.raw else "another body",
            "" if again.headers.get("idempotency-replayed") == "true" else "not said to be a replay",
            *(f"{h} differs" for h in ("etag", "location", "content-type") if again.headers.get(h) != first.headers.get(h))])
        if operation.body_type == "application/json":
            other = b" " + json.dumps({} if asked.body is None else asked.body).encode()
            self.refused(operation, "the same Idempotency-Key with another body is refused", asked, 422, "idempotency.mismatch",
                         headers={"Content-Type": "application/json"}, body=other)

    def stale(self, operation, requests):
        """Before anything else is judged of the resource; of those that are there still. A PUT of what is there already may say so (RFC 9110, 13.1.1)."""
        for asked in requests:
            before = replace(asked, method="GET", body=None).again(self.stack) if operation.method == "PUT" else None
            headers = {"If-Match": '"v0-stale"'}
            if "Idempotency-Key" in asked.headers:
                headers["Idempotency-Key"] = asked.headers["Idempotency-Key"][:100] + "-stale"
            answer = asked.again(self.stack, headers=headers)
            if answer.status != 404:
                break
        else:
            return  # they are gone
        if before and answer.status == 200:
            after = replace(asked, method="GET", body=None).again(self.stack)
            return self.check(operation, "what is there already changes nothing, whatever its If-Match", answer, [
                "" if before.status == 200 else f"GET {before.status}", "" if (before.raw, before.headers.get("etag")) == (after.raw, after.headers.get("etag")) else "it changed"])
        return self.check(operation, "a stale If-Match is refused", answer, ["" if answer.status == 412 else f"{answer.status} instead of 412"])

    def listed(self, operation, asked):
        def ask(query):
            return asked.again(self.stack, path=plus(asked.path, query))

        for what, query in (("no limit of 0", "limit=0"), ("no limit in words", "limit=ten"), ("no limit of 1.5", "limit=1.5"), ("no empty limit", "limit="),
                            ("no sort of another name", "sort=nonsense")):
            self.refused(operation, f"takes {what}", asked, 400, path=plus(re.sub(r"sort=[^&]*&?", "", asked.path), query))
        if operation.parameter("query", "expand"):
            self.refused(operation, "expands nothing else", asked, 400, path=plus(asked.path, "expand=nonsense"))
        page = ask("limit=1")
        cursor = page.json["next"]
        if cursor:
            self.refused(operation, "refuses a changed cursor", asked, 400, "cursor.invalid",
                         path=plus(asked.path, "cursor=" + cursor[:9] + ("A" if cursor[9] != "A" else "B") + cursor[10:]))
            self.refused(operation, "refuses half a cursor", asked, 400, "cursor.invalid", path=plus(asked.path, "cursor=" + cursor[:len(cursor) // 2]))
        if operation.parameter("query", "count"):
            self.counted(operation, ask)
        if operation.parameter("query", "changedSince"):
            self.changed(operation, asked, ask)

    def counted(self, operation, ask):
        a, found, cursor = ask("limit=200&count=true"), 0, ""
        for _ in range(30):
            page = ask(f"limit=200{cursor}").json
            found += len(page["items"])
            if not page["next"]:
                break
            cursor = "&cursor=" + page["next"]
        self.check(operation, "counts what it lists", a, ["" if a.status == 200 and a.json["total"] == found else f"total of {found} items"])
        self.check(operation, "counts only when asked", None, ["it does always" if "total" in ask("limit=1").json else ""])

    def changed(self, operation, asked, ask):
        """A row that is written again comes again, and nothing that was not."""
        self.refused(operation, "refuses a token of somebody's own making", asked, 400, path=plus(asked.path, "changedSince=AAAA"))
        first = ask("changedSince=0&limit=200")
        if first.status != 200 or not first.json["items"]:
            return self.check(operation, "begins with changedSince=0", first, ["" if first.status == 200 else f"{first.status}"])
        one = first.json["items"][-1]
        one = one.get("id") or one["caseId"]
        token = ask("changedSince=0&limit=1").json["changedSince"]
        for table, column in self.tables[operation.service]:
            self.stack.sql(operation.service, f"SET session_replication_role = replica; UPDATE {table} SET {column} = {column} WHERE {column} = '{one}'")
        a = ask(f"changedSince={token}&limit=200")
        ids = [i.get("id") or i["caseId"] for i in a.json["items"]] if a.status == 200 else []
        return self.check(operation, "tells what has changed since", a, ["" if one in ids else f"{one} is not among {ids[:5]}",
                                                                         "all come again" if len(ids) > 20 and len(ids) == len(first.json["items"]) else ""])


def run_all(stack, documents, result):
    behaviour = Behaviour(stack, documents, result)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for operation in documents.operations():
            pool.submit(behaviour.play, operation)
