"""What a person leaves in the databases, by the catalogue wf.subject_tables and beside it: words of scenarios about erasures."""

SERVICES = ("identity", "cases", "travel", "diaspora", "notifications")
# A row is named by its whole primary key; what the catalogue names it by leaves out values that tell of the person, so it may be another's too.
ORDER = """
    SELECT o.tbl, o.fate, o.finds,
           coalesce((SELECT 'concat_ws(''/'', ' || string_agg(format('t.%I', a.attname), ', ' ORDER BY array_position(i.indkey::int2[], a.attnum)) || ')'
                       FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::int2[])
                      WHERE i.indrelid = o.tbl::regclass AND i.indisprimary), 'to_jsonb(t)::text')
      FROM wf.subject_order() AS o"""
CLEARS = """
    SELECT tbl, string_agg(format('(t.%I IS NOT DISTINCT FROM (%s))', c.key, c.value), ' AND ')
      FROM wf.subject_tables CROSS JOIN LATERAL jsonb_each_text(clears) AS c WHERE c.key <> 'version' GROUP BY tbl"""


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def ask(stack, service, statement):
    """As the superuser, acting for the organisation whose person it is."""
    return stack.sql(service, f"SELECT set_config('wf.org', 'iom', false); {statement}")


def rows_of(stack, of, own):
    """{(service, table): (fate, {key: [row]})} of everything that the catalogue finds."""
    mine = "ARRAY[" + ", ".join(map(quoted, own)) + "]::uuid[]"
    found = {}
    for service in SERVICES:
        for tbl, fate, finds, key in stack.sql(service, ORDER):
            where = finds.replace("$1", f"{quoted(of)}::uuid").replace("$2", mine)
            rows = {}
            for name, row in ask(stack, service, f"SELECT {key}, to_jsonb(t)::text FROM {tbl} AS t WHERE {where} ORDER BY 1, 2"):
                rows.setdefault(name, []).append(row)
            if rows:
                found[service, tbl] = (fate, rows)
    return found


def found(stack, step, names):
    """found: {of, own, save, tables}: keeps what the catalogue finds; tables, written service.table, must be among it."""
    what = step["found"]
    kept = {"of": what["of"], "own": what.get("own", []), "rows": rows_of(stack, what["of"], what.get("own", []))}
    there = {f"{service}.{tbl}" for service, tbl in kept["rows"]}
    names[what["save"]] = kept
    missing = sorted(set(what.get("tables", [])) - there)
    return f"nothing is found in {', '.join(missing)}; only in {', '.join(sorted(there))}" if missing else None


def same(stack, step, names):
    """same: name: what was found under the name is there, to the byte."""
    kept = names[step["same"]]
    now = rows_of(stack, kept["of"], kept["own"])
    changed = sorted(f"{s}.{t}" for s, t in {*now, *kept["rows"]} if now.get((s, t)) != kept["rows"].get((s, t)))
    return f"changed: {', '.join(changed)}" if changed else None


def gone(stack, step, names):
    """gone: name: of what was found under the name the rows to delete are gone, those to clear are bare, those to keep are there."""
    faults = []
    cleared = {(service, tbl): bare for service in SERVICES for tbl, bare in stack.sql(service, CLEARS)}
    keys = {(service, tbl): key for service in SERVICES for tbl, _, _, key in stack.sql(service, ORDER)}
    for (service, tbl), (fate, rows) in names[step["gone"]]["rows"].items():
        listed = ", ".join(map(quoted, rows))
        where = f"FROM {tbl} AS t WHERE {keys[service, tbl]} IN ({listed})"
        there = int(ask(stack, service, f"SELECT count(*) {where}")[0][0])
        before = sum(map(len, rows.values()))
        if fate == "delete" and there:
            faults.append(f"{service}.{tbl}: {there} of {before} are still there")
        if fate in ("clear", "keep") and there != before:
            faults.append(f"{service}.{tbl}: {there} of {before} are there")
        if fate == "clear":
            full = ask(stack, service, f"SELECT count(*) {where} AND NOT ({cleared[service, tbl]})")[0][0]
            if full != "0":
                faults.append(f"{service}.{tbl}: {full} are not bare")
    return "; ".join(faults) or None


def nowhere(stack, step, _names):
    """nowhere: [text]: none of the texts stands in any row of any table, whatever the catalogue says of it."""
    faults = []
    for service in SERVICES:
        for (tbl,) in stack.sql(service, "SELECT tbl FROM wf.subject_tables"):
            wanted = " OR ".join(f"t::text ILIKE {quoted('%' + text + '%')}" for text in step["nowhere"])
            n = stack.sql(service, f"SELECT count(*) FROM {tbl} AS t WHERE {wanted}")[0][0]
            if n != "0":
                faults.append(f"{service}.{tbl}: {n} rows")
    return "; ".join(faults) or None


WORDS = {"found": found, "same": same, "gone": gone, "nowhere": nowhere}
