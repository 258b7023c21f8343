"""The files that a prompt names, and their state before it ran: files in `input` are easily overwritten, and files elsewhere
change."""
import contextlib
import os
import re

from . import files, spool
from .quiet import log, quietly

# The largest file outside `input` that is pinned, in bytes, and the suffixes of models, whose opens the mount sees.
OUTSIDE = 64 << 20
MODELS = (".safetensors", ".sft", ".ckpt", ".pt", ".pt2", ".pth", ".bin", ".pkl", ".gguf", ".onnx")
_NAME = re.compile(r"\A[^\n]*\.\w{1,12}( \[\w+\])?\Z")


def named_in(prompt):
    """The files that a prompt names, by their names; and, for those that a node of a pack may have read, the directory of ComfyUI that
    they are in, or `outside`."""
    import nodes

    found, read = {}, {}
    for node in prompt.values():
        kind = nodes.NODE_CLASS_MAPPINGS.get(node.get("class_type"))
        is_packs = (getattr(kind, "RELATIVE_PYTHON_MODULE", None) or "").startswith("custom_nodes.")
        for value in (node.get("inputs") or {}).values():
            # An error with one file must not hide the others.
            path, directory = quietly(lambda: _named(value, is_packs)) or (None, None)
            if path is not None:
                found[value] = path
                if is_packs and not value.lower().endswith(MODELS):
                    read[value] = directory
    return found, read


def _named(value, is_packs):
    """The regular file that a value names, and its directory. ComfyUI's own nodes name files in one way; a node of a pack may also have
    an absolute path, or one below ComfyUI's directories. None if the value does not name a file."""
    import folder_paths

    if not isinstance(value, str) or len(value) > 1024 or "\0" in value or "\n" in value:
        return None
    # A name has a suffix, and may end with the directory in brackets.
    is_name = "." in value and _NAME.search(value)
    if is_name:
        # ComfyUI refuses names that lead out of its directories.
        with contextlib.suppress(ValueError):
            path = os.path.abspath(folder_paths.get_annotated_filepath(value))
            for directory in ("input", "output", "temp"):
                top = os.path.abspath(getattr(folder_paths, f"get_{directory}_directory")())
                if os.path.isfile(path) and path.startswith(top + os.sep):
                    return path, directory
    if not is_packs or value.lower().endswith(MODELS):
        return None
    if os.path.isabs(value):
        path = os.path.normpath(value)
        return (path, "outside") if os.path.isfile(path) else None
    for base in (folder_paths.base_path, folder_paths.get_output_directory()) if is_name else ():
        path = os.path.normpath(os.path.join(os.path.abspath(base), value))
        if os.path.isfile(path) and path.startswith(os.path.abspath(base) + os.sep):
            return path, "outside"
    return None


def hash_for(run):
    """Hashes the files that a run names while it runs."""
    try:
        for name, path in run.files.items():
            told = {"name": name, "path": files.seen_from_outside(path)}
            try:
                size = os.stat(path).st_size
                if run.begun["outside"].get(name) == "outside" and size > OUTSIDE:
                    told["why"] = f"it has {size} bytes, and {OUTSIDE} are the most"
                else:
                    told["sha256"] = files.digest_of(path)
            except OSError as error:
                told["why"] = f"ComfyUI cannot read it: {error.strerror}"
            run.inputs.append(told)
        if run.inputs and run.done is None and run.file is not None:
            spool.write(run.stem, ".inputs", run.inputs)
    except Exception as error:
        log.debug("ReproFS: %r", error)
    finally:
        run.has_inputs.set()
