"""What the scenarios asked with success, so that it can be asked again: by others, with other ids, at another time."""
import copy
import re
import threading

from contents import is_bytes

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")


class Request:
    """One that was answered with success, so that it can be asked again."""

    def __init__(self, operation, who, scope, method, path, headers, body):
        self.operation, self.who, self.scope = operation, who, scope
        self.method, self.path, self.headers, self.body = method, path, dict(headers), body

    @property
    def reads(self):
        return self.method == "GET" or self.operation.route.endswith("/_search")

    def places(self):
        """Where its ids stand: ("path", n), ("query", name), ("body", pointer…)."""
        path, _, query = self.path.partition("?")
        found = [("path", i) for i, s in enumerate(path.split("/")) if UUID.fullmatch(s)]
        found += [("query", pair.split("=")[0]) for pair in query.split("&") if UUID.fullmatch(pair.partition("=")[2])]
        return found + [("body", *p) for p in pointers(self.body)]

    @property
    def shape(self):
        named = [("body", *("*" if isinstance(x, int) else x for x in p[1:])) if p[0] == "body" else p for p in self.places()]
        query = [pair.split("=")[0] for pair in self.path.partition("?")[2].split("&")]
        kind = self.who if self.who in ("coa", "uaf", "iom", "internal") else "staff"
        return str((kind, sorted(set(map(str, named))), query))

    def at(self, place):
        if place[0] == "path":
            return self.path.split("?")[0].split("/")[place[1]]
        if place[0] == "query":
            return next(v for n, _, v in (p.partition("=") for p in self.path.partition("?")[2].split("&")) if n == place[1])
        node = self.body
        for step in place[1:]:
            node = node[step]
        return node

    def with_id(self, place, value):
        """Itself with another id at that place."""
        other = copy.copy(self)
        if place[0] == "path":
            path, mark, query = self.path.partition("?")
            parts = path.split("/")
            parts[place[1]] = value
            other.path = "/".join(parts) + mark + query
        elif place[0] == "query":
            other.path = self.path.replace(f"{place[1]}={self.at(place)}", f"{place[1]}={value}")
        else:
            other.body = copy.deepcopy(self.body)
            node = other.body
            for step in place[1:-1]:
                node = node[step]
            node[place[-1]] = value
        return other


def pointers(node, at=()):
    if isinstance(node, dict):
        for key, value in node.items():
            yield from pointers(value, (*at, key))
    elif isinstance(node, list):
        for i, value in enumerate(node[:2]):
            yield from pointers(value, (*at, i))
    elif isinstance(node, str) and UUID.fullmatch(node):
        yield at


class Record:
    """What the scenarios asked: of each operation a few requests that differ in where their ids stand and in who asks."""

    PER_OPERATION = 4

    def __init__(self):
        self.requests = {}
        self.adding = threading.Lock()

    def add(self, turn, operation, who, scope, method, path, headers, body):
        if operation and who and not who.startswith("@") and (not isinstance(body, bytes) or is_bytes(operation.body_type)) \
                and "text/event-stream" not in operation.kinds and "cursor=" not in path:
            with self.adding:
                self.requests.setdefault((operation.service, operation.id), []).append((turn, Request(operation, who, scope, method, path, headers, body)))

    def all(self):
        """In the order of their turns: it is no chance which are chosen."""
        chosen = []
        for _, told in sorted(self.requests.items()):
            known = {}
            for _, request in sorted(told, key=lambda t: t[0]):
                if len(known) < self.PER_OPERATION or request.shape in known:
                    known[request.shape] = request  # the last one: what it is about is likelier to be as it was
            chosen += known.values()
        return chosen
