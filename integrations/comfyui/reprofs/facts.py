"""What a mount of ReproFS says about images in ComfyUI's directories: grade, recipe, card.

An image is identified as for ComfyUI's /view: by file name, subfolder, and one of ComfyUI's directories. The mount knows it only if it
has the same bytes, under any name. Its documents are read only from the mount: no part of a path leads elsewhere.
"""
import hashlib
import os
import re
import stat

from . import delivery
from .documents import at, parse

# The longest image that is read, and the longest document of a mount. Bytes.
LARGEST, LONGEST = 256 << 20, 16 << 20
# How many files are searched for the newest ones of an earlier start, and how many images are listed.
WALKED, LISTED = 20000, 24
SUFFIXES = (".png", ".webp", ".jpg", ".jpeg", ".gif", ".avif", ".jxl", ".mp4", ".webm", ".flac", ".mp3", ".opus")
ID = re.compile(r"[0-9a-f]{64}")
_digests = {}
_former = None


class Refused(Exception):
    """A refused request of a page; the message is for the user."""
    status = 409


class Malformed(Refused):
    """A malformed request of a page."""
    status = 400


def mount():
    """The mount point, and the store that is mounted there; None if there is none."""
    place = delivery.find()
    if place is None:
        return None
    try:
        store = at(_json(place, ".reprofs", "status"), "store", kind=str)
    except (OSError, ValueError):
        return None
    return (place, store) if store else None


def path(image):
    """ComfyUI's directory and the path in it for `filename`, `subfolder` and `type`. They are checked as /view checks them, and links do
    not lead out of the directory."""
    import folder_paths

    name, subfolder, kind = (image.get(key, "") for key in ("filename", "subfolder", "type"))
    if not all(_is_name(part) for part in (name, subfolder, kind)):
        raise Malformed("This is not the name of an image.")
    if not name or name != os.path.basename(name) or ".." in name or kind not in ("output", "input", "temp"):
        raise Malformed("This is not the name of an image.")
    top = os.path.realpath(getattr(folder_paths, f"get_{kind}_directory")())
    found = os.path.realpath(os.path.join(top, subfolder, name))
    if os.path.commonpath((top, found)) != top or not found.lower().endswith(SUFFIXES):
        raise Malformed("This is not the name of an image.")
    if not os.path.isfile(found):
        raise Refused("The file is not there any more.")
    return top, os.path.relpath(found, top)


def _is_name(text):
    try:
        return isinstance(text, str) and len(text) < 1024 and b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


def of_image(image):
    """The recipe of an image in the mount, and the path of its card; None if the mount does not have it yet."""
    place = mount()
    if place is None:
        raise Refused("ReproFS is not mounted.")
    top, file = path(image)
    digest = _digest(os.path.join(top, file))
    for where in _candidates(place[0], file, digest):
        try:
            told = _json(*where[:-1], where[-1] + ".json")
        except (OSError, ValueError):
            continue
        if at(told, "image", "sha256", kind=str) == digest and ID.fullmatch(at(told, "snapshot", kind=str) or ""):
            return told, (*where[:-1], where[-1] + ".txt")
    return None


def card(where):
    try:
        return _read(*where)[:LONGEST].decode("utf-8", "replace")
    except ValueError:
        raise Refused("ReproFS has no card of this image.") from None


def of_snapshot(place, id):
    """The recipe of the snapshot with this full id."""
    try:
        # In the mount, a full id is a link to the directory, whose name is shorter.
        told = _json(place, "by-snapshot", os.readlink(os.path.join(place, "by-snapshot", id)), "recipe.json")
    except (OSError, ValueError):
        told = None
    if at(told, "snapshot", kind=str) != id:
        raise Refused("ReproFS has no such snapshot.")
    return told


def newest():
    """The last outputs, the newest first: those since this start, and those from before."""
    from server import PromptServer

    global _former
    if _former is None:
        _former = _walk()
    found, seen = [], set()
    history = PromptServer.instance.prompt_queue.get_history(max_items=LISTED)
    for run in reversed(list(history.values())):
        outputs = at(run, "outputs") or {}
        for node in outputs:
            for name in at(outputs, node) or ():
                for file in at(outputs, node, name, kind=(list, tuple)) or ():
                    if at(file, "type", kind=str) == "output":
                        found.append({key: at(file, key, kind=str) or "" for key in ("filename", "subfolder", "type")})
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


def _candidates(place, file, digest):
    """The paths that an image may have in the mount: below each label, by name and hash, since a later image may have its name."""
    try:
        labels = sorted(os.listdir(os.path.join(place, "by-image")))[:100]
    except OSError:
        return
    *above, name = file.split(os.sep)
    named = f"{name}@{digest[:8]}"
    for label in labels:
        yield place, "by-image", label, *above, named
        if above:
            yield place, "by-image", label, named


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


def _json(place, *parts):
    return parse(_read(place, *parts), LONGEST)


def _read(place, *parts):
    """The bytes of a file in the mount, and of no other file: each part is one name in the directory before it, none is a link, and the
    file is on the mount's own file system. For a file that is too long, one byte more than the limit is returned."""
    file = os.open(place, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        mounted = os.fstat(file).st_dev
        for count, part in enumerate(parts, 1):
            if part in ("", ".", "..") or os.sep in part:
                raise ValueError("it is not beneath the mount")
            kind = os.O_RDONLY | os.O_NONBLOCK if count == len(parts) else os.O_PATH | os.O_DIRECTORY
            above, file = file, os.open(part, kind | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=file)
            os.close(above)
        found = os.fstat(file)
        if found.st_dev != mounted or not stat.S_ISREG(found.st_mode):
            raise ValueError("it is not a file of the mount")
        with open(file, "rb", closefd=False) as opened:
            return opened.read(LONGEST + 1)
    finally:
        os.close(file)
