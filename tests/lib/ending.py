"""ending.py - for programs that leave something behind when they are ended: a signal unwinds them, and so does their own limit."""
import signal


def ends_by(seconds):
    def stop(*_):
        raise SystemExit(143)

    def late(*_):
        raise AssertionError("it does not end")
    for what in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(what, stop)
    signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
