"""Figures of rounds: medians, ratios within rounds, a table and the lines that others read."""
import datetime
import os
import statistics
import subprocess

from house import memory_kb

COLUMNS = ("rate", "p50_ms", "p99_ms", "cpu_us", "pg_us", "errors")
TITLES = ("per second", "p50 ms", "p99 ms", "CPU µs", "PostgreSQL µs", "errors")


class Figures:
    def __init__(self):
        self.rounds = {}  # (path, who) -> [{column: value}]
        self.facts = []  # (what, value, unit)
        self.ratios = []  # (path, peer, value)

    def add(self, path, who, **values):
        self.rounds.setdefault((path, who), []).append(values)

    def fact(self, what, value, unit):
        self.facts.append((what, value, unit))
        print(f"{what}: {value:g} {unit}", flush=True)

    def median(self, path, who, column):
        values = [r[column] for r in self.rounds.get((path, who), []) if r.get(column) is not None]
        return statistics.median(values) if values else None

    def ratio(self, path, peer, ours, theirs, column="rate"):
        """The median of the rounds' ratios; ours and theirs are (path, who)."""
        pairs = [(a.get(column), b.get(column)) for a, b in zip(self.rounds.get(ours, []), self.rounds.get(theirs, []))]
        values = [a / b for a, b in pairs if a and b]
        if values:
            self.ratios.append((path, peer, statistics.median(values)))

    def table(self):
        lines = ["| path | who | " + " | ".join(TITLES) + " |", "| --- | --- |" + " ---: |" * len(TITLES)]
        for path, who in self.rounds:
            cells = []
            for column in COLUMNS:
                value = self.median(path, who, column)
                cells.append("" if value is None else f"{value:,.0f}" if value >= 100 or column == "errors" else f"{value:.2f}")
            lines.append(f"| {path} | {who} | " + " | ".join(cells) + " |")
        return "\n".join(lines)

    def lines(self):
        return "\n".join(f"ratio\t{path}\t{peer}\t{value:.3f}" for path, peer, value in self.ratios)

    def show(self):
        print(self.table())
        print(self.lines(), flush=True)

    def record(self, path, how):
        with open("/proc/cpuinfo", encoding="utf-8") as f:
            model = next((line.partition(":")[2].strip() for line in f if line.startswith("model name")), "a processor without a name")
        versions = [subprocess.run(c, capture_output=True, text=True).stdout.strip() for c in (["postgres", "--version"], ["node", "--version"])
                    if os.path.exists(f"/usr/bin/{c[0]}")]
        text = ["# Last results", "", f"Written by `{how}`; see [README](README.md). Compare ratios only: absolute figures waver with the machine.", "",
                f"{datetime.date.today()}, {os.cpu_count()} × {model}, {memory_kb() // 1048576} GB, Linux {os.uname().release}, {', '.join(versions)}; "
                f"load at the end {os.getloadavg()[0]:.1f}", "", self.table(), ""]
        if self.facts:
            text += ["| what | value |", "| --- | ---: |", *[f"| {what} | {value:g} {unit} |" for what, value, unit in self.facts], ""]
        text += ["```", self.lines(), "```", ""]
        with open(path, "w", encoding="utf-8") as f:
            f.write("\n".join(text))
