"""PostgreSQL: without room for its log, so that it stops."""
import os
import shutil
import subprocess
import time

from case_postgres import AS_POSTGRES, AS_ROOT, Room, answers, data_folder, psql, run, sound
from load import Writers
from programs import wait_for


def test_no_room_for_the_log_stops_postgresql_until_there_is_room(stack, programs, full):
    """PostgreSQL ends itself when it cannot write its log, and cannot start either; the supervisor tries again and again."""
    data, host = data_folder(stack), f"{stack.run}/pg"
    folder = os.path.join(os.path.dirname(data), "wal")
    wal = f"{data}/pg_wal"
    psql(host, "CHECKPOINT")
    megabytes = int(run(*AS_ROOT, "du", "-sm", wal).split()[0]) + 96
    room = Room(folder, megabytes)

    def place(source, target, link):
        """Moves the log while PostgreSQL is down."""
        programs.stop("postgres")
        run(*AS_POSTGRES, "cp", "-a", f"{source}/.", target)
        if os.path.islink(wal):
            os.unlink(wal)
        else:
            shutil.rmtree(wal)
        if link:
            os.symlink(target, wal)
        else:
            run(*AS_POSTGRES, "mv", target, wal)
        programs.start("postgres")
        wait_for("PostgreSQL answers", lambda: answers(host))

    programs.stop("relay-cases")
    try:
        os.mkdir(f"{folder}/pg_wal")
        if os.getuid() == 0:
            shutil.chown(f"{folder}/pg_wal", "postgres", "postgres")
        place(wal, f"{folder}/pg_wal", True)
        services = programs.all_processes()
        before = programs.pids(services)
        programs.wait_ready(*services)
        with Writers(stack, 4) as w:
            w.wait_for(20)
            room.fill()
            psql_fill(host)
            wait_for("PostgreSQL is gone", lambda: not answers(host), 40)
            wait_for("calls are refused", lambda: len([s for s in list(w.sent)[-20:] if not s.ok]) >= 15)
            time.sleep(1)
            room.empty()
            wait_for("PostgreSQL answers", lambda: answers(host), 40)
            programs.wait_ready(*services)
            w.wait_for(20)
        refused = set(w.codes())
        assert refused <= {"503 db.away", "503 db.outcomeUnknown", "503 db.full", "503 db.again", "503 co.deadline"}, refused
        assert before == programs.pids(services), "a service was restarted"
        print(f"  longest outage {w.outage():.1f} s")
        w.check()
        w.repeat()
        w.check()
        sound(stack)
    finally:
        room.empty()
        try:
            if os.path.islink(wal):
                place(wal, f"{data}/pg_wal.back", False)
        finally:
            room.close()
            programs.start("relay-cases")


def psql_fill(host):
    """Uses up the log's segments that are there: a table in another database that is gone at once."""
    subprocess.run(["psql", "-XAtq", "-h", host, "-U", "postgres", "-d", "wayfare_identity", "-c",
                    "CREATE TABLE ballast AS SELECT repeat(md5(n::text), 20) FROM generate_series(1, 400000) n"],
                   capture_output=True, timeout=60)
