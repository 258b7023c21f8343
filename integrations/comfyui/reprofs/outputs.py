"""The files that a prompt wrote."""
import contextlib
import os

from . import files


def root():
    """The directories into which ComfyUI saves."""
    import folder_paths

    return os.path.abspath(folder_paths.get_output_directory())


def entry(path, node, facts):
    """The present state of a file, as the spool stores it."""
    return {"path": path, "node": node, "size": facts.st_size, "modified": facts.st_mtime_ns}


def left_by(history):
    """The files that a prompt wrote according to ComfyUI, with their present state."""
    top, found = root(), {}
    for node, output in ((history or {}).get("outputs") or {}).items():
        for listed in output.values() if isinstance(output, dict) else ():
            for file in listed if isinstance(listed, (list, tuple)) else ():
                if isinstance(file, dict) and file.get("filename") and file.get("type") == "output":
                    path = os.path.join(top, file.get("subfolder") or "", file["filename"])
                    with contextlib.suppress(OSError, ValueError):
                        found[path] = entry(path, node, os.stat(path))
    return list(found.values())


def hashed(outputs):
    """The outputs with their hashes, without those that have changed since the run."""
    found = []
    for output in outputs:
        if not isinstance(output, dict):
            continue
        try:
            digest, facts = files.digest_of(output["path"]), os.stat(output["path"])
        except (OSError, ValueError):
            continue
        if (facts.st_size, facts.st_mtime_ns) == (output["size"], output["modified"]):
            found.append({"path": files.seen_from_outside(output["path"]), "root": files.seen_from_outside(root()),
                          "node": output["node"], "sha256": digest})
    return found
