"""What one request sends to PostgreSQL, in its own words: the peers then run the very same statements.

The server logs the statements of the service's role while a request is made; names, texts and parameters are read back.
"""
import http.client
import re
import time

from house import read

ROLE = "wf_cases_service"
ENTRY = re.compile(r"^\d{4}-\d\d-\d\d [\d:.]+ \w+ \[(\d+)\] (\w+):  ?(.*)$")
PARAMETER = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')", re.S)


def entries(log):
    """(pid, kind, text) of a log, continuation lines joined."""
    found = []
    for line in log.split("\n"):
        if m := ENTRY.match(line):
            found.append([int(m[1]), m[2], m[3]])
        elif found:
            found[-1][2] += "\n" + line.removeprefix("\t")
    return found


def statements(log):
    """[{name, text, values}] in the order of their execution; values are texts or None."""
    found, last = [], {}
    for pid, kind, text in entries(log):
        if kind == "LOG" and (m := re.match(r"execute ([\w.]+): (.*)", text, re.S)):
            last[pid] = {"name": m[1], "text": m[2].strip(), "values": []}
            found.append(last[pid])
        elif kind == "DETAIL" and text.startswith("parameters: ") and pid in last:
            values = {int(n): None if v == "NULL" else v[1:-1].replace("''", "'") for n, v in PARAMETER.findall(text[12:])}
            last[pid]["values"] = [values[i + 1] for i in range(len(values))]
    return found


def record(house, port, requests):
    """requests: {name: (method, path, headers, body)}. Each is made three times; the statements of the last."""
    house.script(f"ALTER ROLE {ROLE} SET log_statement = 'all'; ALTER ROLE {ROLE} SET log_parameter_max_length = -1;")
    program = house.cases("recorded", f"tcp:127.0.0.1:{port}")
    recorded = {}
    try:
        house.wait_ready("recorded", program)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        for name, make in requests.items():
            good = 0
            for _ in range(30):  # a busy machine answers 503 before the statements are prepared
                method, path, headers, body = make()
                time.sleep(0.3)
                before = len(read(f"{house.state}/log/postgres.log"))
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                got = answer.read()
                time.sleep(0.3)
                good = good + 1 if answer.status < 300 else 0
                if good == 3:
                    break
            else:
                raise SystemExit(f"{name}: {answer.status} {got[:500]!r}")
            recorded[name] = {"statements": statements(read(f"{house.state}/log/postgres.log")[before:]), "body": got.decode(),
                              "status": answer.status}
        connection.close()
    finally:
        house.script(f"ALTER ROLE {ROLE} RESET log_statement; ALTER ROLE {ROLE} RESET log_parameter_max_length;")
        program.end()
    return recorded
