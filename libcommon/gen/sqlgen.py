#!/usr/bin/python3
"""From queries.sql to typed C; README.md beside this file says what may be written there.

Reads one file, writes queries.h and queries.c into --out-dir (with --prefix p: p_queries.h and p_queries.c).
Any fault ends it with file:line and what to write instead. tests/sql imports parse_file() from here.
"""
import argparse
import datetime
import os
import re
import sys
from dataclasses import dataclass, field

MAX_FILTERS = 8
MAX_PARAMS = 128
MAX_NAME = 40  # PostgreSQL tells prepared statements by 63 bytes, and a list adds its variant


class Fault(Exception):
    """What is wrong with a queries.sql, with its line."""

    def __init__(self, line, text):
        super().__init__(text)
        self.line = line
        self.text = text


@dataclass(frozen=True)
class Type:
    enum: str  # enum db_type
    c: str  # C type of a value that is never null
    opt: str  # C type of a nullable one
    json: str  # enum json_type, None: cannot be in JSON
    json_opt: str


TEXT = "const char *"
TYPES = {
    "bool": Type("DB_BOOL", "bool ", "struct opt_bool ", "JSON_BOOL", "JSON_OPT_BOOL"),
    "int2": Type("DB_INT2", "int32_t ", "struct opt_i32 ", "JSON_I32", "JSON_OPT_I32"),
    "int4": Type("DB_INT4", "int32_t ", "struct opt_i32 ", "JSON_I32", "JSON_OPT_I32"),
    "int8": Type("DB_INT8", "int64_t ", "struct opt_i64 ", "JSON_I64", "JSON_OPT_I64"),
    "float8": Type("DB_FLOAT8", "double ", "struct opt_f64 ", "JSON_F64", "JSON_OPT_F64"),
    "text": Type("DB_TEXT", TEXT, TEXT, "JSON_TEXT", "JSON_TEXT"),
    "uuid": Type("DB_UUID", "struct uuid ", "struct opt_uuid ", "JSON_UUID", "JSON_OPT_UUID"),
    "timestamptz": Type("DB_TIMESTAMPTZ", "int64_t ", "struct opt_i64 ", "JSON_INSTANT", "JSON_OPT_INSTANT"),
    "date": Type("DB_DATE", "int32_t ", "struct opt_date ", "JSON_DATE", "JSON_OPT_DATE"),
    "jsonb": Type("DB_JSONB", TEXT, TEXT, "JSON_RAW", "JSON_RAW"),
    "bytea": Type("DB_BYTEA", "struct bytes ", "struct bytes ", None, None),
    "text[]": Type("DB_TEXT_ARRAY", "struct text_array ", "struct text_array ", "JSON_TEXTS", "JSON_TEXTS"),
    "uuid[]": Type("DB_UUID_ARRAY", "struct uuid_array ", "struct uuid_array ", "JSON_UUIDS", "JSON_UUIDS"),
}
COMMENTS = {
    "timestamptz": "µs since 1970",
    "date": "days since 1970-01-01",
    "jsonb": "JSON text",
}
SORTABLE = ("bool", "int2", "int4", "int8", "text", "uuid", "timestamptz", "date")
C_WORDS = set(
    "auto break case char const continue default do double else enum extern float for goto if inline int long register "
    "restrict return short signed sizeof static struct switch typedef union unsigned void volatile while bool true false "
    "errno stdin stdout stderr unix linux asm typeof".split()
)
ARGUMENT_NAMES = {"tx", "ret", "ret_n", "ret_found", "page", "in"}
CLOCK_CALLS = {"now", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "timeofday"}
CLOCK_WORDS = {"current_timestamp", "current_date", "current_time", "localtime", "localtimestamp"}


@dataclass
class Column:
    name: str
    type: str
    nullable: bool

    @property
    def info(self):
        return TYPES[self.type]

    @property
    def c_type(self):
        return self.info.opt if self.nullable else self.info.c


@dataclass
class Row:
    name: str
    columns: list
    line: int


@dataclass
class Filter:
    name: str
    sql: str
    line: int


@dataclass
class Sort:
    name: str
    descending: bool
    expr: str
    type: str
    line: int
    column: int = 0  # in the row
    id_expr: str = "id"
    missing: str = None  # the key of a row whose column is null


@dataclass
class Statement:
    name: str
    line: int
    struct_in: bool  # {} and not ()
    params: list
    kind: str  # one maybe many list exactly any
    row: Row
    lane: str  # "point", "own" or "" as not said
    lease: bool
    durable: bool
    sql: str = ""  # with $1 …; lists: without marked lines
    writes: bool = False
    point: bool = True
    wrapped: bool = False
    filters: list = field(default_factory=list)
    sorts: list = field(default_factory=list)
    changed: str = ""  # the table whose rows tell what has changed; "-": none does
    id_expr: str = "id"


# ---- words of SQL ----

SQL_TOKEN = re.compile(
    r"""(?P<string>[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*')
      | (?P<quoted>"(?:[^"]|"")*")
      | (?P<comment>--[^\n]*|/\*.*?\*/)
      | (?P<dollar>\$(?P<tag>[A-Za-z_]*)\$.*?\$(?P=tag)\$)
      | (?P<param>\$[A-Za-z_][A-Za-z_0-9]*)
      | (?P<numbered>\$[0-9]+)
      | (?P<word>[A-Za-z_][A-Za-z_0-9]*)
      | (?P<number>[0-9][0-9.eE]*)
      | (?P<space>\s+)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


def tokens_of(sql):
    """(kind, text, offset) of all that is not space or comment."""
    for m in SQL_TOKEN.finditer(sql):
        if m.lastgroup == "tag":
            yield "dollar", m.group(0), m.start()
        elif m.lastgroup not in ("space", "comment"):
            yield m.lastgroup, m.group(0), m.start()


def check_sql(sql, line, lease):
    """Refuses what a statement may not contain."""
    toks = list(tokens_of(sql))
    for i, (kind, text, offset) in enumerate(toks):
        at = line + sql.count("\n", 0, offset)
        before = toks[i - 1][1].lower() if i else ""
        after = toks[i + 1][1] if i + 1 < len(toks) else ""
        if kind == "numbered":
            raise Fault(at, f"{text}: parameters have names here, as $id")
        if text == "*" and before in ("select", "all", "distinct", "returning", ",", "."):
            raise Fault(at, "SELECT * is refused: name the columns, the row type depends on them")
        if text == ";":
            raise Fault(at, "one statement under each header line: nothing may follow a ;")
        word = text.lower() if kind == "word" else ""
        if not lease and (word in CLOCK_WORDS or (word in CLOCK_CALLS and after == "(")):
            raise Fault(at, f"{text} is refused: business time is a parameter ($now, from x->now_us); "
                            "a claim by the database's clock ends its header line with `lease`")
        if kind == "other" and text in "'\"$":
            raise Fault(at, f"{text} does not end or begins nothing")


def bind_names(sql, line, params):
    """Replaces $name by its number, drops comments and outer space; the names used are returned too."""
    numbers = {p.name: i + 1 for i, p in enumerate(params)}
    used = set()

    def one(m):
        if m.lastgroup == "comment":
            return " " if m.group(0).startswith("/*") else ""
        if m.lastgroup != "param":
            return m.group(0)
        name = m.group(0)[1:]
        if name not in numbers:
            at = line + sql.count("\n", 0, m.start())
            known = ", ".join("$" + n for n in numbers) or "none"
            raise Fault(at, f"${name} is not a parameter of this statement (there: {known})")
        used.add(name)
        return f"${numbers[name]}"

    text = SQL_TOKEN.sub(one, sql)
    lines = [part.rstrip() for part in text.strip("\n").split("\n")]
    return "\n".join(part for part in lines if part.strip()).strip(), used


def words_of(sql):
    return [t.lower() if k == "word" else t for k, t, _ in tokens_of(sql) if k in ("word", "other")]


def writes_rows(sql):
    """True if the statement itself inserts, updates or deletes (functions that it calls are not seen)."""
    words = words_of(sql)
    for i, w in enumerate(words):
        before = words[i - 1] if i else ""
        if w in ("insert", "delete", "merge") and (i == 0 or before in ("(", ")")):
            return True
        if w == "update" and (i == 0 or before in ("(", ")")):
            return True
    return False


def locks_rows(sql):
    words = words_of(sql)
    return any(
        w == "for" and (words[i + 1 : i + 2] in (["update"], ["share"]) or words[i + 1 : i + 3] in (["no", "key"], ["key", "share"]))
        for i, w in enumerate(words)
    )


def inserts_one(sql):
    """True for INSERT … VALUES (one row) without ON CONFLICT: it inserts exactly one or raises by itself."""
    depth, values, rows = 0, False, 0
    words = words_of(sql)
    if not words or words[0] != "insert":
        return False
    for w in words:
        if w == "(":
            depth += 1
            if values and depth == 1:
                rows += 1
        elif w == ")":
            depth -= 1
        elif depth == 0 and w == "values":
            values = True
        elif depth == 0 and w in ("conflict", "select", "returning"):
            return False
    return values and rows == 1


# ---- header lines ----

NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
HEADER = re.compile(
    r"(?P<name>q_[a-z0-9_]+)\s*(?P<open>[({])(?P<params>[^)}]*)(?P<close>[)}])\s*->\s*(?P<kind>one|maybe|many|list|exactly\s+1|any)\b"
    r"\s*(?P<rest>.*)\Z",
    re.DOTALL,
)
ROW = re.compile(r"(?P<name>[a-z][a-z0-9_]*)\s*(?:\((?P<columns>[^)]*)\))?\s*(?P<rest>.*)\Z", re.DOTALL)


def parse_columns(text, line, what):
    columns = []
    for part in [p.strip() for p in text.split(",") if p.strip()]:
        words = part.split()
        if len(words) != 2:
            raise Fault(line, f"{what} «{part}»: write name and type, as «due_on date?»")
        name, sql_type = words
        nullable = sql_type.endswith("?")
        sql_type = sql_type.rstrip("?")
        if sql_type not in TYPES:
            raise Fault(line, f"{what} {name}: no type {sql_type} (there are: {' '.join(TYPES)}; nullable with ? at the end)")
        if not NAME.match(name):
            raise Fault(line, f"{what} «{name}»: lower case letters, digits and _")
        if name in C_WORDS:
            raise Fault(line, f"{what} {name} is a word of C: give it another name")
        if any(c.name == name for c in columns):
            raise Fault(line, f"{what} {name} is there twice")
        columns.append(Column(name, sql_type, nullable))
    return columns


def parse_options(text, line):
    lane = ""
    m = re.match(r"\s*(?:lane:\s*(?P<lane>\w+))?\s*(?P<lease>lease)?\s*(?P<durable>durable)?\s*\Z", text)
    if not m:
        raise Fault(line, f"«{text.strip()}» at the end of the header line: only `lane: own`, `lane: point`, `lease` and `durable` may stand there")
    if m.group("lane"):
        lane = m.group("lane")
        if lane not in ("own", "point"):
            raise Fault(line, f"lane: {lane}: it is own or point")
    if m.group("durable") and lane != "point":
        raise Fault(line, "durable says when what was posted from a read is on disk: it stands behind lane: point")
    return lane, bool(m.group("lease")), bool(m.group("durable"))


def parse_row(text, line, rows):
    m = ROW.match(text)
    if not m:
        raise Fault(line, "a kind that returns rows is followed by the row's name and columns, as «one case_row(state int4)»")
    name = m.group("name")
    if m.group("columns") is None:
        if name not in rows:
            raise Fault(line, f"row {name} has no columns here and is not declared above in this file")
        return rows[name], m.group("rest")
    columns = parse_columns(m.group("columns"), line, "column")
    if not columns:
        raise Fault(line, f"row {name} has no columns")
    if name in rows:
        if rows[name].columns != columns:
            raise Fault(line, f"row {name} has other columns than in line {rows[name].line}: use another name, or the same columns")
        return rows[name], m.group("rest")
    rows[name] = Row(name, columns, line)
    return rows[name], m.group("rest")


def parse_header(text, line, rows):
    m = HEADER.match(text)
    if not m or (m.group("open") == "(") != (m.group("close") == ")"):
        raise Fault(line, "a header line is `-- q_name(parameters) -> kind row(columns)` or `-- q_name{parameters} -> …`, "
                          "kind one of one maybe many list, or `exactly 1` or `any` without a row")
    kind = m.group("kind").split()[0]
    if len(m.group("name")) > MAX_NAME:
        raise Fault(line, f"{m.group('name')}: at most {MAX_NAME} characters")
    struct_in = m.group("open") == "{"
    params = parse_columns(m.group("params"), line, "parameter")
    if len(params) > MAX_PARAMS:
        raise Fault(line, f"{len(params)} parameters: at most {MAX_PARAMS}")
    if not struct_in:
        for p in params:
            if p.name in ARGUMENT_NAMES:
                raise Fault(line, f"parameter {p.name} has the name of an argument that sqlgen adds: give it another name")
    if struct_in and not params:
        raise Fault(line, "{} without parameters: write ()")
    row, rest = None, m.group("rest")
    if kind not in ("exactly", "any"):
        row, rest = parse_row(rest, line, rows)
    lane, lease, durable = parse_options(rest, line)
    return Statement(m.group("name"), line, struct_in, params, kind, row, lane, lease, durable)


# ---- the file ----


def header_is_whole(text):
    return "->" in text and all(text.count(a) == text.count(b) for a, b in ("()", "{}")) and not text.rstrip().endswith((",", "->"))


def split_file(text):
    """(header line number, header text, body line number, [body lines]) for each statement."""
    lines = text.split("\n")
    out, i = [], 0
    while i < len(lines):
        line = lines[i]
        m = re.match(r"--\s*(q_\w.*)\Z", line)
        if not m:
            if line.strip() and not line.startswith("--"):
                raise Fault(i + 1, "SQL without a header line `-- q_name(…) -> …` above it")
            i += 1
            continue
        start, header = i, m.group(1)
        while not header_is_whole(header) and i + 1 < len(lines):
            more = re.match(r"--(?!\?|sort\b|id\b|changed\b)\s*(.*)\Z", lines[i + 1])
            if not more or more.group(1).startswith("q_"):
                break
            header += " " + more.group(1)
            i += 1
        i += 1
        body_at, body, ended = i, [], False
        while i < len(lines) and not ended:
            if re.match(r"--\s*q_\w+\s*[({]", lines[i]):
                break
            body.append(lines[i])
            code = "".join(t for k, t, _ in tokens_of(re.sub(r"\A--(\?|sort|id|changed)\b.*", "", lines[i])))
            ended = code.endswith(";")
            i += 1
        if not ended:
            raise Fault(start + 1, "the statement below this header does not end with ; (at the end of a line)")
        out.append((start + 1, header, body_at + 1, body))
    return out


def take_marked(st, body_at, body):
    """Takes --?, --sort and --id lines out of the body."""
    rest, id_expr = [], None
    marked_seen = False
    for n, line in enumerate(body):
        at = body_at + n
        m = re.match(r"--\?\s*(?P<name>\w+)\s+(?P<sql>\S.*)\Z", line)
        if m:
            marked_seen = True
            st.filters.append(Filter(m.group("name"), m.group("sql"), at))
            rest.append("")
            continue
        m = re.match(r"--sort\s+(?P<desc>-?)(?P<name>[a-z]\w*)\s+(?P<expr>\S.*?)\s+(?P<type>\S+)\s*\Z", line)
        if m:
            marked_seen = True
            st.sorts.append(Sort(m.group("name"), bool(m.group("desc")), m.group("expr"), m.group("type"), at))
            rest.append("")
            continue
        m = re.match(r"--id\s+(?P<expr>\S+)\s*\Z", line)
        if m:
            marked_seen = True
            id_expr = m.group("expr")
            rest.append("")
            continue
        m = re.match(r"--changed\s+(?P<table>\w+(\.\w+)?|-)\s*\Z", line)
        if m:
            marked_seen = True
            st.changed = m.group("table")
            rest.append("")
            continue
        if re.match(r"--(\?|sort\b|id\b|changed\b)", line):
            raise Fault(at, "a marked line is `--? filter SQL`, `--sort name column type`, `--id column` or `--changed table`")
        if marked_seen and line.strip() and not line.startswith("--") and line.strip() != ";":
            raise Fault(at, "marked lines come last: only ; may follow them (the statement ends in its WHERE)")
        rest.append(line)
    if st.kind != "list" and marked_seen:
        raise Fault(st.line, f"{st.name}: marked lines are for `-> list` only")
    return rest, id_expr


def snake(name):
    return re.sub(r"([A-Z])", lambda m: "_" + m.group(1).lower(), name)


def camel(name):
    return re.sub(r"_([a-z0-9])", lambda m: m.group(1).upper(), name)


# What stands for null in a sort, and its value as a key: days or microseconds since 1970.
COALESCED = re.compile(r"coalesce\((?:\w+\.)?(\w+),\s*(?:DATE\s+'(?P<date>[\d-]+)'|'(?P<cast_date>[\d-]+)'::date|'(?P<instant>[\d-]+)Z'::timestamptz)\)\Z", re.I)


def coalesced(expr):
    """The column of coalesce(column, constant), the constant's type and key; three times None of another expression."""
    m = COALESCED.match(expr)
    if not m:
        return None, None, None
    days = (datetime.date.fromisoformat(m["date"] or m["cast_date"] or m["instant"]) - datetime.date(1970, 1, 1)).days
    return (m[1], "timestamptz", str(days * 86400 * 10**6)) if m["instant"] else (m[1], "date", str(days))


def finish_list(st, id_expr):
    if not st.sorts:
        raise Fault(st.line, f"{st.name}: a list needs at least one `--sort name column type`")
    if len(st.filters) > MAX_FILTERS:
        raise Fault(st.filters[MAX_FILTERS].line, f"{st.name}: at most {MAX_FILTERS} filters")
    columns = {c.name: i for i, c in enumerate(st.row.columns)}
    if "id" not in columns or st.row.columns[columns["id"]].type != "uuid" or st.row.columns[columns["id"]].nullable:
        raise Fault(st.line, f"{st.name}: the row of a list contains `id uuid`, the end of every sort and cursor")
    for s in st.sorts:
        if s.type not in SORTABLE:
            raise Fault(s.line, f"sort {s.name}: type {s.type} (may be: {' '.join(SORTABLE)}); "
                                "where it can be null, sort by coalesce(…) and have it in the row as " f"sort_{snake(s.name)}_")
        plain = re.match(r"(?:(\w+)\.)?(\w+)\Z", s.expr)
        of_null, of_type, missing = coalesced(s.expr)
        wanted = [f"sort_{snake(s.name)}_"] + ([plain.group(2)] if plain else [of_null] if of_null else [])
        found = [columns[w] for w in wanted if w in columns]
        if not found:
            raise Fault(s.line, f"sort {s.name}: the row has no column {' or '.join(wanted)}: the cursor is made from it")
        s.column = found[0]
        column = st.row.columns[s.column]
        s.missing = missing if column.name == of_null and column.nullable else None
        if of_type and of_type != s.type:
            raise Fault(s.line, f"sort {s.name}: what stands for null is of type {of_type}, it must be {s.type}")
        if column.type != s.type or (column.nullable and not s.missing):
            raise Fault(s.line, f"sort {s.name}: the row's column {column.name} is {column.type}{'?' if column.nullable else ''}, "
                                f"it must be {s.type} and never null")
        s.id_expr = st.id_expr = id_expr or (plain.group(1) + ".id" if plain and plain.group(1) else "id")
    for names, what in (([f.name for f in st.filters], "filter"), ([s.name for s in st.sorts], "sort")):
        for n in names:
            if names.count(n) > 1:
                raise Fault(st.line, f"{st.name}: {what} {n} is there twice")


def main_table(sql):
    """What the statement itself reads FROM: a table, or the table of a view x_shown; None if that is a subquery."""
    depth, last = 0, ""
    for kind, tok, _ in tokens_of(sql):
        depth += (tok == "(") - (tok == ")")
        if last == "from" and depth == 0:
            return re.sub(r"_shown\Z", "", tok) if re.match(r"[a-z]\w*\Z", tok) else None
        if tok.strip():
            last = tok.lower() if depth == 0 else ""
    return None


def finish(st, body_at, body):
    rest, id_expr = take_marked(st, body_at, body)
    text = "\n".join(rest)
    end = [o for k, t, o in tokens_of(text) if t == ";"]
    tail = text[end[0] + 1 :] if end else ""
    if len(end) > 1 or [1 for _ in tokens_of(tail)]:
        raise Fault(st.line, f"{st.name}: one statement under each header line, ended by its only ;")
    text = text[: end[0]]
    if not text.strip():
        raise Fault(st.line, f"{st.name}: no statement under the header line")
    check_sql(text, body_at, st.lease)
    for f in st.filters:
        check_sql(f.sql, f.line, st.lease)
        if not re.match(r"(?i)and\b", f.sql):
            raise Fault(f.line, f"filter {f.name} continues the WHERE: begin it with AND")
    if st.kind == "list":
        finish_list(st, id_expr)
        st.changed = st.changed or main_table(text) or "-"
    st.sql, used = bind_names(text, body_at, st.params)
    for f in st.filters:
        names = {p.name: p for p in st.params}
        f.sql, more = bind_names(f.sql, f.line, st.params)
        if f.name in names and f.name not in used and not names[f.name].nullable:
            raise Fault(st.line, f"{st.name}: parameter {f.name} holds the value of a filter that may be absent: write {names[f.name].type}?")
        used |= more
    for p in st.params:
        if p.name not in used:
            raise Fault(st.line, f"{st.name}: parameter {p.name} is not used; say ${p.name} in the statement or take it out")
    finish_lane(st)


def finish_lane(st):
    st.writes = writes_rows(st.sql)
    sets = not st.writes and "set_config" in words_of(st.sql)
    own = st.writes or st.kind == "list" or locks_rows(st.sql) or sets
    if st.kind == "list" and st.lane == "point":
        raise Fault(st.line, f"{st.name}: a list is lane own")
    if locks_rows(st.sql) and st.lane == "point":
        raise Fault(st.line, f"{st.name}: a lock ends with its statement on the shared lane; FOR UPDATE is lane own")
    if sets and st.lane == "point":
        raise Fault(st.line, f"{st.name}: what it sets would hold for others on the shared lane; set_config is lane own")
    st.point = st.lane == "point" or (not own and st.lane != "own")
    if st.kind == "exactly":
        if not st.writes:
            raise Fault(st.line, f"{st.name}: exactly 1 is for INSERT, UPDATE, DELETE; what calls a function is `-> any`")
        if re.search(r"(?i)\breturning\b", re.sub(r"'[^']*'", "", st.sql)):
            raise Fault(st.line, f"{st.name}: RETURNING gives rows: `-> one row(…)`")
        st.wrapped = not inserts_one(st.sql)
    if st.kind == "list" and st.writes:
        raise Fault(st.line, f"{st.name}: a list only reads")


def parse_file(path):
    """Statements and rows of a queries.sql, in its order; Fault if anything is wrong."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    rows, statements, names = {}, [], {}
    for line, header, body_at, body in split_file(text):
        st = parse_header(header, line, rows)
        if st.name in names:
            raise Fault(line, f"{st.name} is already in line {names[st.name]}")
        names[st.name] = line
        finish(st, body_at, body)
        statements.append(st)
    if not statements:
        raise Fault(1, "no statement in this file")
    return statements, rows


# ---- statements as text ----


def wrapped_sql(st):
    """The statement so that any number of rows but one raises 22P02 with a sentence that io/db knows."""
    return (f"WITH w AS (\n{st.sql}\nRETURNING 1)\n"
            "SELECT CASE WHEN count(*) = 1 THEN 1 ELSE (count(*) || ' rows instead of 1')::int4 END FROM w")


def final_sql(st):
    if st.kind == "list":
        return PAGE[0] + st.sql
    return wrapped_sql(st) if st.wrapped else st.sql


def list_numbers(st):
    n = len(st.params)
    return n + 1, n + 2, n + 3  # key, key_id, limit; the next is what changed since


def list_changed(st):
    """Rows that were written by a transaction not older than the one given; "" if that cannot be told."""
    if st.changed == "-":
        return ""
    since = f"age(${len(st.params) + 4}::text::xid8::xid)"
    return f" AND {st.id_expr} IN (SELECT w.{st.id_expr.split('.')[-1]} FROM {st.changed} AS w WHERE age(w.xmin) <= {since})"


# A page is cut from at most this many rows: with the constant inside, PostgreSQL knows what a page costs and keeps one plan for all;
# a LIMIT that is a parameter it takes for a tenth of the table, and plans each call anew. The most that api.md lets a page have, and one.
MOST = 201
PAGE = ("SELECT * FROM (", ") AS page")
COUNT = ("SELECT count(*) AS total FROM (", ") AS counted")


def list_after(st, s, descending):
    key, key_id, _ = list_numbers(st)
    op = "<" if descending else ">"
    if s.expr == s.id_expr:
        return f" AND {s.id_expr} {op} ${key_id}"
    return f" AND ({s.expr}, {s.id_expr}) {op} (${key}, ${key_id})"


def list_order(st, s, descending):
    d = " DESC" if descending else ""
    limit = list_numbers(st)[2]
    by = f"{s.id_expr}{d}" if s.expr == s.id_expr else f"{s.expr}{d}, {s.id_expr}{d}"
    return f" ORDER BY {by} LIMIT {MOST}{PAGE[1]} LIMIT ${limit}"


# ---- C ----


def c_string(text, indent):
    """A C string literal, one line of source for each line of text."""
    lines = text.split("\n")
    parts = []
    for i, line in enumerate(lines):
        body = line.replace("\\", "\\\\").replace('"', '\\"').replace("??", '?""?')
        parts.append('"' + body + ("\\n" if i + 1 < len(lines) else "") + '"')
    return ("\n" + " " * indent).join(parts)


def member(c):
    note = COMMENTS.get(c.type)
    if c.nullable and c.c_type == TEXT:
        note = (note + ", or NULL") if note else "or NULL"
    elif c.nullable and c.type in ("bytea", "text[]", "uuid[]"):
        note = "or NULL within"
    return f"    {c.c_type}{c.name};" + (f" /* {note} */" if note else "")


def signature(st, later):
    args = ["struct tx *tx"]
    if st.struct_in:
        args.append(f"const struct {st.name}_in *in")
    else:
        args += [f"{p.c_type}{p.name}" for p in st.params]
    if st.kind == "list":
        args.append("const struct page *page")
    if st.kind == "maybe":
        args.append("bool *ret_found")
    if st.kind in ("one", "maybe"):
        args.append(f"struct {st.row.name} *ret")
    if st.kind in ("many", "list"):
        args += [f"struct {st.row.name} **ret", "size_t *ret_n"]
    waits = st.row is not None and not later
    name = st.name + ("_later" if later else "")
    return f"{'err_t' if waits else 'void'} {name}({', '.join(args)})"


def emit_header(source, statements, rows):
    out = [f"/* Made by sqlgen from {source}; edit that. */", "#pragma once", "", "#include <stdbool.h>", "#include <stddef.h>",
           "#include <stdint.h>", "", '#include "base/json.h"', '#include "base/opt.h"', '#include "io/db.h"']
    lists = any(st.kind == "list" for st in statements)
    if lists:
        out.append('#include "web/page.h"')
    out += ["", "struct tx;", ""]
    for row in rows.values():
        out.append(f"struct {row.name} {{")
        out += [member(c) for c in row.columns]
        out += ["};", f"extern const struct json_shape {row.name}_json;", ""]
    for st in statements:
        if st.struct_in:
            out.append(f"struct {st.name}_in {{")
            out += [member(p) for p in st.params]
            out.append("};")
        if st.row is None:
            out.append(signature(st, False) + ";")
        else:
            out.append("AWAITS MUST_CHECK " + signature(st, False) + ";")
            out.append(signature(st, True) + ";")
        if st.kind == "list":
            out.append(f"extern const struct page_kind {st.name}_page;")
        out.append("")
    return "\n".join(out)


def json_field(t, c, name):
    return f'    JSON_FIELD({t}, {c.name}, "{name}", {c.info.json_opt if c.nullable else c.info.json}),'


def emit_row(row):
    t = f"struct {row.name}"
    out = [f"static const struct db_column {row.name}_columns[] = {{"]
    for c in row.columns:
        out.append(f'    {{"{c.name}", {c.info.enum}, {str(c.nullable).lower()}, offsetof({t}, {c.name})}},')
    out += ["};", ""]
    shown = [c for c in row.columns if not c.name.endswith("_") and c.info.json]
    if shown:
        groups = {}
        for c in shown:
            groups.setdefault(c.name.split("__")[0], []).append(c)
        fields = []
        for name, columns in groups.items():
            if "__" not in columns[0].name:
                fields.append(json_field(t, columns[0], camel(name)))
                continue
            part = f"{row.name}_{name}"
            out += [f"static const struct json_field {part}_fields[] = {{"]
            out += [json_field(t, c, camel(c.name.split("__")[1])) for c in columns]
            out += ["};", f"static const struct json_shape {part}_json = JSON_SHAPE({t}, {part}_fields);"]
            fields.append(f'    {{.name = "{camel(name)}", .name_bytes = sizeof("{camel(name)}") - 1, .type = JSON_STRUCT, .sub = &{part}_json}},')
        out += [f"static const struct json_field {row.name}_fields[] = {{", *fields, "};",
                f"const struct json_shape {row.name}_json = JSON_SHAPE({t}, {row.name}_fields);", ""]
    else:
        out += [f"const struct json_shape {row.name}_json = {{.name = \"{t}\", .size = sizeof({t})}};", ""]
    return out


KINDS = {"one": "DB_ONE", "maybe": "DB_MAYBE", "many": "DB_MANY", "list": "DB_MANY", "exactly": "DB_EXACTLY_1", "any": "DB_ANY"}


def emit_list(st):
    out = []
    if st.filters:
        out.append(f"static const struct db_list_filter {st.name}_filters[] = {{")
        for f in st.filters:
            out.append(f'    {{"{f.name}", "{camel(f.name)}", {c_string(" " + f.sql, 8)}}},')
        out.append("};")
    out.append(f"static const struct db_list_sort {st.name}_sorts[] = {{")
    for s in st.sorts:
        both = [(list_after(st, s, d), list_order(st, s, d)) for d in (False, True)]
        out.append(f'    {{"{s.name}", {str(s.descending).lower()}, {TYPES[s.type].enum}, {s.column}, {c_string(s.missing, 4) if s.missing else "NULL"},')
        for i in (0, 1):
            end = "}}," if i else "},"
            out.append(f"     {{{c_string(both[0][i], 8)},\n      {c_string(both[1][i], 8)}{end}")
    out.append("};")
    ids = [i for i, c in enumerate(st.row.columns) if c.name == "id"][0]
    filters = f"{st.name}_filters, LENGTH({st.name}_filters)" if st.filters else "NULL, 0"
    changed = c_string(list_changed(st), 4) if list_changed(st) else "NULL"
    out.append(f"static const struct db_list {st.name}_list = {{{filters}, {st.name}_sorts, LENGTH({st.name}_sorts), {ids},\n    {changed}}};")
    return out


def emit_count(st):
    """How many rows the list has, whatever the page."""
    end = c_string(COUNT[1], 4)
    filters = f"{st.name}_filters, LENGTH({st.name}_filters)" if st.filters else "NULL, 0"
    out = [f'static const struct db_list_sort {st.name}_count_sorts[] = {{{{"total", false, DB_INT8, 0, NULL, {{"", ""}}, {{{end}, {end}}}}}}};']
    out.append(f"static const struct db_list {st.name}_count_list = {{{filters}, {st.name}_count_sorts, 1, 0, "
               + (c_string(list_changed(st), 4) if list_changed(st) else "NULL") + "};")
    out.append(f'static const struct db_column {st.name}_count_columns[] = {{{{"total", DB_INT8, false, 0}}}};')
    out += [f"static const struct db_statement {st.name}_count = {{", f'    .name = "{st.name}.n",', f"    .sql = {c_string(COUNT[0] + st.sql, 11)},"]
    if st.params:
        out += [f"    .params = {st.name}_params,", f"    .nparams = LENGTH({st.name}_params),"]
    return out + [f"    .columns = {st.name}_count_columns,", "    .ncolumns = 1,", "    .row_size = sizeof(int64_t),", "    .rows = DB_ONE,",
                  f"    .list = &{st.name}_count_list,", "};", ""]


def emit_calls(st):
    """The function or functions of a statement."""
    found = "ret_found" if st.kind == "maybe" else "NULL"
    n = "ret_n" if st.kind in ("many", "list") else "NULL"
    ret = "ret" if st.row else "NULL"
    body = []
    if st.struct_in:
        params = "in"
    elif st.params:
        members = ", ".join(f".{p.name} = {p.name}" for p in st.params)
        body.append(f"    const struct {st.name}_in in = {{{members}}};")
        params = "&in"
    else:
        params = "NULL"
    choice = "NULL"
    if st.kind == "list":
        body += ["    struct db_list_choice choice = page->choice;", "", "    choice.limit = page->limit + 1;",
                 "    if (page->queue)", f"        page->queue(tx, page, &{st.name}_count, {params});"]
        choice = "&choice"
    elif body:
        body.append("")
    body.append(f"    db_queue(tx, &{st.name}_statement, {params}, {choice}, {ret}, {found}, {n});")
    out = [signature(st, st.row is not None), "{"] + body + ["}", ""]
    if st.row is None:
        return out
    args = ["tx"] + (["in"] if st.struct_in else [p.name for p in st.params])
    args += {"list": ["page", "ret", "ret_n"], "many": ["ret", "ret_n"], "maybe": ["ret_found", "ret"], "one": ["ret"]}[st.kind]
    return out + [signature(st, False), "{", f"    {st.name}_later({', '.join(args)});", "    return tx_sync(tx);", "}", ""]


def emit_statement(st):
    out = []
    t = f"struct {st.name}_in"
    if st.params and not st.struct_in:
        out.append(f"{t} {{")
        out += [f"    {p.c_type}{p.name};" for p in st.params]
        out += ["};"]
    if st.params:
        out.append(f"static const struct db_column {st.name}_params[] = {{")
        for p in st.params:
            out.append(f'    {{"{p.name}", {p.info.enum}, {str(p.nullable).lower()}, offsetof({t}, {p.name})}},')
        out.append("};")
    if st.kind == "list":
        out += emit_list(st)
    out.append(f"static const struct db_statement {st.name}_statement = {{")
    out.append(f'    .name = "{st.name}",')
    out.append(f"    .sql = {c_string(final_sql(st), 11)},")
    if st.params:
        out += [f"    .params = {st.name}_params,", f"    .nparams = LENGTH({st.name}_params),"]
    if st.row:
        out += [f"    .columns = {st.row.name}_columns,", f"    .ncolumns = LENGTH({st.row.name}_columns),",
                f"    .row_size = sizeof(struct {st.row.name}),"]
    out.append(f"    .rows = {KINDS[st.kind]},")
    out.append(f"    .point = {str(st.point).lower()},")
    out.append(f"    .writes = {str(st.writes).lower()},")
    if st.durable:
        out.append("    .durable = true,")
    if st.kind == "list":
        out.append(f"    .list = &{st.name}_list,")
    out += ["};", ""]
    if st.kind == "list":
        out += [f"const struct page_kind {st.name}_page = {{.statement = &{st.name}_statement}};", ""]
        out += emit_count(st)
    return out + emit_calls(st)


def emit_source(source, header, statements, rows):
    out = [f"/* Made by sqlgen from {source}; edit that. */", f'#include "{header}"', ""]
    for row in rows.values():
        out += emit_row(row)
    for st in statements:
        out += emit_statement(st)
    return "\n".join(out)


def write_file(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    p.add_argument("--out-dir", required=True)
    p.add_argument("--prefix", default="", help="names the files prefix_queries.[hc]")
    p.add_argument("input")
    args = p.parse_args()
    base = (args.prefix + "_" if args.prefix else "") + "queries"
    try:
        statements, rows = parse_file(args.input)
    except Fault as e:
        print(f"{args.input}:{e.line}: {e.text}", file=sys.stderr)
        return 1
    parts = os.path.abspath(args.input).split(os.sep)
    source = "/".join(parts[-3:])
    write_file(os.path.join(args.out_dir, base + ".h"), emit_header(source, statements, rows))
    write_file(os.path.join(args.out_dir, base + ".c"), emit_source(source, base + ".h", statements, rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
