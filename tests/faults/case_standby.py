"""PostgreSQL: killed while a standby follows it, which takes its place."""
import os
import shutil
import signal
import subprocess

from case_postgres import AS_POSTGRES, PGBIN, answers, data_folder, everything, psql, run
from load import Writers
from programs import wait_for


class Standby:
    """A second cluster that follows the first, which waits for it at every commit."""

    def __init__(self, stack):
        self.stack, self.first = stack, f"{stack.run}/pg"
        self.host, self.data = f"{stack.run}/pg2", os.path.join(os.path.dirname(data_folder(stack)), f"data-{os.urandom(3).hex()}")
        self.process = None

    def start(self):
        os.makedirs(self.host, exist_ok=True)
        if os.getuid() == 0:
            shutil.chown(self.host, "postgres", "postgres")
        hba = f"{data_folder(self.stack)}/pg_hba.conf"
        run(*AS_POSTGRES, "sh", "-c", 'grep -q replication "$0" || echo "local replication postgres peer map=local" >>"$0"', hba)
        psql(self.first, "SELECT pg_reload_conf()")
        run(*AS_POSTGRES, f"{PGBIN}/pg_basebackup", "-h", self.first, "-U", "postgres", "-D", self.data, "-R", "-X", "stream",
            "--checkpoint=fast", "--no-sync")
        with open(os.path.join(self.stack.state, "log", "standby.log"), "w", encoding="utf-8") as log:
            self.process = subprocess.Popen([*AS_POSTGRES, f"{PGBIN}/postgres", "-D", self.data, "-c", f"unix_socket_directories={self.host}",
                                             "-c", "cluster_name=standby"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/")
        wait_for("the standby answers", lambda: answers(self.host), 40)
        psql(self.first, "ALTER SYSTEM SET synchronous_standby_names = 'standby'")
        psql(self.first, "SELECT pg_reload_conf()")
        wait_for("commits wait for the standby", lambda: psql(self.first, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1")

    def promote(self):
        assert psql(self.host, "SELECT pg_promote(true, 30)") == "t"

    def take_the_place(self, programs):
        """Its data become those of the stack's own PostgreSQL, as if it had always been the one."""
        programs.stop("postgres")
        self.end()
        old = data_folder(self.stack)
        with open(os.path.join(self.stack.state, "pg.path"), "w", encoding="utf-8") as f:
            f.write(self.data)
        programs.start("postgres")
        wait_for("PostgreSQL answers in its old place", lambda: answers(self.first), 40)
        run(*AS_POSTGRES, "rm", "-rf", old)

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(20)
        shutil.rmtree(self.host, ignore_errors=True)


def test_a_standby_takes_over_from_a_killed_primary_and_nothing_is_lost(stack, programs, full):
    names = [n for n in everything(programs) if n != "relay-cases"]
    before = programs.pids(names)
    programs.stop("relay-cases")
    standby, promoted = Standby(stack), False
    try:
        standby.start()
        with Writers(stack, 6) as w:
            w.wait_for(200 if full else 30)
            # The supervisor starts it again; as its operator would, we let it come back as a standby, which refuses writing.
            run(*AS_POSTGRES, "touch", f"{data_folder(stack)}/standby.signal")
            programs.kill("postgres")
            standby.promote()
            promoted = True
            w.wait_for(30, 60)
        print(f"  longest outage {w.outage():.1f} s")
        programs.wait_ready(*names)
        after = programs.pids(names)
        assert before == after, f"restarted: {[n for n in names if before[n] != after[n]]}"
        refused = set(w.codes())
        assert refused <= {"503 db.away", "503 db.outcomeUnknown", "503 db.again", "503 co.deadline"}, refused
        standby.take_the_place(programs)
        programs.wait_ready(*names)
        w.check()
        known = w.repeat()
        w.check()
        print(f"  {known} of the unacknowledged had been stored")
    finally:
        if not promoted:
            psql(f"{stack.run}/pg", "ALTER SYSTEM RESET synchronous_standby_names")
            psql(f"{stack.run}/pg", "SELECT pg_reload_conf()")
        standby.end()
        programs.start("relay-cases")
