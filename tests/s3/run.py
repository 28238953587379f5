"""run.py [CASE…]: contents of documents in a bucket, by TLS: what is uploaded, removed, backed up; and a server that is away, ill, wrong or a stranger."""
import hashlib
import http.server
import os
import socket
import ssl
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "ctl")]
sys.dont_write_bytecode = True

from house import BUILD, CASES, House, wait_for

ID = SECRET = "S3RVER"


def pdf(text):
    return b"%PDF-1.7\n" + text.encode() * 500


class Bucket:
    """A server (server.cjs) with a certificate of the stack's authority; or what stands in for it."""

    def __init__(self, house, port):
        self.house, self.port, self.process, self.stranger = house, port, None, None
        self.folder = os.path.join(house.state, "bucket")
        self.certificate, self.key = (os.path.join(house.state, "tls", f"server.{e}") for e in ("pem", "key"))

    def start(self, certificate=None, key=None):
        os.makedirs(self.folder, exist_ok=True)
        with open(os.path.join(self.house.state, "log", "s3.log"), "ab") as log:
            self.process = subprocess.Popen(["node", os.path.join(HERE, "server.cjs"), self.folder, str(self.port), certificate or self.certificate,
                                             key or self.key], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for("the bucket listens", self.listens, 60)

    def listens(self):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(20)
            self.process = None
        if self.stranger:
            self.stranger.shutdown()
            self.stranger.server_close()
            self.stranger = None

    def answer(self, status, body):
        """Instead of the server: this to whatever is asked. Answers the list of what was."""
        asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def any(self):
                told = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                asked.append((self.command, hashlib.sha256(told).hexdigest() == self.headers["x-amz-content-sha256"]))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            do_GET = do_PUT = do_DELETE = any

            def log_message(self, *_):
                pass

        self.stranger = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        self.stranger.socket = context.wrap_socket(self.stranger.socket, server_side=True)
        threading.Thread(target=self.stranger.serve_forever, daemon=True).start()
        return asked

    def has(self, obj):
        return os.path.exists(os.path.join(self.folder, "wayfare", "contents", obj[:2], f"{obj}._S3rver_object"))


class Town(House):
    def __init__(self):
        super().__init__()
        port = int(self.environment["WAYFARE_PORT"]) + 2
        self.secret = os.path.join(self.state, "s3-secret")
        for name in ("s3-id", "s3-secret"):
            self.write(os.path.join(self.state, name), ID)
        self.settings = {"WAYFARE_CONTENTS": "s3://wayfare/contents", "WAYFARE_S3_ENDPOINT": f"https://localhost:{port}", "WAYFARE_S3_REGION": "eu-west-1",
                         "WAYFARE_S3_ID_FILE": os.path.join(self.state, "s3-id"), "WAYFARE_S3_SECRET_FILE": self.secret, "WAYFARE_KEEP_CONTENTS_DAYS": "0"}
        self.environment.update(self.settings)
        os.environ.update(self.settings, WAYFARE_CA_FILE=os.path.join(self.state, "tls", "ca.pem"))  # of wayfare-ctl
        self.bucket = Bucket(self, port)

    def write(self, path, text):
        with open(path, "w", encoding="utf-8", opener=lambda p, flags: os.open(p, flags, 0o600)) as f:
            f.write(text)

    def try_upload(self, document, data):
        path = f"{CASES}/documents/{document}"
        tag = self.ask("amina", "GET", path).headers["etag"]
        a = self.call("PUT", f"{path}/content", who="amina", body=data, headers={"If-Match": tag, "Content-Type": "application/pdf"})
        return a.status, a.json.get("code")

    def try_content(self, document):
        a = self.call("GET", f"{CASES}/documents/{document}/content", who="amina", headers={"Accept": "*/*"})
        return a.status, a.json["code"] if a.status != 200 else a.raw

    def away(self, document):
        """Neither reads nor writes, and all else is well."""
        assert self.try_upload(document, pdf("never ")) == (503, "store.away")
        assert self.try_content(document) == (503, "store.away")
        self.ask("amina", "GET", f"{CASES}/documents/{document}")

    def log(self):
        with open(os.path.join(self.state, "log", "cases.log"), encoding="utf-8") as f:
            return f.read()


def test_contents_come_and_go(house):
    document = house.new_document(house.case_id)
    first = house.upload(document, pdf("first "))
    assert house.bucket.has(first) and house.content(document) == pdf("first ")
    large = b"%PDF-1.7\n" + os.urandom(10_485_760 - 9)
    second = house.upload(document, large)
    assert house.content(document) == large
    wait_for("what was replaced is removed", lambda: not house.bucket.has(first), 60)
    house.take_content(document)
    wait_for("what was taken is removed", lambda: not house.bucket.has(second), 60)
    wait_for("nothing is known of them", lambda: not house.sql("cases", f"SELECT 1 FROM stored_objects WHERE object IN ('{first}', '{second}')"), 60)


def test_a_backup_of_a_bucket_brings_back_what_it_lost(house):
    documents = [house.new_document(house.case_id) for _ in range(2)]
    kept, lost = (house.upload(d, pdf(f"{d} ")) for d in documents)
    folder = os.path.join(house.state, "s3-backup")
    assert "contents: 2 copied" in house.ctl("backup", *house.admin(), "--to", folder, "--service", "cases")
    os.unlink(os.path.join(house.bucket.folder, "wayfare", "contents", lost[:2], f"{lost}._S3rver_object"))
    assert house.try_content(documents[1]) == (503, "store.missing")
    told = house.ctl("reconcile", *house.admin())
    assert "contents: 1 are not in the store" in told and lost in told and kept not in told, told
    assert "1 in the store, 1 brought back, 0 lack" in house.ctl("restore", *house.admin(), "--from", folder, "--contents-only")
    assert house.content(documents[1]) == pdf(f"{documents[1]} ")
    said = house.ctl("doctor", *house.admin(), status=None)
    assert "an object was put into s3://wayfare/contents, read and removed" in said, said


def test_a_server_that_is_away_ill_or_a_stranger_loses_nothing(house):
    document = house.new_document(house.case_id)
    obj = house.upload(document, pdf("kept "))
    house.bucket.stop()
    house.away(document)
    for status, body in ((500, b""), (503, b"<Error><Code>SlowDown</Code></Error>"), (403, b"<html>"), (404, b"<Error><Code>NoSuchBucket</Code></Error>"),
                         (301, b"elsewhere")):
        asked = house.bucket.answer(status, body)
        house.away(document)
        assert asked == [a for a in (("PUT", True), ("GET", True)) for _ in range(3 if status >= 500 else 1)], f"{status}: {asked}"
        house.bucket.stop()
    house.bucket.answer(507, b"<Error><Code>XMinioStorageFull</Code></Error>")
    assert house.try_upload(document, pdf("never ")) == (503, "store.full")
    house.bucket.stop()
    house.bucket.answer(200, b"garbage")
    assert house.try_content(document) == (503, "store.missing")
    house.bucket.stop()
    own = os.path.join(house.state, "stranger")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", own + ".key", "-out", own + ".pem"], check=True, capture_output=True, timeout=30)
    house.bucket.start(own + ".pem", own + ".key")
    house.away(document)
    house.bucket.stop()
    house.bucket.start()
    assert house.content(document) == pdf("kept ") and house.bucket.has(obj)
    assert house.try_upload(document, pdf("again "))[0] == 200
    assert house.content(document) == pdf("again ")


def test_a_wrong_key_is_told(house):
    document = house.new_document(house.case_id)
    house.upload(document, pdf("kept "))
    house.write(house.secret, "not the secret")
    house.stop("cases")
    house.start("cases")
    house.away(document)
    assert "SignatureDoesNotMatch" in house.log(), "the log does not say what is wrong"
    assert "SignatureDoesNotMatch" in house.ctl("doctor", *house.admin(), status=1)
    house.write(house.secret, SECRET)
    house.stop("cases")
    house.start("cases")
    assert house.content(document) == pdf("kept ")


def test_an_endpoint_in_clear_is_for_development(house):
    settings = {f"WAYFARE_{name}": "/nowhere" for name in ("DB", "KEYS", "ISSUERS", "DATA", "DOCUMENTS")}
    settings |= {"WAYFARE_REDIS": "unix:/nowhere", "WAYFARE_LISTEN": "unix:/nowhere", "WAYFARE_S3_ENDPOINT": "http://127.0.0.1:1"}
    done = subprocess.run([os.path.join(BUILD, "services/cases/wayfare-cases")], env={"PATH": os.environ["PATH"], **settings}, capture_output=True, text=True, timeout=30)
    assert done.returncode != 0 and "conf.clear" in done.stdout + done.stderr, done.stdout + done.stderr


def main(names):
    house = Town()

    def mend():
        house.bucket.stop()
        house.bucket.start()

    try:
        house.up()
        house.bucket.start()
        house.case_id = house.new_case()
        return house.play([f for n, f in globals().items() if n.startswith("test_") and (not names or any(w in n for w in names))], mend, lines=8)
    finally:
        house.bucket.stop()
        house.down()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
