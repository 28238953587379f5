"""Readers of an event stream that do not read: each costs at most what a stream may hold unsent, is closed, and delays nobody."""
import http.client
import socket
import subprocess
import threading
import time
import uuid

from load import by_the_clock
from programs import wait_for

STALLED = 20
UNSENT_KB = 64
NOISE_KB = 8192  # all fetches at once, each with its page until its trail is on its way; without a bound it would be 20 MB
USER = "lena"


def items(stack, batch, n):
    """n items in the user's inbox, each with its message; ids rise over batches and within them."""
    stack.sql("notifications", f"""
        WITH m AS (INSERT INTO messages (id, org, user_id, topic, template, class, basis_kind, basis_id, basis_event, status, send_at, expires_at,
                                         sensitivity, created_by, created_at, updated_at)
                   SELECT gen_random_uuid(), 'iom', '{USER}', 'task', 'task.assigned', 'normal', 'task', gen_random_uuid(), 'reminder', 'delivered',
                          now(), now(), '', 'faults', now(), now() FROM generate_series(1, {n}) RETURNING id)
        INSERT INTO inbox_items (id, org, user_id, topic, subject, body, message_id, created_at)
        SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::int8), 12, '0') || '7' || lpad(to_hex({batch}), 3, '0') || '8'
                || lpad(to_hex(row_number() OVER ()), 15, '0'))::uuid, 'iom', '{USER}', 'task', 'A task for you', '{batch} ' || repeat('x', 300), id, now()
          FROM m""")
    subprocess.run(["redis-cli", "-s", f"{stack.run}/redis.sock", "PUBLISH", "poke:inbox", ""], capture_output=True, timeout=20, check=True)


def rss_kb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))


class Stalled:
    """Asks for the stream at the service's own socket and never reads."""

    def __init__(self, stack, token):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(f"{stack.run}/notifications.sock")
        self.socket.sendall(f"GET /notifications/v1/inbox/stream HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
                            f"Last-Event-ID: {uuid.UUID(int=0)}\r\nAuthorization: Bearer {token}\r\n\r\n".encode())

    def rest(self):
        """Bytes until the end, which must come."""
        total = 0
        while data := self.socket.recv(65536):
            total += len(data)
        return total


class Reader(threading.Thread):
    """Reads along, and goes on by Last-Event-ID where a stream ends."""

    def __init__(self, stack, token):
        super().__init__(daemon=True)
        self.stack, self.token, self.seen, self.last, self.ended, self.streams = stack, token, [], None, False, 0

    def run(self):
        while not self.ended:
            self.streams += 1
            try:
                for _, event in self.stack.events("/notifications/v1/inbox/stream", self.token, {"Last-Event-ID": self.last} if self.last else {}, 25):
                    self.last = event.get("id", self.last)  # a comment has none
                    if event.get("event") == "inboxItem":
                        self.seen.append(event["id"])
                    if self.ended:
                        return
            except (OSError, http.client.HTTPException):
                pass


@by_the_clock
def test_a_stalled_reader_is_closed_and_delays_nobody(stack, programs, full):
    batches, each = (60, 60) if full else (15, 60)
    token, pid = stack.token(USER), programs.pid("notifications")
    since = stack.sql("notifications", "SELECT clock_timestamp()")[0][0]
    items(stack, 0, 1)
    reader = Reader(stack, token)
    reader.start()
    wait_for("the reader is there", lambda: reader.last)
    stalled = [Stalled(stack, token) for _ in range(STALLED)]
    before, most, took = rss_kb(pid), 0, []
    for batch in range(1, batches + 1):
        begun = time.monotonic()
        items(stack, batch, each)
        wait_for("the other reader has all", lambda: len(reader.seen) >= batch * each)
        took.append(time.monotonic() - begun)
        most = max(most, rss_kb(pid))
    reader.ended = True
    rests = [s.rest() for s in stalled]
    for s in stalled:
        s.socket.close()
    items(stack, batches + 1, 1)
    reader.join(30)
    ids = [i for (i,) in stack.sql("notifications", f"SELECT id FROM inbox_items WHERE user_id = '{USER}' AND body LIKE '% xxx%' AND created_at > '{since}' "
                                                   f"AND split_part(body, ' ', 1)::int BETWEEN 1 AND {batches} ORDER BY id")]
    assert [i for i in reader.seen if i in set(ids)] == ids, "the other reader missed something, or saw it twice"
    print(f"  {batches * each} items, {STALLED} stalled readers, each closed with {max(rests) // 1024} kB at most in the socket; memory +{most - before} kB; "
          f"the other had each batch within {max(took):.2f} s, over {reader.streams} streams")
    assert most - before <= STALLED * UNSENT_KB + NOISE_KB, f"memory grew by {most - before} kB"
