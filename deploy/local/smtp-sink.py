#!/usr/bin/python3
"""smtp-sink.py PORT FOLDER [HOST]: takes every mail on loopback, or at HOST, and keeps it as FOLDER/<time>-<n>.eml, written whole or not at all."""
import asyncio
import itertools
import os
import signal
import sys
import time

from aiosmtpd.smtp import SMTP


class Sink:
    def __init__(self, folder):
        self.folder = folder
        self.count = itertools.count(1)

    async def handle_DATA(self, server, session, envelope):
        name = f"{time.time_ns()}-{next(self.count):05}.eml"
        part = os.path.join(self.folder, f".{name}.part")
        with open(part, "wb") as f:
            f.write(f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n".encode())
            f.write(envelope.original_content)
        os.rename(part, os.path.join(self.folder, name))
        return "250 kept"


async def main(port, folder, host="127.0.0.1"):
    os.makedirs(folder, exist_ok=True)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for s in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(s, stop.set)
    sink = Sink(folder)
    server = await loop.create_server(
        lambda: SMTP(sink, hostname="sink.wayfare.test", enable_SMTPUTF8=True), host, port)
    await stop.wait()
    server.close()


asyncio.run(main(int(sys.argv[1]), *sys.argv[2:]))
