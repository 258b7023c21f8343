"""Hashes of files, and paths as ReproFS sees them."""
import hashlib
import os


def digest_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()


def seen_from_outside(path):
    """A path as ReproFS sees it, if this process runs in a container: REPROFS_PATHS has pairs inside=outside, separated by colons."""
    for pair in filter(None, os.environ.get("REPROFS_PATHS", "").split(":")):
        inside, _, outside = pair.partition("=")
        if path == inside or path.startswith(inside.rstrip("/") + "/"):
            return outside.rstrip("/") + path[len(inside.rstrip("/")):]
    return path
