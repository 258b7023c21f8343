"""What a mount of ReproFS says of images that lie in ComfyUI's directories: grade, recipe, card.

An image is named as ComfyUI's own /view takes it: a file's name, a directory beneath, and which of ComfyUI's directories. It is that
image only if the mount has its very bytes, whatever their name is.
"""
import hashlib
import json
import os

from . import delivery

# Bytes of an image that is looked at, and of what a mount says of one.
LARGEST, LONGEST = 256 << 20, 16 << 20
# Files that are walked at most to find the newest ones of a former start, and images that are listed.
WALKED, LISTED = 20000, 24
SUFFIXES = (".png", ".webp", ".jpg", ".jpeg", ".gif", ".avif", ".jxl", ".mp4", ".webm", ".flac", ".mp3", ".opus")
_digests = {}
_former = None


class Refused(Exception):
    """What a page asked for is not given; the message is for its reader."""


def mount():
    """The mount point, and the store that is mounted there; None where there is none."""
    place = delivery.find()
    if place is None:
        return None
    try:
        status = _json(os.path.join(place, ".reprofs", "status"))
        return place, str(status["store"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def path(image):
    """The file that is meant by `filename`, `subfolder` and `type`: checked as /view does it, and nothing is followed out of the
    directory."""
    import folder_paths

    name, subfolder, kind = (image.get(key, "") for key in ("filename", "subfolder", "type"))
    if not all(isinstance(part, str) and len(part) < 1024 and "\0" not in part for part in (name, subfolder, kind)):
        raise Refused("This is not the name of an image.")
    if not name or name != os.path.basename(name) or ".." in name or kind not in ("output", "input", "temp"):
        raise Refused("This is not the name of an image.")
    top = os.path.realpath(getattr(folder_paths, f"get_{kind}_directory")())
    found = os.path.realpath(os.path.join(top, subfolder, name))
    if os.path.commonpath((top, found)) != top or not found.lower().endswith(SUFFIXES):
        raise Refused("This is not the name of an image.")
    if not os.path.isfile(found):
        raise Refused("The file is not there any more.")
    return found


def of_image(image):
    """What the mount says of an image: its snapshot, grade and recipe. None where it has not taken it yet."""
    place = mount()
    if place is None:
        raise Refused("ReproFS is not mounted.")
    file = path(image)
    digest = _digest(file)
    for recipe in _candidates(place[0], image, os.path.basename(file), digest):
        try:
            told = _json(recipe + ".json")
        except (OSError, ValueError):
            continue
        if (told.get("image") or {}).get("sha256") == digest:
            return told, recipe + ".txt"
    return None


def card(file):
    with open(file, "rb") as opened:
        return opened.read(LONGEST).decode("utf-8", "replace")


def of_snapshot(place, id):
    """The recipe of a snapshot."""
    try:
        return _json(os.path.join(place, "by-snapshot", id[:12], "recipe.json"))
    except (OSError, ValueError):
        raise Refused("ReproFS has no such snapshot.") from None


def newest():
    """The last outputs, the newest first: those of this start, and those that lay there before."""
    from server import PromptServer

    global _former
    if _former is None:
        _former = _walk()
    found, seen = [], set()
    history = PromptServer.instance.prompt_queue.get_history(max_items=LISTED)
    for run in reversed(list(history.values())):
        for output in (run.get("outputs") or {}).values():
            for files in output.values() if isinstance(output, dict) else ():
                for file in files if isinstance(files, (list, tuple)) else ():
                    if isinstance(file, dict) and file.get("type") == "output":
                        found.append({key: str(file.get(key) or "") for key in ("filename", "subfolder", "type")})
    result = []
    for image in found + _former:
        key = (image["subfolder"], image["filename"])
        if key not in seen and len(result) < LISTED and image["filename"].lower().endswith(SUFFIXES):
            seen.add(key)
            result.append(image)
    return result


def _walk():
    import folder_paths

    top, found = os.path.realpath(folder_paths.get_output_directory()), []
    for place, _, names in os.walk(top):
        for name in names:
            if name.lower().endswith(SUFFIXES):
                try:
                    found.append((os.stat(os.path.join(place, name)).st_mtime_ns, place, name))
                except OSError:
                    continue
        if len(found) > WALKED:
            break
    found.sort(reverse=True)
    return [
        {"filename": name, "subfolder": "" if place == top else os.path.relpath(place, top), "type": "output"}
        for _, place, name in found[:LISTED]]


def _candidates(place, image, name, digest):
    """Where the mount may show the image: its path beneath each label, by name and hash, for a later one may have its name."""
    view = os.path.join(place, "by-image")
    try:
        labels = sorted(os.listdir(view))[:100]
    except OSError:
        return
    named = f"{name}@{digest[:8]}"
    for label in labels:
        yield os.path.join(view, label, image.get("subfolder") or "", named)
        yield os.path.join(view, label, named)


def _digest(file):
    facts = os.stat(file)
    key = (file, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)
    if key not in _digests:
        if facts.st_size > LARGEST:
            raise Refused("The file is too large to be looked at here.")
        digest = hashlib.sha256()
        with open(file, "rb") as opened:
            while part := opened.read(1 << 20):
                digest.update(part)
        if len(_digests) > 1000:
            _digests.clear()
        _digests[key] = digest.hexdigest()
    return _digests[key]


def _json(file):
    with open(file, "rb") as opened:
        body = opened.read(LONGEST + 1)
    if len(body) > LONGEST:
        raise ValueError("it is too long")
    told = json.loads(body)
    if not isinstance(told, dict):
        raise ValueError("it is not an object")
    return told
