"""case_restore.py - one service goes back to an earlier time while the others stay; then all agree again."""
import os
import re
import shutil
import signal
import subprocess

from house import CASES, CTL, PATIENCE, ROOT, wait_for

READERS = "SELECT org, case_id, programme, confidentiality, offices, team FROM wf.case_readers ORDER BY org, case_id"


def test_a_consumer_that_was_put_back_hears_again_what_it_forgot(house):
    first = house.new_case()
    house.quiet()
    backup = os.path.join(house.state, "backup-1")
    said = house.ctl("backup", *house.admin(), "--to", backup)
    assert "not in it: field keys" in said, said
    for name in [".", *os.listdir(backup)]:
        assert os.stat(os.path.join(backup, name)).st_mode & 0o077 == 0, f"{name} of the backup can be read by others"
    second = house.new_case()
    house.quiet()
    readers, seen = house.sql("travel", READERS), house.sql("travel", "SELECT count(*), count(DISTINCT event_id) FROM wf.inbox")
    assert any(second in row for row in readers)

    refused = house.ctl("restore", *house.admin(), "--from", backup, "--service", "travel", status=1)
    assert "in use by" in refused and "travel-worker" in refused, refused
    house.stop("travel")
    refused = house.ctl("restore", *house.admin(), "--from", backup, "--service", "travel", status=1)
    assert "--replace" in refused and "nothing was changed" in refused, refused
    assert house.sql("travel", READERS) == readers
    kill_a_restore(house, backup)
    assert house.sql("travel", READERS) == readers, "a restore that was killed has touched the database in use"
    house.ctl("restore", *house.admin(), "--from", backup, "--service", "travel", "--replace")
    forgot = house.sql("travel", READERS)
    assert any(first in row for row in forgot) and not any(second in row for row in forgot)
    may = house.sql("travel", "SELECT has_database_privilege('wf_travel_worker', current_database(), 'CONNECT')")
    assert may == [["f"]], "its programs could connect before it is reconciled"

    told = house.ctl("reconcile", *house.admin())
    assert "cases -> travel: forgotten, can be sent again: cases.case.opened 1" in told, told
    house.ctl("reconcile", *house.admin(), "--apply")
    house.start("travel")
    wait_for("travel has heard", lambda: house.sql("travel", READERS) == readers)
    house.quiet()
    assert house.sql("travel", "SELECT count(*), count(DISTINCT event_id) FROM wf.inbox") == seen, "an event came twice, or not"
    assert "0 differences" in house.ctl("reconcile", *house.admin(), "--apply")
    return first, second


def kill_a_restore(house, backup):
    """kill -9 in the middle: the fresh database is there, and not yet in place."""
    running = subprocess.Popen([CTL, "restore", *house.admin(), "--from", backup, "--service", "travel", "--replace"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for("a fresh database", lambda: house.sql("cases", "SELECT 1 FROM pg_database WHERE datname = 'wayfare_travel_restoring'"))
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert not house.sql("cases", "SELECT 1 FROM pg_database WHERE datname LIKE 'wayfare_travel_before_%'"), "it was killed too late"


def test_a_producer_that_was_put_back_resends_nothing_and_names_what_it_lost(house):
    kept = house.new_case()
    house.quiet()
    before = house.case(kept)
    backup = os.path.join(house.state, "backup-2")
    house.ctl("backup", *house.admin(), "--to", backup, "--service", "cases")
    cursor = house.ask("coa", "GET", f"{CASES}/changes").json["next"]
    house.ask("coa", "GET", f"{CASES}/changes?cursor={cursor}")
    lost = house.new_case()
    house.quiet()
    number = house.case(lost)["reference"]
    inbox = house.sql("travel", "SELECT event_id, state FROM wf.inbox ORDER BY 1")
    messages = house.sql("notifications", "SELECT id, status FROM messages ORDER BY 1")

    house.stop("cases")
    house.ctl("restore", *house.admin(), "--from", backup, "--replace")
    told = house.ctl("reconcile", *house.admin(), "--apply")
    assert "the sender does not know of it any more" in told and f"cases.case.opened {lost}" in told, told
    house.start("cases")
    assert house.case(kept) == before, "the kept case is another one"
    house.ask("amina", "GET", f"{CASES}/cases/{lost}", status=404)
    assert house.ask("coa", "GET", f"{CASES}/changes?cursor={cursor}", status=410).json["code"] == "changes.expired"
    fresh = house.ask("coa", "GET", f"{CASES}/changes").json["next"]
    house.ask("coa", "GET", f"{CASES}/changes?cursor={fresh}")
    house.quiet()
    assert house.sql("travel", "SELECT event_id, state FROM wf.inbox ORDER BY 1") == inbox, "something was sent again"
    assert house.sql("notifications", "SELECT id, status FROM messages ORDER BY 1") == messages, "a message was made again"

    next_ = house.new_case()
    assert house.case(next_)["reference"] > number, "a reference was given out twice"
    wait_for("travel hears of the next case", lambda: any(next_ in r for r in house.sql("travel", READERS)))


def test_what_names_something_that_is_gone_is_told(house):
    gone = "01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a41"
    movement = "01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a42"
    house.sql("travel", f"""INSERT INTO movements (id, org, purpose, programme, origin_country, destination_country, earliest, latest, offices,
                                                   opened_at, created_by, created_at, updated_at)
                            VALUES ('{movement}', 'iom', 'return', 'avrr', 'NL', 'SO', '2026-12-01', '2026-12-20', '{{nl}}', now(), 'test', now(), now());
                            INSERT INTO movement_refs (org, movement_id, ref_kind, ref_id) VALUES ('iom', '{movement}', 'case', '{gone}')""")
    told = house.ctl("reconcile", *house.admin())
    assert "a movement whose case is gone" in told and movement in told, told
    house.sql("travel", f"DELETE FROM movement_refs WHERE movement_id = '{movement}'; DELETE FROM movements WHERE id = '{movement}'")


def test_a_backup_that_is_damaged_foreign_or_unfinished_is_refused(house):
    whole = os.path.join(house.state, "backup-3")
    house.ctl("backup", *house.admin(), "--to", whole, "--service", "travel")
    assert "goes into a folder of its own" in house.ctl("backup", *house.admin(), "--to", whole, status=1)
    house.stop("travel")

    def refused(change, word):
        broken = os.path.join(house.state, "backup-broken")
        shutil.copytree(whole, broken)
        change(broken)
        said = house.ctl("restore", *house.admin(), "--from", broken, "--service", "travel", status=1)
        assert word in said, said
        shutil.rmtree(broken)

    def flip(name):
        def change(folder):
            with open(os.path.join(folder, name), "r+b") as f:
                f.seek(os.path.getsize(f.name) // 2)
                byte = f.read(1)
                f.seek(-1, os.SEEK_CUR)
                f.write(bytes([byte[0] ^ 1]))
        return change

    refused(flip("travel.dump"), "is damaged")
    refused(flip("manifest.json"), "is damaged")
    refused(lambda folder: os.unlink(os.path.join(folder, "SHA256SUMS")), "did not come to its end")
    refused(lambda folder: os.unlink(os.path.join(folder, "travel.dump")), "is not there")
    refused(lambda folder: open(os.path.join(folder, "SHA256SUMS"), "w").write("0" * 64 + "  holiday.jpg\n"), "is not a backup of Wayfare")
    assert "holds nothing of cases" in house.ctl("restore", *house.admin(), "--from", whole, "--service", "cases", status=1)
    other = os.path.join(house.state, "backup-other")
    shutil.copytree(whole, other)
    other_cluster(other)
    assert "is of another cluster" in house.ctl("restore", *house.admin(), "--from", other, "--service", "travel", status=1)
    house.start("travel")


def other_cluster(folder):
    """As if made elsewhere: sums right, origin another."""
    path = os.path.join(folder, "manifest.json")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    at = text.index('"cluster": "') + 12
    with open(path, "w", encoding="utf-8") as f:
        f.write(text[:at] + ("1" if text[at] != "1" else "2") + text[at + 1:])
    sums = subprocess.run("sha256sum manifest.json *.dump", shell=True, cwd=folder, capture_output=True, text=True, check=True).stdout
    with open(os.path.join(folder, "SHA256SUMS"), "w", encoding="utf-8") as f:
        f.write(sums)


def backup_of_the_night(house):
    """As the timer of an installation makes it: the folder of the new backup."""
    whole = os.path.join(house.state, "nights")
    os.mkdir(whole)
    done = subprocess.run([os.path.join(ROOT, "deploy/systemd/backup"), whole], capture_output=True, text=True, timeout=120 * PATIENCE,
                          env={"PATH": f"{os.path.dirname(CTL)}:{os.environ['PATH']}", "WAYFARE_ADMIN_DB": f"host={house.run}/pg user=postgres",
                               "WAYFARE_BACKUP_OPTIONS": "--cluster", "WAYFARE_ARCHIVE": house.archive, "WAYFARE_CONTENTS": house.contents})
    assert done.returncode == 0, done.stdout + done.stderr
    name, = os.listdir(whole)
    return os.path.join(whole, name)


def archived(house):
    """The log up to now is; answers its last file."""
    last = house.sql("cases", "SELECT pg_walfile_name(pg_switch_wal())")[0][0]
    wait_for("the log is archived", lambda: os.path.exists(os.path.join(house.archive, last)))
    return last


def runbook(name, change):
    """The commands of a page, with what differs here."""
    with open(os.path.join(ROOT, "deploy/runbooks", name), encoding="utf-8") as f:
        text = re.search(r"^```sh\n(.*?)^```", f.read(), re.M | re.S).group(1)
    for there, here in change.items():
        assert there in text, f"{name} says nothing of {there}"
        text = text.replace(there, here)
    return text


def test_one_service_goes_back_to_a_second_between_two_writes_by_the_runbook(house):
    early = archived(house)
    backup = backup_of_the_night(house)
    assert not os.path.exists(os.path.join(house.archive, early)), "what lies before the only copy of the cluster was kept"
    kept = house.new_case()
    document = house.new_document(kept)
    obj = house.upload(document, b"%PDF-1.7 of before")
    house.quiet()
    before = house.case(kept)
    second = house.sql("cases", "SELECT to_char(date_trunc('second', clock_timestamp() AT TIME ZONE 'UTC') + interval '1 s',"
                                " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")[0][0]
    wait_for("the next second", lambda: house.sql("cases", f"SELECT clock_timestamp() > '{second}'") == [["t"]])
    lost = house.new_case()
    house.take_content(document)  # the store has it for a day more; no backup does
    house.quiet()
    scratch = os.path.join(house.state, "scratch")
    refused = house.ctl("restore", *house.admin(), "--from", backup, "--service", "cases", "--to-time", "2020-01-01T00:00:00Z",
                        "--log", house.archive, "--scratch", house.state, status=1)
    assert "lies before the backup" in refused, refused
    text = runbook("restore-to-a-time.md", {"$PWD/.local/": f"{house.state}/", " .local/": f" {house.state}/", "/backups/2026-11-27": backup,
                                            "/archive": house.archive, "/var/tmp/scratch": scratch, "2026-11-27T14:02:59Z": second,
                                            "-o postgres": f"-o {'postgres' if os.getuid() == 0 else os.getuid()}"})
    done = subprocess.run(["bash", "-euc", text], capture_output=True, text=True, timeout=300 * PATIENCE,
                          env={**os.environ, "PATH": f"{os.path.dirname(CTL)}:{os.environ['PATH']}"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert not os.path.exists(os.path.join(scratch, "rewind")), "the scratch server was left behind"
    wait_for("cases is ready", lambda: house.metrics_ready("cases"), 30)
    assert house.case(kept) == before
    assert house.content(document) == b"%PDF-1.7 of before"
    assert house.sql("cases", f"SELECT state FROM stored_objects WHERE object = '{obj}'") == [["live"]]
    house.ask("amina", "GET", f"{CASES}/cases/{lost}", status=404)
