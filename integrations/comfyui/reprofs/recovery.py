"""Finishes runs whose process ended before it could say what they left: killed after an image was saved, for one."""
import hashlib
import json
import os
import re
import struct

from . import redact

# A file's time comes from a clock that ticks, and may be so many nanoseconds behind.
TICK = 20_000_000
# How the name of an output ends, but for its suffix.
NUMBER = r"_\d+_?\."


def digest_of(prompt):
    """What stands for a graph: its nodes, without what ComfyUI notes in them while they run, and without keys."""
    plain = {id: {key: node.get(key) for key in ("class_type", "inputs")} for id, node in prompt.items() if isinstance(node, dict)}
    text = redact.dumps(plain, redact.secrets(prompt))
    return hashlib.sha256(text.encode()).hexdigest()


def prefixes(prompt):
    """What the names begin with that a graph saves under: for each of its `filename_prefix` inputs the texts before, between and
    after its %…%, which may be anything."""
    found = []
    for node in prompt.values():
        inputs = node.get("inputs") if isinstance(node, dict) else None
        prefix = inputs.get("filename_prefix") if isinstance(inputs, dict) else None
        if isinstance(prefix, str):
            parts = os.path.basename(prefix).split("%")
            found.append(parts[::2] + [""] * (len(parts) % 2 == 0))
    return found


def is_saved_under(name, texts):
    """Whether a name begins so and goes on with a number. Each text is taken where it is first, so that no graph makes this slow."""
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
    """The files that a run left in `root`, as far as that can be told: (path, stat, texts in the file).

    They came between two moments. A picture that says by what graph it was made must name this one, and be whole; of a file that
    says nothing the name must be one that the graph saves under.
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
