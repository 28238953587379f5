#!/usr/bin/python3
"""Texts into C: embed.py OUT.c OUT.h FILE… makes `extern const char embed_<name>[]` for each file (name: its own, dots as _)."""
import os
import re
import sys


def literal(line):
    return '"' + line.replace("\\", "\\\\").replace('"', '\\"').replace("??", '?""?') + '\\n"'


def main():
    out_c, out_h, files = sys.argv[1], sys.argv[2], sys.argv[3:]
    code = ["/* Made by embed.py; edit the files that it names. */", f'#include "{os.path.basename(out_h)}"', ""]
    head = ["/* Made by embed.py; edit the files that it names. */", "#pragma once", ""]
    for path in files:
        name = "embed_" + re.sub(r"\W", "_", os.path.basename(path))
        with open(path, encoding="utf-8") as f:
            lines = [line for line in f.read().splitlines() if not line.startswith("--")]
        head.append(f"extern const char {name}[]; /* {os.path.basename(path)} */")
        code += [f"const char {name}[] ="] + ["    " + literal(line) for line in lines] + ["    ;", ""]
    for out, text in ((out_c, code), (out_h, head)):
        with open(out, "w", encoding="utf-8") as f:
            f.write("\n".join(text) + "\n")


if __name__ == "__main__":
    main()
