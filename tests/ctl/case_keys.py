"""case_keys.py - keys are rotated, wrapped, lost and found again; what they protect stays what it was."""
import os
import re
import signal
import subprocess
import time

from house import CASES, CTL, wait_for

PERSONS = 40


def people(house):
    """Numbers and ids of persons with a document."""
    found = {}
    for _ in range(PERSONS):
        number, person = house.person()
        found[number] = house.ask("amina", "POST", f"{CASES}/persons", person, 201).json["id"]
    return found


def shown(house, persons):
    return {id_: house.ask("amina", "GET", f"{CASES}/persons/{id_}").json for id_ in persons.values()}


def all_found(house, persons):
    for number, id_ in persons.items():
        items = house.ask("amina", "POST", f"{CASES}/persons/_search", {"identifier": {"number": number.lower()}}).json["items"]
        assert [p["id"] for p in items] == [id_], f"{number} is not found by its number"


def by_key(house):
    return dict((k, int(n)) for k, n in house.sql(
        "cases", "SELECT encode(substring(number_sealed FROM 2 FOR 4), 'hex'), count(*) FROM person_identifiers GROUP BY 1"))


def rotate(house, *more):
    return ["keys", "rotate", *house.admin(), "--service", "cases", "--dir", house.keys("cases"), *house.kek(), "--class", "document", *more]


def check(house, *more, status=0):
    return house.ctl("keys", "check", *house.admin(), "--service", "cases", "--dir", house.keys("cases"), *house.kek(), *more, status=status)


def test_a_rotation_that_is_killed_goes_on_and_nothing_is_unreadable_meanwhile(house):
    persons = people(house)
    before, indexes = shown(house, persons), house.sql("cases", "SELECT id, encode(number_index, 'hex') FROM person_identifiers ORDER BY 1")
    former = by_key(house)
    assert len(former) == 1
    running = subprocess.Popen([CTL, *rotate(house, "--index", "--batch", "5", "--pause", "10000")], stdout=subprocess.DEVNULL)  # far from its end when it is killed
    wait_for("some are sealed anew", lambda: len(by_key(house)) == 2)
    assert shown(house, persons) == before
    all_found(house, persons)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert len(by_key(house)) == 2, "it was killed too late"
    assert shown(house, persons) == before
    all_found(house, persons)
    number, person = house.person()  # written while the rotation is halted
    persons[number] = house.ask("amina", "POST", f"{CASES}/persons", person, 201).json["id"]
    before = shown(house, persons)

    said = house.ctl(*rotate(house))
    assert "goes on with key" in said, said
    assert len(by_key(house)) == 1 and by_key(house).keys() != former.keys()
    fresh = dict(house.sql("cases", "SELECT id, encode(number_index, 'hex') FROM person_identifiers"))
    assert all(fresh[i] != was for i, was in indexes), "a blind index is still the former key's"
    assert shown(house, persons) == before
    all_found(house, persons)
    assert "opens" in check(house, "--open")
    status = house.ctl("keys", "status", "--dir", house.keys("cases"))
    assert re.search(rf"document\t{next(iter(former))}\told\t-", status), status


def test_a_former_key_is_retired_only_when_nothing_needs_it(house):
    lines = [line.split("\t") for line in house.ctl("keys", "status", "--dir", house.keys("cases")).splitlines()]
    now, old = ([row[1] for row in lines if row[0] == "document" and row[2] == use][0] for use in ("seals", "old"))
    retire = ["--service", "cases", "--dir", house.keys("cases"), "--class", "document", *house.admin()]
    assert "is in use" in house.ctl("keys", "retire", now, *retire, status=1)
    assert "there is no key" in house.ctl("keys", "retire", "00000000", *retire, status=1)
    house.ctl("keys", "retire", old, *retire)
    assert old not in house.ctl("keys", "status", "--dir", house.keys("cases"))


def test_an_index_whose_values_are_not_kept_is_not_rotated(house):
    said = house.ctl("keys", "rotate", *house.admin(), "--service", "notifications", "--dir", house.keys("notifications"),
                     "--class", "document", "--index", status=1)
    assert "cannot be made anew" in said, said


def test_keys_are_wrapped_and_only_then_go_into_a_backup(house):
    persons = {}
    number, person = house.person()
    persons[number] = house.ask("amina", "POST", f"{CASES}/persons", person, 201).json["id"]
    before = shown(house, persons)
    folder, kek = os.path.join(house.state, "backup-keys"), os.path.join(house.state, "secrets", "kek")
    with_keys = ["backup", *house.admin(), "--service", "cases", "--with-keys", os.path.join(house.state, "keys", "{{service}}")]
    assert "holds a key in clear" in house.ctl(*with_keys, "--to", folder, status=1)
    beside = os.path.join(house.keys("cases"), "kek")
    assert "does not lie beside" in house.ctl("keys", "rewrap", "--dir", house.keys("cases"), "--new-kek", beside, status=1)
    house.ctl("keys", "rewrap", "--dir", house.keys("cases"), "--new-kek", kek)
    house.ctl(*with_keys, "--to", os.path.join(house.state, "backup-wrapped"))
    assert "wrapped by key" in house.ctl("keys", "status", "--dir", house.keys("cases"), status=1)
    house.stop("cases")
    house.start("cases")  # with WAYFARE_KEK
    assert shown(house, persons) == before
    fresh = os.path.join(house.state, "secrets", "kek-2")
    house.ctl("keys", "rewrap", "--dir", house.keys("cases"), "--kek", kek, "--new-kek", fresh)
    os.replace(fresh, kek)
    house.stop("cases")
    house.start("cases")
    assert shown(house, persons) == before
    house.ctl(*rotate(house))
    assert shown(house, persons) == before


def read_whole(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def log_of(house, name):
    return read_whole(os.path.join(house.state, "log", f"{name}.log"))


def test_a_lost_key_starts_nothing_and_destroys_nothing(house):
    number, person = house.person()
    id_ = house.ask("amina", "POST", f"{CASES}/persons", person, 201).json["id"]
    before = house.ask("amina", "GET", f"{CASES}/persons/{id_}").json
    path = os.path.join(house.keys("cases"), "field-document.key")
    whole = read_whole(path)
    assert whole.count("\n") >= 2
    lost = [row.split("\t")[1] for row in house.ctl("keys", "status", "--dir", house.keys("cases"), *house.kek()).splitlines()
            if row.startswith("document\t") and "\tseals\t" in row][0]
    sealed = "SELECT id, encode(number_sealed, 'hex'), encode(number_index, 'hex') FROM person_identifiers ORDER BY 1"
    values = house.sql("cases", sealed)

    put(path, "".join(whole.splitlines(True)[1:]))  # the newest is lost under the running service: it goes on with what it has
    wait_for("the loss is logged", lambda: house.ask("amina", "GET", f"{CASES}/persons/{id_}") and "keyring.lacking" in log_of(house, "cases"))
    assert house.ask("amina", "GET", f"{CASES}/persons/{id_}").json == before
    number_2, person_2 = house.person()
    second = house.ask("amina", "POST", f"{CASES}/persons", person_2, 201).json["id"]
    said = check(house, status=1)
    assert f"document\t{lost}" in said and "LOST: no such key" in said and "LOST: no program starts without it" in said, said
    assert lost in house.ctl(*rotate(house), status=1), "a rotation began without a key that is needed"
    assert read_whole(path) == "".join(whole.splitlines(True)[1:]), "a rotation that was refused wrote the file"

    does_not_start(house, lost)
    os.unlink(path)  # the whole file is lost, and made anew by a deployment that knows no better
    house.ctl("keys", "generate", "--service", "cases", "--dir", house.keys("cases"), "--issuers", os.path.join(house.state, "issuers"))
    does_not_start(house, "field-document.key does not have")
    put(path, whole)
    assert "is not lost" in retire_lost(house, lost, status=1)
    house.start("cases")
    assert house.ask("amina", "GET", f"{CASES}/persons/{id_}").json == before
    all_found(house, {number: id_, number_2: second})
    check(house, "--open")

    put(path, "".join(whole.splitlines(True)[1:]))  # and once more, with no copy to be found
    assert house.ask("amina", "GET", f"{CASES}/persons/{id_}").json == before
    house.stop("cases")
    assert "nothing was deleted" in retire_lost(house, lost)
    assert "does not ask for key" in retire_lost(house, lost, status=1)
    house.start("cases")
    answer = house.call("GET", f"{CASES}/persons/{id_}", who="amina")
    assert answer.status == 503 and answer.json["code"] == "field.locked", answer.raw
    assert "key is not there" in answer.json["detail"]
    house.ask("coa", "GET", f"{CASES}/changes")  # all else works
    assert [row for row in house.sql("cases", sealed) if row in values] == values, "a sealed value was touched"

    with open(path, "a", encoding="utf-8") as f:  # a copy turns up after all; the file is not replaced, but added to
        f.write(whole.splitlines(True)[0])
    wait_for("it opens again", lambda: house.call("GET", f"{CASES}/persons/{id_}", who="amina").status == 200)
    assert house.ask("amina", "GET", f"{CASES}/persons/{id_}").json == before
    put(path, whole)
    check(house, "--open")


def retire_lost(house, key, status=0):
    return house.ctl("keys", "retire", key, "--lost", "--service", "cases", "--class", "document", "--dir", house.keys("cases"), *house.kek(),
                     *house.admin(), status=status)


def does_not_start(house, word):
    """The service and its worker end, and say which key lacks; nothing listens."""
    house.stop("cases")
    had = {name: len(log_of(house, name)) for name in ("cases", "cases-worker")}
    house.supervisor("start", "cases", "cases-worker")
    for name, n in had.items():
        wait_for(f"{name} says what lacks", lambda: "keyring.lacking" in log_of(house, name)[n:] and word in log_of(house, name)[n:])
    assert house.call("GET", f"{CASES}/persons", who="amina").status in (502, 503), "it answers without its key"
    house.stop("cases")


def put(path, text):
    with open(path + ".part", "w", encoding="utf-8", opener=lambda p, flags: os.open(p, flags, 0o600)) as f:
        f.write(text)
    os.replace(path + ".part", path)


def test_no_key_is_ever_printed(house):
    secret = set()
    for folder, _, files in os.walk(os.path.join(house.state, "keys")):
        for name in files:
            if name.endswith(".key"):
                with open(os.path.join(folder, name), encoding="utf-8") as f:
                    secret |= set(re.findall(r"[0-9a-f]{64,}", f.read()))
    assert secret
    for text in house.said:
        assert not any(s in text for s in secret), "a key was printed"
        assert not re.search(r"[0-9a-f]{64}", text), f"something like a key was printed: {text}"
