"""Bytes to upload: files of each media type, as far as a service looks into them."""
import base64
import hashlib
import os
import random
import time

BEGINNINGS = {
    "application/pdf": b"%PDF-1.7\n", "image/jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF\0", "image/png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "image/tiff": b"II*\0\x08\0\0\0", "image/heic": b"\0\0\0\x18ftypheic\0\0\0\0",
}
OTHER = b"GIF89a\x01\0\x01\0"  # of no type that is taken


def is_bytes(media_type):
    return media_type in BEGINNINGS


def content(media_type, size=200, seed=0):
    """The same bytes each time; of every value, so that nobody takes them for text on their way."""
    begin = BEGINNINGS[media_type]
    return begin + random.Random(f"{media_type} {size} {seed}").randbytes(max(size - len(begin), 1))


def digest(data):
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


# ---- words of scenarios: the object in the store that a document's content is ----

def file_of(stack, obj):
    return os.path.join(stack.state, "contents", obj[:2], obj)


def stored(stack, step, names):
    """stored: {of: document id, save: name}: its object is in the store, longer than what was uploaded and without any of it."""
    rows = stack.sql("cases", f"SELECT object FROM document_contents WHERE document_id = '{step['stored']['of']}'")
    if not rows:
        return "the document has no content"
    names[step["stored"]["save"]] = rows[0][0]
    with open(file_of(stack, rows[0][0]), "rb") as f:
        sealed = f.read()
    plain = names.get("file", b"")
    if len(sealed) != len(plain) + 29 or any(plain[i:i + 16] in sealed for i in range(0, len(plain), len(plain) // 8 + 1)):
        return f"{len(sealed)} bytes for {len(plain)}, or in clear"
    return None


def removed(stack, step, names):
    """removed: object: it goes from the store, and the database knows of it no more; within as many seconds."""
    obj, until = step["removed"], time.monotonic() + step.get("within", 0) * float(os.environ.get("WAYFARE_TEST_FACTOR", "1"))
    while True:
        there = os.path.exists(file_of(stack, obj))
        known = stack.sql("cases", f"SELECT state FROM stored_objects WHERE object = '{obj}'")
        if not there and not known:
            return None
        if time.monotonic() > until:
            return f"the file is {'there' if there else 'gone'}, the row is {known}"
        time.sleep(0.1)


WORDS = {"stored": stored, "removed": removed}
