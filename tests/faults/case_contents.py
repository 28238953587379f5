"""The folder of contents: without room, so that uploads are refused."""
import glob
import os

from case_erasure import call
from case_mail import appointment
from case_postgres import Room
from load import CASES
from programs import wait_for

SIZE = 300_000  # more than what is left when it is full


def pdf(n, turn):
    return b"%PDF-1.7\n" + f"{n} {turn} ".encode() * (SIZE // 8)


def document(stack, case):
    return call(stack, "amina", "POST", f"{CASES}/cases/{case}/documents", {"kind": "passport", "country": "SO"}, 201).json["id"]


def put(stack, id_, data):
    tag = call(stack, "amina", "GET", f"{CASES}/documents/{id_}").headers["etag"]
    return stack.call("PUT", f"{CASES}/documents/{id_}/content", who="amina", body=data, headers={"If-Match": tag, "Content-Type": "application/pdf"})


def content(stack, id_):
    a = stack.call("GET", f"{CASES}/documents/{id_}/content", who="amina", headers={"Accept": "*/*"})
    return a.raw if a.status == 200 else a.json["code"]


def files(folder):
    return sorted(os.path.basename(p) for p in glob.glob(f"{folder}/??/*"))


def test_a_full_folder_of_contents_refuses_uploads_and_keeps_what_it_has(stack, programs, full):
    n, folder = 40 if full else 6, os.path.join(stack.state, "contents")
    case = appointment(stack)[0]
    room = Room(folder, 32 if full else 8, "root")
    try:
        documents = [document(stack, case) for _ in range(2 * n)]
        for i in range(n):
            assert put(stack, documents[i], pdf(i, 0)).status == 200
        kept = files(folder)
        room.fill()
        with open(f"{folder}/ballast", "r+b") as f:  # an upload begins, and cannot come to its end
            f.truncate(os.path.getsize(f.name) - SIZE // 2)
        refused = [put(stack, d, pdf(i, 1)) for i, d in enumerate(documents)]
        assert {(a.status, a.json["code"]) for a in refused} == {(503, "store.full")}, [(a.status, a.raw[:200]) for a in refused]
        assert all(a.json["type"] == "/problems/store.full" and "room" in a.json["detail"] for a in refused)
        assert files(folder) == kept, "something of a refused upload is there, or of a former one is not"
        for i, d in enumerate(documents):
            assert content(stack, d) == (pdf(i, 0) if i < n else "content.missing")
            told = call(stack, "amina", "GET", f"{CASES}/documents/{d}").json
            assert (told["content"] is not None if i < n else not told.get("content")), told
        room.empty()
        for i, d in enumerate(documents):
            assert put(stack, d, pdf(i, 2)).status == 200
            assert content(stack, d) == pdf(i, 2)
        known = "SELECT object FROM stored_objects ORDER BY object"
        wait_for("what was refused or replaced is given up",
                 lambda: stack.sql("cases", "UPDATE stored_objects SET since = now() - interval '1 hour' WHERE state = 'writing'; " + known)
                 == [[f] for f in files(folder)] and len(files(folder)) == 2 * n, 40)
        print(f"  {n} contents kept, {len(refused)} uploads refused while there was no room, {2 * n} made when there was")
    finally:
        for d in documents:
            tag = call(stack, "amina", "GET", f"{CASES}/documents/{d}").headers["etag"]
            stack.call("DELETE", f"{CASES}/documents/{d}/content", who="amina", headers={"If-Match": tag})
        room.close()
