"""What sqlgen refuses, with the line and a part of what it says; and a little of what it makes."""
import os
import tempfile

import sqlgen

REFUSED = [
    ("no header", "SELECT 1;", 1, "without a header line"),
    ("nothing", "-- only a comment\n", 1, "no statement"),
    ("no kind", "-- q_x(id uuid) -> first row(a int4)\nSELECT 1;", 1, "a header line is"),
    ("brackets of two sorts", "-- q_x(id uuid} -> any\nSELECT 1;", 1, "a header line is"),
    ("empty braces", "-- q_x{} -> any\nSELECT 1;", 1, "write ()"),
    ("no end", "-- q_x() -> any\nSELECT 1", 1, "does not end with ;"),
    ("no end before the next", "-- q_x() -> any\nSELECT 1\n-- q_y() -> any\nSELECT 2;", 1, "does not end with ;"),
    ("two statements", "-- q_x() -> any\nSELECT 1; SELECT 2;", 1, "one statement under each header"),
    ("no statement", "-- q_x() -> any\n;", 1, "no statement under"),
    ("a name twice", "-- q_x() -> any\nSELECT 1;\n-- q_x() -> any\nSELECT 1;", 3, "already in line 1"),
    ("a long name", "-- q_" + "x" * 40 + "() -> any\nSELECT 1;", 1, "at most 40"),
    ("select star", "-- q_x() -> any\nSELECT\n* FROM t;", 3, "SELECT * is refused"),
    ("star of a table", "-- q_x() -> any\nSELECT a, t.* FROM t;", 2, "SELECT * is refused"),
    ("returning star", "-- q_x() -> one r(a int4)\nDELETE FROM t RETURNING *;", 2, "SELECT * is refused"),
    ("now", "-- q_x() -> any\nUPDATE t SET a =\n now();", 3, "business time"),
    ("current_date", "-- q_x() -> any\nUPDATE t SET a = CURRENT_DATE;", 2, "business time"),
    ("clock_timestamp", "-- q_x() -> any\nUPDATE t SET a = clock_timestamp();", 2, "business time"),
    ("now in a filter", "-- q_x() -> list r(id uuid)\nSELECT id FROM t WHERE true\n--? due AND at < now()\n--sort id id uuid\n;", 3,
     "business time"),
    ("a number", "-- q_x(id uuid) -> any\nDELETE FROM t WHERE id = $1;", 2, "have names here"),
    ("an unknown parameter", "-- q_x(id uuid) -> any\nDELETE FROM t\nWHERE id = $it;", 3, "$it is not a parameter"),
    ("an unused parameter", "-- q_x(id uuid, b text) -> any\nDELETE FROM t WHERE id = $id;", 1, "parameter b is not used"),
    ("a parameter only in a text", "-- q_x(id uuid) -> any\nDELETE FROM t WHERE a = '$id';", 1, "parameter id is not used"),
    ("an unknown type", "-- q_x(id int) -> any\nSELECT $id;", 1, "no type int"),
    ("no type", "-- q_x(id) -> any\nSELECT $id;", 1, "write name and type"),
    ("a word of C", "-- q_x(case uuid) -> any\nSELECT $case;", 1, "word of C"),
    ("an argument of ours", "-- q_x(tx uuid) -> any\nSELECT $tx;", 1, "argument that sqlgen adds"),
    ("a column twice", "-- q_x() -> one r(a int4, a int4)\nSELECT 1, 2;", 1, "there twice"),
    ("an odd name", "-- q_x(Id uuid) -> any\nSELECT $Id;", 1, "lower case"),
    ("an open text", "-- q_x() -> any\nSELECT 'a;", 2, "' does not end"),
    ("a row not declared", "-- q_x() -> one r\nSELECT 1;", 1, "not declared above"),
    ("a row without columns", "-- q_x() -> one r()\nSELECT 1;", 1, "no columns"),
    ("another row of that name", "-- q_x() -> one r(a int4)\nSELECT 1;\n-- q_y() -> one r(a text)\nSELECT 'a';", 3, "other columns"),
    ("an unknown lane", "-- q_x() -> any   lane: mine\nSELECT 1;", 1, "own or point"),
    ("an unknown option", "-- q_x() -> any   quickly\nSELECT 1;", 1, "only `lane"),
    ("a lock on the shared lane", "-- q_x() -> one r(a int4)   lane: point\nSELECT a FROM t FOR UPDATE;", 1, "lock ends"),
    ("a setting on the shared lane", "-- q_x() -> any   lane: point\nSELECT set_config('wf.sub', 'x', true);", 1, "hold for others"),
    ("exactly 1 of a read", "-- q_x() -> exactly 1\nSELECT 1;", 1, "exactly 1 is for"),
    ("exactly 1 with rows", "-- q_x() -> exactly 1\nDELETE FROM t RETURNING a;", 1, "RETURNING gives rows"),
    ("marks outside a list", "-- q_x() -> any\nSELECT 1\n--sort a a int4\n;", 1, "for `-> list` only"),
    ("a list without sort", "-- q_x() -> list r(id uuid)\nSELECT id FROM t WHERE true;", 1, "at least one `--sort"),
    ("a list without id", "-- q_x() -> list r(a int4)\nSELECT a FROM t WHERE true\n--sort a a int4\n;", 1, "id uuid"),
    ("a list on the shared lane", "-- q_x() -> list r(id uuid)   lane: point\nSELECT id FROM t WHERE true\n--sort id id uuid\n;", 1, "lane own"),
    ("a sort that is no column", "-- q_x() -> list r(id uuid)\nSELECT id FROM t WHERE true\n--sort dueOn due_on date\n;", 3,
     "sort_due_on_ or due_on"),
    ("a sort that can be null", "-- q_x() -> list r(id uuid, a date?)\nSELECT id, a FROM t WHERE true\n--sort a a date\n;", 3, "never null"),
    ("what stands for null of another type", "-- q_x() -> list r(id uuid, a timestamptz?)\nSELECT id, a FROM t WHERE true\n"
     "--sort a coalesce(a, '9999-12-31'::date) timestamptz\n;", 3, "it must be timestamptz"),
    ("a coalesce of no constant", "-- q_x() -> list r(id uuid, a date?)\nSELECT id, a FROM t WHERE true\n--sort a coalesce(a, b) date\n;", 3, "sort_a_"),
    ("a sort of another type", "-- q_x() -> list r(id uuid, a date)\nSELECT id, a FROM t WHERE true\n--sort a a text\n;", 3, "must be text"),
    ("a sort by jsonb", "-- q_x() -> list r(id uuid, a jsonb)\nSELECT id, a FROM t WHERE true\n--sort a a jsonb\n;", 3, "type jsonb"),
    ("a filter without AND", "-- q_x() -> list r(id uuid)\nSELECT id FROM t WHERE true\n--? a OR a\n--sort id id uuid\n;", 3, "begin it with AND"),
    ("a filter's value never null", "-- q_x(a text) -> list r(id uuid)\nSELECT id FROM t WHERE true\n--? a AND a = $a\n--sort id id uuid\n;", 1,
     "write text?"),
    ("nine filters", "-- q_x() -> list r(id uuid)\nSELECT id FROM t WHERE true\n" + "".join(f"--? f{i} AND true\n" for i in range(9)) +
     "--sort id id uuid\n;", 11, "at most 8"),
    ("a filter twice", "-- q_x() -> list r(id uuid)\nSELECT id FROM t WHERE true\n--? a AND a\n--? a AND b\n--sort id id uuid\n;", 1, "filter a is there twice"),
    ("SQL behind marks", "-- q_x() -> list r(id uuid)\nSELECT id FROM t WHERE true\n--sort id id uuid\nAND b;", 4, "marked lines come last"),
    ("half a mark", "-- q_x() -> list r(id uuid)\nSELECT id FROM t WHERE true\n--sort id\n;", 3, "a marked line is"),
]

LANES = [
    ("-- q_x(id uuid) -> one r(a int4)\nSELECT a FROM t WHERE id = $id;", True, False, False),
    ("-- q_x(id uuid) -> one r(a int4)   lane: own\nSELECT a FROM t WHERE id = $id;", False, False, False),
    ("-- q_x(id uuid) -> one r(a int4)\nSELECT a FROM t WHERE id = $id FOR NO KEY UPDATE;", False, False, False),
    ("-- q_x(id uuid) -> exactly 1\nINSERT INTO t (id, b) VALUES ($id, f(1, 2));", False, True, False),
    ("-- q_x(a text) -> any\nSELECT set_config('wf.a', $a, true);", False, False, False),
    ("-- q_x(id uuid) -> exactly 1   lane: point\nINSERT INTO t (id) VALUES ($id);", True, True, False),
    ("-- q_x(id uuid) -> exactly 1\nINSERT INTO t (id) VALUES ($id) ON CONFLICT DO NOTHING;", False, True, True),
    ("-- q_x(id uuid) -> exactly 1\nINSERT INTO t (id) VALUES ($id), ($id);", False, True, True),
    ("-- q_x(id uuid) -> exactly 1\nINSERT INTO t (id) SELECT id FROM s WHERE id = $id;", False, True, True),
    ("-- q_x(id uuid) -> exactly 1\nUPDATE t SET a = 1 WHERE id = $id;", False, True, True),
    ("-- q_x(id uuid) -> exactly 1\nWITH s AS (SELECT 1) DELETE FROM t WHERE id = $id;", False, True, True),
    ("-- q_x(id uuid) -> one r(a int4)\nWITH w AS (UPDATE t SET a = 1 WHERE id = $id RETURNING a) SELECT a FROM w;", False, True, False),
    ("-- q_x(id uuid) -> any   lease\nDELETE FROM t WHERE id = $id AND at < now();", False, True, False),
    ("-- q_x(id uuid) -> one r(a int8)\nSELECT count(*) FROM t WHERE id = $id AND note = 'delete from; now()' -- now();\n;", True, False, False),
    ("-- q_x{\n--   id uuid\n-- } -> one r(a int4,\n--   b text)\nSELECT a, b FROM t WHERE id = $id;", True, False, False),
]


def parse(text):
    with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as f:
        f.write(text + "\n")
        f.flush()
        return sqlgen.parse_file(f.name)


def made_twice(text):
    """The files that sqlgen makes of a text, made twice."""
    out = []
    for _ in range(2):
        statements, rows = parse(text)
        out.append(sqlgen.emit_header("x", statements, rows) + sqlgen.emit_source("x", "x.h", statements, rows))
    return out


def run(check):
    for name, text, line, says in REFUSED:
        try:
            parse(text)
            check(False, f"sqlgen refuses {name}", "it does not")
        except sqlgen.Fault as e:
            check(e.line == line and says in e.text, f"sqlgen refuses {name}", f"line {e.line}: {e.text}")
    for text, point, writes, wrapped in LANES:
        st = parse(text)[0][0]
        check((st.point, st.writes, st.wrapped) == (point, writes, wrapped), f"sqlgen judges {text!r}",
              f"point {st.point}, writes {st.writes}, wrapped {st.wrapped}")
    with open(os.path.join(os.path.dirname(sqlgen.__file__), "../../tests/unit/io/queries.sql"), encoding="utf-8") as f:
        first, second = made_twice(f.read())
    check(first == second, "sqlgen makes the same of the same")
