"""outside.py - what stands outside of the house and may misbehave: partners' endpoints, a mail server, a name server. All on loopback."""
import asyncio
import email
import glob
import json
import os
import socket
import ssl
import subprocess
import threading
import time


def port(stack, offset):
    """Of the stack's ports: 0 the gateway, 1 mail, 2 names, 3 and the like partners' endpoints."""
    with open(f"{stack.state}/port", encoding="ascii") as f:
        return int(f.read()) + offset


class Loop:
    """An event loop in a thread of its own."""

    def __enter__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.run(self.open())
        return self

    def __exit__(self, *_):
        self.run(self.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    def run(self, what):
        return asyncio.run_coroutine_threadsafe(what, self.loop).result(20)

    async def close(self):
        for server in self.servers:
            server.close()
        tasks = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def certificate(stack, addresses):
    """By the stack's private authority, for these addresses."""
    tls = f"{stack.state}/tls"
    names = ",".join(f"IP:{a}" for a in addresses)
    subprocess.run(f"cd '{tls}' && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=hooks -keyout hooks.key -out hooks.csr"
                   f" && printf 'subjectAltName={names}\\nbasicConstraints=CA:FALSE\\n' >hooks.ext"
                   " && openssl x509 -req -in hooks.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile hooks.ext -out hooks.pem",
                   shell=True, check=True, capture_output=True, timeout=60)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{tls}/hooks.pem", f"{tls}/hooks.key")
    return context


class Endpoints(Loop):
    """Partners' endpoints at 127.0.0.2 and on, one manner each: good, slow, silent, flapping, garbage; dead has nobody who listens."""

    def __init__(self, stack, manners):
        self.port = port(stack, 3)
        self.at = {f"127.0.0.{2 + i}": m for i, m in enumerate(manners)}
        self.tls = certificate(stack, self.at)
        self.taken, self.tries, self.servers = [], 0, []  # (address, webhook-id, subject, time of the event, when)

    async def open(self):
        for address, manner in self.at.items():
            if manner != "dead":
                tls = None if manner == "silent" else self.tls
                self.servers.append(await asyncio.start_server(lambda r, w, a=address, m=manner: self.serve(a, m, r, w), address, self.port, ssl=tls))

    def url(self, address):
        return f"https://{address}:{self.port}/hook"

    async def serve(self, address, manner, reader, writer):
        try:
            if manner == "silent":
                await asyncio.sleep(3600)
            head = await reader.readuntil(b"\r\n\r\n")
            fields = {k.lower(): v for k, _, v in (line.partition(": ") for line in head.decode().split("\r\n")[1:])}
            body = json.loads(await reader.readexactly(int(fields["content-length"])))
            self.tries += 1
            if manner == "slow":
                await asyncio.sleep(4)
            answer = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            if manner == "garbage":
                answer = os.urandom(300) * 400
            elif manner == "flapping" and self.tries % 3:
                answer = b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" if self.tries % 2 else b""
            if b" 204 " in answer:
                self.taken.append((address, fields["webhook-id"], body["subject"], body["time"], time.time()))
            writer.write(answer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError, ValueError, KeyError):
            pass
        finally:
            writer.close()

    def of(self, address):
        return [t for t in list(self.taken) if t[0] == address]


class MailServer(Loop):
    """An SMTP server in the place of the stack's sink. How it behaves is set in manner: good, slow, refusing (4yz to DATA), silent (never answers
    the end of a message, though it has kept it), dropping (hangs up in the middle of one). Keeps the Message-ID of what it took."""

    def __init__(self, stack):
        self.port, self.manner, self.servers = port(stack, 1), "good", []
        self.taken, self.unheard = [], []  # ids whose acceptance was said; that were kept without a word

    async def open(self):
        self.servers.append(await asyncio.start_server(self.serve, "127.0.0.1", self.port))

    async def serve(self, reader, writer):
        async def say(line):
            writer.write(line.encode() + b"\r\n")
            await writer.drain()

        try:
            await say("220 faults.test")
            while True:
                words = (await reader.readline()).decode().upper().split()
                if not words:
                    return
                if words[0] == "DATA":
                    if not await self.take(reader, say):
                        return
                elif words[0] == "QUIT":
                    await say("221 bye")
                    return
                else:
                    await say("250 fine")
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def take(self, reader, say):
        """False: hang up."""
        manner = self.manner
        if manner == "refusing":
            await say("451 4.3.0 later")
            return True
        await say("354 go on")
        if manner == "dropping":
            await reader.read(40)
            return False
        message = await reader.readuntil(b"\r\n.\r\n")
        name = email.message_from_bytes(message)["Message-ID"].strip("<>").partition("@")[0]
        if manner == "silent":
            self.unheard.append(name)
            return False
        if manner == "slow":
            await asyncio.sleep(0.7)
        self.taken.append(name)
        await say("250 kept")
        return True


class SilentNames:
    """A name server that never answers."""

    def __init__(self, stack):
        self.port = port(stack, 2)

    def __enter__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", self.port))
        return self

    def asked(self):
        """How many questions have come."""
        self.socket.setblocking(False)
        n = 0
        try:
            while self.socket.recv(2000):
                n += 1
        except BlockingIOError:
            return n
        return n

    def __exit__(self, *_):
        self.socket.close()


def mails_in(stack):
    """Message-IDs in the mail folder, one for each mail."""
    out = []
    for path in glob.glob(f"{stack.env['WAYFARE_MAIL_DIR']}/*.eml"):
        with open(path, "rb") as f:
            found = email.message_from_binary_file(f)["Message-ID"]
        out.append(found.strip("<> ").partition("@")[0])
    return out
