"""case_contents.py - what was uploaded goes into backups, comes back out of them, and agrees with the database afterwards."""
import os
import shutil
import subprocess

from house import wait_for


def pdf(text):
    return b"%PDF-1.7\n" + text.encode() * 500


def backup(house, name, *more, status=0):
    folder = os.path.join(house.state, name)
    said = house.ctl("backup", *house.admin(), "--to", folder, "--service", "cases", "--contents", house.contents, *more, status=status)
    return folder, said


def bring(house, folder, *more, status=0):
    return house.ctl("restore", *house.admin(), "--from", folder, "--contents", house.contents, *more, status=status)


def reconcile(house, *more):
    return house.ctl("reconcile", *house.admin(), "--contents", house.contents, *more)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def kept(house, folder, obj):
    return house.stored(obj, os.path.join(folder, "contents"))


def damage(path):
    """Another byte in the middle, in a file of its own: what was linked elsewhere stays as it is."""
    data = bytearray(read(path))
    data[len(data) // 2] ^= 1
    os.unlink(path)
    with open(path, "wb") as f:
        f.write(data)


def known(house):
    """How many objects a backup has now: of this and of former cases."""
    return int(house.sql("cases", "SELECT count(*) FROM stored_objects WHERE state <> 'writing'")[0][0])


def swept(house):
    """The worker has been at work: what was let go of days ago is gone."""
    marker = "00000000-0000-4000-8000-000000000000"
    house.sql("cases", f"INSERT INTO stored_objects (object, org, state, since) VALUES ('{marker}', 'iom', 'doomed', now() - interval '100 days')")
    wait_for("the worker has swept", lambda: not house.sql("cases", f"SELECT 1 FROM stored_objects WHERE object = '{marker}'"), 60)


def test_contents_are_in_a_backup_and_linked_in_the_next(house):
    case = house.new_case()
    documents = [house.new_document(case) for _ in range(3)]
    first, second = (house.upload(documents[i], pdf(f"content {i} ")) for i in range(2))
    folder, said = backup(house, "contents-1")
    assert f"contents: {known(house)} copied, 0 as in the former backup" in said and "contents of documents" not in said, said
    for obj in (first, second):
        assert read(kept(house, folder, obj)) == read(house.stored(obj)) and os.stat(kept(house, folder, obj)).st_mode & 0o077 == 0
        assert os.stat(os.path.dirname(kept(house, folder, obj))).st_mode & 0o077 == 0
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS", "contents.sha256"], cwd=folder, check=True, timeout=30)

    third = house.upload(documents[2], pdf("content 2 "))
    house.take_content(documents[0])  # still there for a day: whoever goes back to a moment before needs it
    following, said = backup(house, "contents-2", "--former", folder)
    assert f"contents: 1 copied, {known(house) - 1} as in the former backup" in said, said
    assert os.path.samefile(kept(house, folder, first), kept(house, following, first))
    assert read(kept(house, following, third)) == read(house.stored(third))
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS", "contents.sha256"], cwd=following, check=True, timeout=30)
    shutil.rmtree(folder)
    assert read(kept(house, following, second)) == read(house.stored(second)), "a backup needs the one before it"

    without = os.path.join(house.state, "contents-none")
    said = house.ctl("backup", *house.admin(), "--to", without, "--service", "cases")
    assert "contents of documents (--contents)" in said.split("not in it: ")[1], said
    assert "contents.sha256 is not there" in backup(house, "contents-3", "--former", without, status=1)[1].replace("is not in SHA256SUMS", "is not there")
    said = house.ctl("backup", *house.admin(), "--to", os.path.join(house.state, "contents-4"), "--service", "cases", "--contents", "/nowhere/at/all", status=3)
    assert "/nowhere/at/all: look at the folder: No such file" in said, said


def test_what_the_store_has_lost_is_told_and_brought_back(house):
    case = house.new_case()
    documents = [house.new_document(case) for _ in range(2)]
    objects = [house.upload(d, pdf(f"lost {d} ")) for d in documents]
    folder, _ = backup(house, "lost-1")
    before = {obj: read(house.stored(obj)) for obj in objects}
    owner = os.stat(house.stored(objects[0]))
    os.unlink(house.stored(objects[0]))
    with open(house.stored(objects[1]), "r+b") as f:
        f.truncate(100)  # half of it is as bad
    assert house.call("GET", f"/cases/v1/documents/{documents[0]}/content", who="amina", headers={"Accept": "*/*"}).json["code"] == "store.missing"

    incomplete, said = backup(house, "lost-2", status=1)
    assert "2 contents were not in the store" in said and f"LACKS: object {objects[0]}, the content of document {documents[0]}" in said, said
    assert os.path.exists(os.path.join(incomplete, "SHA256SUMS")), "the databases have to be in it all the same"
    told = reconcile(house)
    assert "contents: 2 are not in the store" in told and f"{objects[1]} {documents[1]}" in told, told
    assert "2 lack" in bring(house, incomplete, "--contents-only"), "they are in no backup that was named"

    broken = os.path.join(house.state, "lost-broken")
    shutil.copytree(folder, broken)
    damage(kept(house, broken, objects[0]))
    said = bring(house, broken, "--contents-only")
    assert "damaged: " in said and "1 brought back, 1 lack" in said, said
    damage(os.path.join(broken, "contents.sha256"))
    assert "contents.sha256 is damaged" in bring(house, broken, "--contents-only", status=1)
    said = bring(house, incomplete, "--contents-only", "--contents-from", folder)
    assert "1 brought back, 0 lack" in said, said
    for obj in objects:
        assert read(house.stored(obj)) == before[obj]
        now = os.stat(house.stored(obj))
        assert (now.st_uid, now.st_gid, now.st_mode) == (owner.st_uid, owner.st_gid, owner.st_mode)
    assert [house.content(d) for d in documents] == [pdf(f"lost {d} ") for d in documents]
    assert "are not in the store" not in reconcile(house)
    assert "--contents-only needs --contents" in house.ctl("restore", *house.admin(), "--from", folder, "--contents-only", status=2)


def test_what_nobody_has_any_more_stays_for_its_days(house):
    document = house.new_document(house.new_case())
    former = house.upload(document, pdf("former "))
    house.upload(document, pdf("replaced "))
    swept(house)
    assert os.path.exists(house.stored(former)), "it was removed before its day had passed"
    house.sql("cases", f"UPDATE stored_objects SET since = now() - interval '25 hours' WHERE object = '{former}'")
    wait_for("it is removed", lambda: not os.path.exists(house.stored(former)), 60)
    assert house.content(document) == pdf("replaced ")


def test_contents_go_back_with_their_database(house):
    document, later = (house.new_document(house.new_case()) for _ in range(2))
    then = house.upload(document, pdf("then "))
    house.quiet()
    folder, _ = backup(house, "back-1")
    house.take_content(document)
    stray = house.upload(later, pdf("later "))
    house.sql("cases", f"UPDATE stored_objects SET since = now() - interval '2 days' WHERE object = '{then}'")
    wait_for("the content of then is removed", lambda: not os.path.exists(house.stored(then)), 60)
    house.quiet()

    house.stop("cases")
    said = bring(house, folder, "--service", "cases", "--replace")
    assert "1 brought back, 0 lack" in said, said
    assert "contents of documents were not looked at: --contents" in house.ctl("reconcile", *house.admin())
    told = reconcile(house)
    assert "contents: 1 objects (" in told and f"object: {stray}" in told and "are not in the store" not in told, told
    reconcile(house, "--apply")
    assert house.sql("cases", f"SELECT state FROM stored_objects WHERE object = '{stray}'") == [["doomed"]]
    house.start("cases")
    assert house.content(document) == pdf("then ")
    assert house.ask("amina", "GET", f"/cases/v1/documents/{later}").json.get("content") is None
    swept(house)
    assert os.path.exists(house.stored(stray)), "what may be wanted back if the restore was wrong is gone"
    house.sql("cases", f"UPDATE stored_objects SET since = now() - interval '2 days' WHERE object = '{stray}'")
    wait_for("it is removed", lambda: not os.path.exists(house.stored(stray)), 60)
    told = reconcile(house)
    assert "are not in the store" not in told and "are no document's" not in told, told
