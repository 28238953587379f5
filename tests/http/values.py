"""Values from a JSON Schema: random ones that it takes, and such as it refuses for one reason. All chance comes from the generator given."""
import datetime
import re
import uuid

try:
    import re._parser as sre_parse
except ImportError:
    import sre_parse

TEXT = "abcdefghij XYZ-éß漢"
COMPOSED = ("oneOf", "anyOf", "allOf")
FORMATS = {
    "uuid": lambda r: str(uuid.UUID(int=r.getrandbits(128), version=4)),
    "date": lambda r: (datetime.date(1990, 1, 1) + datetime.timedelta(days=r.randrange(20000))).isoformat(),
    "date-time": lambda r: f"20{r.randrange(10, 40)}-0{r.randrange(1, 10)}-1{r.randrange(10)}T0{r.randrange(10)}:30:00{r.choice(('Z', '+02:00', '-11:30'))}",
    "partial-date": lambda r: r.choice(("1994", "1994-03", "1994-03-17")),
    "email": lambda r: f"a{r.randrange(1000)}@example.org",
    "uri": lambda r: f"https://example.org/{r.randrange(1000)}",
}


def from_pattern(r, pattern):
    """A text that matches; repeats are kept short."""
    def several(parts):
        return "".join(one(kind, what) for kind, what in parts)

    def one(kind, what):
        kind = str(kind)
        if kind == "LITERAL":
            return chr(what)
        if kind == "IN":
            return member(what)
        if kind in ("MAX_REPEAT", "MIN_REPEAT"):
            low, high, inner = what
            return "".join(several(inner) for _ in range(r.randint(low, min(int(high), low + 3))))
        if kind == "SUBPATTERN":
            return several(what[-1])
        if kind == "BRANCH":
            return several(r.choice(what[1]))
        if kind == "ANY":
            return "x"
        if kind == "NOT_LITERAL":
            return "y" if what == ord("x") else "x"
        if kind in ("AT", "ASSERT_NOT", "ASSERT"):
            return ""
        raise NotImplementedError(kind)

    def member(choices):
        if str(choices[0][0]) == "NEGATE":
            taken = [c for c in "xyz019-_" if not re.fullmatch("[" + "".join(re.escape(chr(w)) for k, w in choices[1:] if str(k) == "LITERAL") + "\\\\0]", c)]
            return r.choice(taken)
        kind, what = r.choice(choices)
        if str(kind) == "LITERAL":
            return chr(what)
        if str(kind) == "RANGE":
            return chr(r.randint(*what))
        return {"CATEGORY_DIGIT": "7", "CATEGORY_WORD": "w", "CATEGORY_SPACE": " "}.get(str(what), "x")

    return several(sre_parse.parse(pattern))


class Values:
    """resolve: follows a $ref; takes: whether a schema takes a value."""

    def __init__(self, r, resolve, takes):
        self.r = r
        self.resolve = resolve
        self.takes = takes

    def valid(self, schema, depth=0):
        """A value that the schema takes, or its example where none is found by chance."""
        schema = self.resolve(schema)
        for _ in range(4):
            value = self.chance(schema, depth)
            if self.takes(schema, value):
                return value
        return schema.get("example")

    def chance(self, schema, depth):
        r = self.r
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return r.choice(schema["enum"])
        for kind in COMPOSED:
            if kind in schema and "properties" not in schema:
                return self.valid(r.choice(schema[kind]), depth + 1)
        if "properties" in schema and any(k in schema for k in COMPOSED):
            return schema.get("example") or self.an_object(schema, depth)
        kinds = schema.get("type", "object" if "properties" in schema else "string")
        kind = r.choice(kinds) if isinstance(kinds, list) else kinds
        return {"null": lambda: None, "boolean": lambda: r.random() < 0.5, "integer": lambda: self.a_number(schema), "number": lambda: self.a_number(schema),
                "string": lambda: self.a_text(schema), "array": lambda: self.an_array(schema, depth), "object": lambda: self.an_object(schema, depth)}[kind]()

    def a_number(self, schema):
        low = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
        high = schema.get("maximum", low + 1000)
        return self.r.choice((low, high, self.r.randint(int(low), int(min(high, low + 1000)))))

    def a_text(self, schema):
        if schema.get("format") in FORMATS:
            return FORMATS[schema["format"]](self.r)
        if "pattern" in schema:
            return from_pattern(self.r, schema["pattern"])[:schema.get("maxLength", 1000)]
        low = schema.get("minLength", 0)
        n = self.r.choice((low, min(schema.get("maxLength", 20), 400), self.r.randint(low, max(low, min(schema.get("maxLength", 20), 20)))))
        return "".join(self.r.choice(TEXT) for _ in range(n)) or ("x" if low else "")

    def an_array(self, schema, depth):
        low = schema.get("minItems", 0)
        n = low if depth > 3 else self.r.randint(low, min(schema.get("maxItems", low + 2), low + 2))
        return [self.valid(schema.get("items", {}), depth + 1) for _ in range(n)]

    def an_object(self, schema, depth):
        wanted = set(schema.get("required", []))
        members = [n for n in schema.get("properties", {}) if n in wanted or (depth < 3 and self.r.random() < 0.5)]
        return {n: self.valid(schema["properties"][n], depth + 1) for n in members}

    def invalid(self, schema, value):
        """(what, value) of one fault in a value that the schema takes; None if chance finds none that the schema refuses."""
        for _ in range(6):
            what, broken = self.broken(self.resolve(schema), value)
            if broken is not value and not self.takes(schema, broken):
                return what, broken
        return None

    def broken(self, schema, value):
        r = self.r
        if isinstance(value, dict) and value and r.random() < 0.75:
            name = r.choice(sorted(value))
            part = schema.get("properties", {}).get(name)
            if part is not None:
                what, inner = self.broken(self.resolve(part), value[name])
                return f"{name}: {what}", {**value, name: inner}
        if isinstance(value, list) and value and r.random() < 0.6 and isinstance(schema.get("items"), dict):
            i = r.randrange(len(value))
            what, inner = self.broken(self.resolve(schema["items"]), value[i])
            return f"{i}: {what}", [*value[:i], inner, *value[i + 1:]]
        ways = [("another type", r.choice((True, 17, "text", ["list"], {"an": "object"}, 1.5)))]
        if isinstance(value, dict):
            ways += [(f"without {n}", {k: v for k, v in value.items() if k != n}) for n in schema.get("required", [])]
            ways += [("with a member too many", {**value, "nobodyKnowsThis": 1})]
        elif isinstance(value, list):
            ways += [("too long", (value or [None]) * (schema.get("maxItems", 300) + 1))]
        elif isinstance(value, str):
            ways += [("too long", "x" * (schema.get("maxLength", 5000) + 1)), ("empty", ""), ("of other letters", "\u2603 \x01"), ("null", None)]
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            ways += [("too small", schema.get("minimum", 0) - 1), ("too large", schema.get("maximum", 10**15) + 1), ("half", value + 0.5)]
        else:
            ways += [("null", None)]
        return r.choice(ways)
