"""A whole second world in the same databases, and nobody of the first can tell.

What the scenarios have made is copied, row by row, for organisations of their own (mirror-iom, mirror-coa, …): every id begins with
MARK then, every text is the same. What a scenario asked successfully is asked again:
  - as it was: every answer is, to the byte, what it was before the copy, and none holds an id of the copy;
  - with each of its ids (path, query, body) replaced by its copy's: answered as an id that nobody has;
  - by a stranger with every scope: no cursor and no Idempotency-Key of another is good for anything.
In the end the copy is compared with what it was: no row came, went or changed.
"""
import re
import uuid
from concurrent.futures import ThreadPoolExecutor

from documents import SERVICES
from record import UUID

MARK = "fee1dead"
AT_ONCE = 6
# Headers that are each answer's own.
OWN = {"date", "x-request-id", "ratelimit", "link", "content-length", "connection", "keep-alive"}
# Members that are sealed anew each time: a cursor has a nonce.
SEALED = re.compile(rb'"(next|changedSince|cursor|nextCursor|token|access_token)":"[^"]*"')
BUSY = 503
# What the administrator of the whole house sees of every organisation.
ACROSS = {"listOrganisations"}

COLUMNS = """SELECT c.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND c.relnamespace::regnamespace::text IN ('public', 'wf')
    AND (c.relnamespace::regnamespace::text = 'public' OR c.relname IN ('case_readers', 'corrections')) AND c.relname NOT IN ('revocations', 'message_due', 'delivery_due')
    AND EXISTS (SELECT 1 FROM pg_attribute o WHERE o.attrelid = c.oid AND o.attname = 'org') ORDER BY 1, a.attnum"""
# Known by themselves, all over the house.
UNIQUE = {("clients", "client_id"), ("users", "username")}


def mirrored(table, column, kind):
    """The expression for a column's value in the copy."""
    pattern = f"'{UUID.pattern}', '{MARK}\\1', 'g'"
    if (table, column) in UNIQUE:
        return f"left('mirror-' || {column}, 64)"
    if column == "organisation" or re.search(r"(^|_)org$", column):
        return f"left('mirror-' || {column}, 32)"
    if kind == "uuid":
        return f"('{MARK}' || substr({column}::text, 9))::uuid"
    if kind in ("uuid[]", "jsonb", "text", "text[]"):
        return f"regexp_replace({column}::text, {pattern})::{kind}"
    return column


def tables(stack, service):
    found = {}
    for table, column, kind in stack.sql(service, COLUMNS):
        found.setdefault(table, []).append((column, kind))
    return found


def make_mirror(stack):
    """Copies every row of every organisation; without triggers and foreign keys, which hold for the copy as for the original."""
    for service in SERVICES:
        statements = ["SET session_replication_role = replica"]
        for table, columns in tables(stack, service).items():
            names = ", ".join(f'"{c}"' for c, _ in columns)
            values = ", ".join(mirrored(table, c, k) for c, k in columns)
            statements.append(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE org NOT LIKE 'mirror-%' "
                              "ON CONFLICT DO NOTHING")  # a stack that was copied before
        stack.sql(service, "; ".join(statements))


def fingerprint(stack):
    """What the copy consists of: table → a digest of its rows."""
    found = {}
    for service in SERVICES:
        query = " UNION ALL ".join(f"SELECT '{service}.{t}', count(*), md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {t} AS t "
                                   f"WHERE org LIKE 'mirror-%'" for t in tables(stack, service))
        found.update({row[0]: row[1:] for row in stack.sql(service, query)})
    return found


class Isolation:
    def __init__(self, stack, documents, result, stranger):
        self.stack, self.documents, self.result, self.stranger = stack, documents, result, stranger
        self.blunt = self.sharp = 0
        self.unseen = set()  # ids that are taken without a look

    def ask(self, request, token=None, key=None, path=None):
        headers = dict(request.headers)
        if "Idempotency-Key" in headers:
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        token = token or self.stack.token(request.who, request.scope)
        for _ in range(20):
            answer = self.stack.call(request.method, path or request.path, token=token, headers=headers, body=request.body)
            if answer.status != BUSY:
                break
        return answer

    def pool(self, function, items):
        def safely(item):
            try:
                return function(item)
            except Exception as e:  # the others go on
                self.result.bad(f"isolation: {item}", f"{type(e).__name__}: {e}")

        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(safely, items))

    # -- a second world changes nothing ------------------------------------------------------------------------------
    def seen(self, request):
        return plain(self.ask(request))

    def compare_reads(self, reads, before, again, after):
        for request, a, b, c in zip(reads, before, again, after):
            name = f"isolation: {request.operation.id} as {request.who}: another organisation's data changes nothing"
            if a is None or c is None:
                continue
            if MARK.encode() in c[2] and request.operation.id not in ACROSS:
                self.result.bad(name, f"{request.path} shows {c[2][max(0, c[2].find(MARK.encode()) - 200):][:400]!r}")
            elif a == b and a != c and request.operation.id not in ACROSS:
                self.result.bad(name, f"{request.path} {request.body}: {difference(a, c)}")
            elif a == b:
                self.result.ok(name)

    # -- ids of the other world --------------------------------------------------------------------------------------
    def fresh_tag(self, request):
        """Its If-Match as the resource stands now: what it is refused for should be the id."""
        path = request.path.split("?")[0]
        while path.count("/") > 3:
            operation = self.documents.find("GET", path)
            if operation:
                answer = self.stack.call("GET", path, token=self.stack.token(request.who, request.scope))
                if answer.status == 200 and "etag" in answer.headers:
                    request.headers["If-Match"] = answer.headers["etag"]
                    return
            path = path.rpartition("/")[0]

    def substitute(self, request):
        places = request.places()
        if "If-Match" in request.headers and len(places) > 1:
            self.fresh_tag(request)
        for place in places:
            own = request.at(place)
            theirs, nobodys = MARK + own[8:], str(uuid.uuid4())
            name = f"isolation: {request.operation.id} as {request.who}: /{'/'.join(map(str, place))} of another organisation is nobody's"
            there, missing = self.ask(request.with_id(place, theirs)), self.ask(request.with_id(place, nobodys))
            if missing.status < 300 and not request.reads:  # taken as it is: what is made has an id and a time of its own
                self.unseen.add(f"{request.operation.id} /{'/'.join(map(str, place))}")
                a, b = (made(x, own) for x, own in ((there, theirs), (missing, nobodys)))
            else:
                a, b = plain(there, theirs), plain(missing, nobodys)
            self.sharp += missing.status in (400, 404)
            self.blunt += missing.status not in (400, 404)
            if a != b:
                self.result.bad(name, f"{request.method} {request.path}: {difference(b, a)}")
            elif place[0] == "path" and place == places[0] and missing.status != 404:
                self.result.bad(name, f"{missing.status} instead of 404 for an id in the path: {missing.raw[:300]!r}")
            else:
                self.result.ok(name)

    # -- what another holds in hand ----------------------------------------------------------------------------------
    def cursors(self, request):
        if not request.operation.parameter("query", "cursor") or "cursor=" in request.path:
            return
        path = re.sub(r"([?&])limit=\d+&?", r"\1", request.path).rstrip("?&")
        path += ("&" if "?" in path else "?") + "limit=1"
        answer = self.ask(request, path=path)
        if answer.status != 200 or not answer.json.get("next"):
            return
        theirs = f"{path}&cursor={answer.json['next']}"
        good, bad, broken = self.ask(request, path=theirs), self.ask(request, path=theirs, token=self.stranger), self.ask(request, path=f"{path}&cursor=x", token=self.stranger)
        name = f"isolation: {request.operation.id}: a cursor is good for one client"
        if good.status != 200:
            self.result.bad(name, f"its own: {good.status} {good.raw[:300]!r}")
        elif bad.status not in (400, 404) or plain(bad) != plain(broken):
            self.result.bad(name, f"{bad.status} {bad.raw[:300]!r} and not as {broken.raw[:300]!r}")
        else:
            self.result.ok(name)

    def keys(self, request):
        if "Idempotency-Key" not in request.headers:
            return
        answer = self.ask(request, token=self.stranger, key=request.headers["Idempotency-Key"])
        name = f"isolation: {request.operation.id}: an Idempotency-Key is good for one client"
        if "idempotency-replayed" in answer.headers or answer.status == 422 or MARK.encode() in answer.raw:
            self.result.bad(name, f"{answer.status} {answer.raw[:300]!r}")
        else:
            self.result.ok(name)


def plain(answer, own=None):
    """An answer without what is each one's own: status, headers, body."""
    raw = SEALED.sub(b"", answer.raw)
    if own:
        raw = raw.replace(own.encode(), b"ID")
    if "problem" in answer.headers.get("content-type", ""):
        raw = re.sub(rb'"instance":"[^"]*"', b"", raw)
    return answer.status, sorted((k, v) for k, v in answer.headers.items() if k not in OWN), raw


def made(answer, own):
    """Of what was made, all but ids and times."""
    raw = answer.raw.replace(own.encode(), b"ID")
    return answer.status, [], re.sub(rb"\d{4}-\d\d-\d\dT[\d:.]+Z", b"T", re.sub(UUID.pattern.encode(), b"U", raw))


def difference(a, b):
    if a[0] != b[0]:
        return f"{a[0]} became {b[0]}: {b[2][:300]!r}"
    if a[1] != b[1]:
        return f"headers {set(a[1]) ^ set(b[1])}"
    at = next((i for i, (x, y) in enumerate(zip(a[2], b[2])) if x != y), min(len(a[2]), len(b[2])))
    return f"{a[2][max(0, at - 80):at + 160]!r} became {b[2][max(0, at - 80):at + 160]!r}"


def run_all(stack, documents, result, stranger):
    """Ends the daemons first: the copy must not set them to work. Nothing that needs them may follow."""
    requests = documents.record.all()
    stack.stop_programs(keep=(*SERVICES, "nginx"))
    isolation = Isolation(stack, documents, result, stranger)
    reads = [r for r in requests if r.reads]
    before, again = isolation.pool(isolation.seen, reads), isolation.pool(isolation.seen, reads)
    make_mirror(stack)
    print_was = fingerprint(stack)
    if sum(int(rows) for rows, _ in print_was.values()) < 100:
        result.bad("isolation: there is a second world", f"{print_was}")
    isolation.compare_reads(reads, before, again, isolation.pool(isolation.seen, reads))
    isolation.pool(isolation.cursors, reads)
    isolation.pool(isolation.substitute, requests)
    isolation.pool(isolation.keys, requests)
    is_now = fingerprint(stack)
    changed = [t for t in print_was if print_was[t] != is_now[t]]
    if changed:
        result.bad("isolation: nothing of another organisation came, went or changed", ", ".join(changed))
    else:
        result.ok("isolation: nothing of another organisation came, went or changed")
    unstable = sum(a != b for a, b in zip(before, again))
    print(f"isolation: {len(requests)} requests, {len(reads)} reads ({unstable} differ by themselves), {isolation.sharp} ids refused for themselves, "
          f"{isolation.blunt} for something else first; taken without a look: {', '.join(sorted(isolation.unseen)) or 'none'}")
