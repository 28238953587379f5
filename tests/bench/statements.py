"""Recorded statements as a peer sends them: what differs from request to request is told from what does not."""
import glob
import os
import re
import sys

from house import ROOT

sys.path.insert(0, os.path.join(ROOT, "libcommon/gen"))

import sqlgen

UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


def parameter_types():
    """Types of the parameters of every statement of the cases service, by its name."""
    types = {"wf_context": ["text"] * 3, "wf_context_off": ["text"] * 3}
    for path in glob.glob(os.path.join(ROOT, "services/cases/*/queries.sql")) + glob.glob(os.path.join(ROOT, "libcommon/*/queries.sql")):
        for st in sqlgen.parse_file(path)[0]:
            types[st.name] = [p.type for p in st.params]
            if st.kind == "list":
                types[st.name] += [{"openedAt": "timestamptz"}.get(st.sorts[0].name, "text"), "uuid", "int8"]
    return types


def templates(recorded, known):
    """[{name, text, types, params}]: known maps a value to its kind ("case", "person"); further identifiers are made anew for each
    request, in a transaction of its own even where the service sent a bare segment."""
    types, made, out = parameter_types(), {}, []
    key = next((s["values"][1] for s in recorded if s["name"] == "q_idem_enter"), None)
    for s in recorded:
        params = []
        for i, value in enumerate(s["values"]):
            if s["name"].startswith("wf_context"):
                params.append({"kind": "context", "value": ("org", "sub", "scope")[i], "sample": value})
            elif value is not None and value in known:
                params.append({"kind": known[value]})
            elif value is not None and value == key:
                params.append({"kind": "key"})
            elif value is not None and UUID.match(value) and known.get("made"):
                params.append({"kind": "new", "value": made.setdefault(value, len(made))})
            else:
                params.append({"kind": "const", "value": value})
        names = types.get(s["name"].partition(".")[0], [])
        used = sorted({int(n) for n in re.findall(r"\$(\d+)", s["text"])})  # a list's statement leaves out filters
        place = {n: used.index(n) + 1 for n in used}
        text = re.sub(r"\$(\d+)", lambda m: f"${place[int(m[1])]}::{names[int(m[1]) - 1]}", s["text"])
        out.append({"name": s["name"], "text": text, "params": [params[n - 1] for n in used]})
    return out


OFF = " || set_config('synchronous_commit', 'off', true) IS NULL"


def for_steps(steps):
    """As one transaction, the contexts of one request joined to one: for clients without shared connections, whose sessions
    do not have synchronous_commit off for reads."""
    shared = not any(s["name"] == "wf_begin" for s in steps)
    out, context = [], False
    for s in steps:
        if s["name"] in ("wf_begin", "wf_commit") or (s["name"].startswith("wf_context") and context):
            continue
        if s["name"] == "wf_context":
            context = True
            s = {**s, "name": "wf_context_off", "text": s["text"].replace(" IS NULL", OFF)} if shared else s
        out.append(s)
    return [{"name": "wf_begin", "text": "BEGIN", "params": []}, *out, {"name": "wf_commit", "text": "COMMIT", "params": []}]


def bare(transaction):
    """Without BEGIN and COMMIT: one segment is a transaction of itself."""
    return transaction[1:-1]


# ---- pgbench ----


def pgbench_script(path, parts, pipelined, draws):
    """Writes a script; returns the -D options it needs. parts: transactions; a pipelined one is one segment."""
    options, lines, no = [], list(draws), 0
    for part in parts:
        if pipelined:
            lines.append("\\startpipeline")
        for s in part:
            values = []
            for p in s["params"]:
                value = p.get("sample", p.get("value"))
                if p["kind"] == "new":
                    values.append(f"bench.id(:base + {p['value']}, :n)")
                elif p["kind"] in ("case", "person"):
                    values.append(f"bench.id({1 if p['kind'] == 'case' else 2}, :k)")
                elif p["kind"] == "key":
                    values.append("(int8send(:base) || int8send(:n))")
                elif not value:  # pgbench knows no empty variables
                    values.append("NULL" if value is None else "''")
                else:
                    no += 1
                    options += ["-D", f"c{no}={value}"]
                    values.append(f":c{no}")
            text = re.sub(r"\$(\d+)", lambda m: values[int(m[1]) - 1], s["text"].rstrip(";"))
            lines.append(re.sub(r"\s*\n\s*", " ", text) + ";")
        if pipelined:
            lines.append("\\endpipeline")
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")
    return options
