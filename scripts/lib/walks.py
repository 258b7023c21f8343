#!/usr/bin/env python3
"""Checks ARCHITECTURE's walks: each stop is a function of a file that is there, at most ten a walk, none twice. Exit 1: one is not."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
WALKS = {"A byte is written", "An image is snapshotted", "A recipe is read", "An image is reproduced"}
MOST = 10


def problems():
    section = re.search(r"^## Four walks\n(.*?)^## ", (ROOT / "docs" / "ARCHITECTURE.md").read_text(), re.DOTALL | re.MULTILINE)
    parts = re.split(r"^### (.*)\n", section[1] if section else "", flags=re.MULTILINE)[1:]
    walks = dict(zip(parts[::2], parts[1::2]))
    if walks.keys() != WALKS:
        yield f"ARCHITECTURE's walks are {', '.join(walks) or 'none'}"
    for name, text in walks.items():
        lines = [line for line in text.split("\n") if re.match(r"\d+\. ", line)]
        stops = [match.groups() for line in lines if (match := re.match(r"\d+\. `([^`]+)`, `(\w+)`: ", line))]
        if not 0 < len(lines) <= MOST or len(stops) < len(lines) or len(set(stops)) < len(stops):
            yield f"'{name}' has no stops, more than {MOST}, one twice, or one that names no file and function"
        for path, function in stops:
            file = ROOT / "Sources" / path
            declared = r"\binit[?(<]" if function == "init" else rf"\bfunc {function}\b"
            if not file.is_file():
                yield f"'{name}' stops at {path}, which is not there"
            elif not re.search(declared, file.read_text()):
                yield f"'{name}' stops at {function} of {path}, which does not declare it"


found = list(problems())
print("\n".join(found))
sys.exit(bool(found))
