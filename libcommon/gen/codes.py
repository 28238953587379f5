#!/usr/bin/env python3
"""codes.py OUT.h FOLDER: the code lists of iso-codes (JSON files in FOLDER) as sorted arrays of C, for base/codes.c.

A code is a number whose bytes are its letters, the last one lowest. They are taken at build time, as a service that reads them at its start
spends two fifths of that on them.
"""
import json
import os
import sys

SETS = (  # name, file, list in it, members that hold codes, what is in general use besides
    ("countries", "iso_3166-1.json", "3166-1", ("alpha_2",), ("XK",)),  # Kosovo, user-assigned
    ("languages", "iso_639-3.json", "639-3", ("alpha_2", "alpha_3"), ()),
    ("scripts", "iso_15924.json", "15924", ("alpha_4",), ()),
)


def codes_of(folder, file, name, members, more):
    with open(os.path.join(folder, file), encoding="utf-8") as f:
        entries = json.load(f)[name]
    found = {entry[m] for entry in entries for m in members if m in entry} | set(more)
    if len(found) <= len(more) or not all(2 <= len(c) <= 4 and c.isascii() and c.isalpha() for c in found):
        raise SystemExit(f"{file}: these are not the codes that were expected")
    return sorted(int.from_bytes(c.encode(), "big") for c in found)


def main():
    out, folder = sys.argv[1:]
    text = ["/* Made by gen/codes.py of iso-codes. */", "#pragma once", "", "#include <stdint.h>", ""]
    for name, *where in SETS:
        codes = codes_of(folder, *where)
        text.append(f"static const uint32_t {name}[] = {{")
        text += ["    " + " ".join(f"{c:#x}," for c in codes[i:i + 8]) for i in range(0, len(codes), 8)]
        text.append("};")
    with open(out, "w", encoding="utf-8") as f:
        f.write("\n".join(text) + "\n")


main()
