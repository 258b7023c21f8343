"""Finishes runs whose process ended before it recorded their outputs, for example if it was killed after an image was saved."""
import hashlib
import json
import os
import re
import struct

from . import redact

# A file's time comes from a coarse clock, which may be behind by this much. Nanoseconds.
TICK = 20_000_000
# The end of an output's name, without the suffix.
NUMBER = r"_\d+_?\."


def digest_of(prompt):
    """What identifies a graph: its nodes, without the values that ComfyUI adds while they run, and without secrets."""
    plain = {id: {key: node.get(key) for key in ("class_type", "inputs")} for id, node in prompt.items() if isinstance(node, dict)}
    text = redact.dumps(plain, redact.secrets(prompt))
    return hashlib.sha256(text.encode()).hexdigest()


def prefixes(prompt):
    """The beginnings of the names under which a graph saves: for each `filename_prefix` input, the texts before, between and after its
    %…% placeholders, which stand for any text."""
    found = []
    for node in prompt.values():
        inputs = node.get("inputs") if isinstance(node, dict) else None
        prefix = inputs.get("filename_prefix") if isinstance(inputs, dict) else None
        if isinstance(prefix, str):
            parts = os.path.basename(prefix).split("%")
            found.append(parts[::2] + [""] * (len(parts) % 2 == 0))
    return found


def is_saved_under(name, texts):
    """Whether a name has such a beginning, followed by a number. The first place of each text counts, so that no graph makes this slow."""
    if len(texts) == 1:
        return bool(re.match(re.escape(texts[0]) + NUMBER, name))
    if not name.startswith(texts[0]):
        return False
    at = len(texts[0])
    for text in texts[1:-1]:
        found = name.find(text, at)
        if found < 0:
            return False
        at = found + len(text)
    return bool(re.compile(re.escape(texts[-1]) + NUMBER).search(name, at))


def outputs(root, prompt, begun, until):
    """The files in `root` that a run wrote, as far as they can be recognized: (path, stat, texts in the file).

    They were written between two moments. A picture with a graph must have this one, and be complete; a file without a graph must have
    a name under which this graph saves.
    """
    wanted, beginnings = digest_of(prompt), prefixes(prompt)
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
                is_own = any(is_saved_under(name, texts) for texts in beginnings)
            if is_own:
                yield path, facts, texts


def _texts(path):
    """The texts of a PNG; empty for another file, and None for a PNG that is incomplete."""
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
