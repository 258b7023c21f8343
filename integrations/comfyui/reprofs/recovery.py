"""Finishes runs whose process ended before it could say what they left: killed after an image was saved, for one."""
import hashlib
import json
import os
import re
import struct

from . import redact

# A file's time comes from a clock that ticks, and may be so many nanoseconds behind.
TICK = 20_000_000


def digest_of(prompt):
    """What stands for a graph: its nodes, without what ComfyUI notes in them while they run, and without keys."""
    plain = {id: {key: node.get(key) for key in ("class_type", "inputs")} for id, node in prompt.items() if isinstance(node, dict)}
    text = redact.dumps(plain, redact.secrets(prompt))
    return hashlib.sha256(text.encode()).hexdigest()


def prefixes(prompt):
    """The beginnings of the names that a graph saves under, as patterns: its `filename_prefix` inputs, with %…% for anything."""
    found = []
    for node in prompt.values():
        prefix = (node.get("inputs") or {}).get("filename_prefix") if isinstance(node, dict) else None
        if isinstance(prefix, str):
            parts = [".*" if index % 2 else re.escape(part) for index, part in enumerate(os.path.basename(prefix).split("%"))]
            found.append("".join(parts))
    return found


def outputs(root, prompt, begun, until):
    """The files that a run left in `root`, as far as that can be told: (path, stat, texts in the file).

    They came between two moments. A picture that says by what graph it was made must name this one, and be whole; of a file that
    says nothing the name must be one that the graph saves under.
    """
    wanted, patterns = digest_of(prompt), prefixes(prompt)
    for top, _, names in os.walk(root):
        for name in sorted(names):
            path = os.path.join(top, name)
            try:
                facts = os.stat(path)
            except OSError:
                continue
            if not begun - TICK <= facts.st_mtime_ns <= until or not facts.st_size or name.startswith("."):
                continue
            texts = _texts(path)
            if texts is None:
                continue
            if "prompt" in texts:
                try:
                    is_own = digest_of(json.loads(texts["prompt"])) == wanted
                except (ValueError, AttributeError):
                    is_own = False
            else:
                is_own = any(re.match(pattern + r"_\d+_?\.", name) for pattern in patterns)
            if is_own:
                yield path, facts, texts


def _texts(path):
    """The texts of a PNG, none of another file; None of a PNG that is not whole."""
    try:
        with open(path, "rb") as file:
            if file.read(8) != b"\x89PNG\r\n\x1a\n":
                return {}
            texts = {}
            while len(head := file.read(8)) == 8:
                size, kind = struct.unpack(">I4s", head)
                if kind == b"IEND":
                    return texts
                if kind == b"tEXt" and size < 64 << 20:
                    key, _, text = file.read(size).partition(b"\0")
                    texts[key.decode("latin-1")] = text.decode("latin-1")
                    size = 0
                file.seek(size + 4, os.SEEK_CUR)
    except OSError:
        pass
    return None
