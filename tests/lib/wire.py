"""A few messages of PostgreSQL's protocol, enough to prepare and describe a statement and to run plain SQL.

psql cannot say of which types the parameters and columns of a statement are, nor from which table a column comes.
"""
import os
import re
import socket
import struct
from dataclasses import dataclass


class Refused(RuntimeError):
    """The server's error."""

    def __init__(self, fields):
        super().__init__(f"{fields.get('C', '')} {fields.get('M', '')}")
        self.state = fields.get("C", "")
        self.position = int(fields.get("P", 0))


@dataclass
class Field:
    name: str
    table: int
    column: int
    type: int


class Connection:
    """One session over the unix socket in the folder host (PGHOST, where none is named), trusted there; with Connection(…) as c closes it.
    It compiles no statement, as the programs do not (libcommon/io/db_pipe.c): to compile a policy takes seconds."""

    def __init__(self, database, user, host=None, timeout=None):
        path = os.path.join(host or os.environ["PGHOST"], ".s.PGSQL." + os.environ.get("PGPORT", "5432"))
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.socket.connect(path)
        self.reader = self.socket.makefile("rb")
        options = f"user\0{user}\0database\0{database}\0options\0-c client_min_messages=error -c jit=off\0\0".encode()
        self.socket.sendall(struct.pack("!ii", len(options) + 8, 3 << 16) + options)
        self._until_ready()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.reader.close()
        self.socket.close()

    def _send(self, *messages):
        self.socket.sendall(b"".join(kind + struct.pack("!i", len(body) + 4) + body for kind, body in messages))

    def _until_ready(self):
        """All messages up to ReadyForQuery; the first error is raised then."""
        got, refused = [], None
        while True:
            head = self.reader.read(5)
            if len(head) < 5:
                raise Refused({"C": "08006", "M": "the server closed the connection"})
            kind, size = head[:1], struct.unpack("!i", head[1:])[0]
            body = self.reader.read(size - 4)
            if kind == b"E" and refused is None:
                fields = {p[:1].decode(): p[1:].decode() for p in body.split(b"\0") if p}
                refused = Refused(fields)
            got.append((kind, body))
            if kind == b"Z":
                break
        if refused:
            raise refused
        return got

    def run(self, sql):
        """Rows of the last statement, texts; how many it touched is left in self.touched."""
        self._send((b"Q", sql.encode() + b"\0"))
        rows, self.touched = [], 0
        for kind, body in self._until_ready():
            if kind == b"T":
                rows = []
            elif kind == b"D":
                rows.append(_row(body))
            elif kind == b"C":
                self.touched = int((re.search(rb"\d+(?=\0)", body) or [b"0"])[0])
        return rows

    def describe(self, sql, oids):
        """Prepares with parameter types; the types that the server sees, and the columns (None: no rows)."""
        parse = b"\0" + sql.encode() + b"\0" + struct.pack("!h", len(oids)) + b"".join(struct.pack("!I", o) for o in oids)
        self._send((b"P", parse), (b"D", b"S\0"), (b"S", b""))
        params, fields = [], None
        for kind, body in self._until_ready():
            if kind == b"t":
                n = struct.unpack("!h", body[:2])[0]
                params = list(struct.unpack(f"!{n}I", body[2:]))
            elif kind == b"T":
                fields = _fields(body)
        return params, fields


def _row(body):
    n = struct.unpack("!h", body[:2])[0]
    at, row = 2, []
    for _ in range(n):
        size = struct.unpack("!i", body[at : at + 4])[0]
        at += 4
        row.append(None if size < 0 else body[at : at + size].decode())
        at += max(size, 0)
    return row


def _fields(body):
    n = struct.unpack("!h", body[:2])[0]
    at, fields = 2, []
    for _ in range(n):
        end = body.index(b"\0", at)
        table, column, kind = struct.unpack("!IhI", body[end + 1 : end + 11])
        fields.append(Field(body[at:end].decode(), table, column, kind))
        at = end + 19
    return fields
