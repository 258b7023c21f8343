#!/usr/bin/env python3
"""Compares ARCHITECTURE's tree of folders with the folders, or draws it anew.

    folder_tree.py [--write]

What a folder is for stands in the tree and nowhere else. --write keeps it for each folder that is still there, and puts a question
mark behind a new one. Exit 1: the tree lags, or a folder says not what it is for.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "ARCHITECTURE.md"
# How many levels below each of these are drawn.
DEPTHS = {"Sources": 2, "Tests": 1, "docs": 1, "integrations": 2, "scripts": 1}
BLOCK = re.compile(r"(<!-- folders:[^\n]*-->\n```\n)(.*?)(```\n<!-- /folders -->)", re.DOTALL)
LINE = re.compile(r"^(?P<indent> *)(?P<name>[^ ]+)/(?: +(?P<purpose>.*))?$")
COLUMN = 22


def folders():
    """The paths that are drawn, each a tuple of names, parents before what is in them."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *DEPTHS], cwd=ROOT, check=True, capture_output=True,
        text=True).stdout.split("\0")
    found = set()
    for path in filter(None, listed):
        if not (ROOT / path).exists():
            continue
        names = tuple(path.split("/")[:-1])
        found.update(names[:length] for length in range(1, min(len(names), DEPTHS[names[0]] + 1) + 1))
    return sorted(found, key=lambda names: [name.lower() for name in names])


def purposes(tree):
    found, above = {}, []
    for line in tree.split("\n"):
        if match := LINE.match(line):
            above = above[:len(match["indent"]) // 2] + [match["name"]]
            found[tuple(above)] = match["purpose"] or "?"
    return found


def main():
    page = PAGE.read_text()
    block = BLOCK.search(page)
    if block is None:
        sys.exit(f"{PAGE.name} has no tree of folders")
    known = purposes(block[2])
    drawn = ""
    for names in folders():
        head = "  " * (len(names) - 1) + names[-1] + "/"
        drawn += f"{head:{COLUMN}} {known.get(names, '?')}\n"
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page[:block.start(2)] + drawn + page[block.end(2):])
    elif drawn != block[2]:
        sys.exit("The tree of folders in docs/ARCHITECTURE.md is not that of the folders; scripts/check-layers --write draws it anew")
    lacking = ["/".join(names) for names in folders() if known.get(names, "?") == "?"]
    if lacking:
        sys.exit("ARCHITECTURE's tree of folders does not say what these are for: " + ", ".join(lacking))


main()
