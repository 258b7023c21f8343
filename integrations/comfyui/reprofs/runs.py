"""Runs `reprofs reproduce` and `reprofs vary` on this server, one at a time, when a user presses a button.

All words of a command come from this pack, except the id of a snapshot, which the mount must have, and the seeds in its recipe.
"""
import asyncio
import os
import re
import shlex
import shutil
import signal

from . import facts
from .documents import at

KINDS = ("reproduce", "vary")
# How many images varying the seed makes, and how much of a command's output is kept. Bytes.
VARIATIONS, LONGEST = 4, 1 << 20
ENDS = {
    0: "It is done.", 1: "Nothing was done.", 2: "Some of it failed.", 3: "It ran, and the pixels are others.",
    4: "It ran, and it is not proven that the picture is the same from the same bytes.",
    5: "ComfyUI failed, or did not answer.", 10: "There is no store.", 130: "It was cancelled."}
_NODE = re.compile(r"[A-Za-z0-9:_-]{1,100}")
_current = {"kind": None, "id": None, "running": False, "code": None, "message": None, "lines": []}
_process = None
_task = None


def program():
    """The path of the program, from REPROFS_PROGRAM or ComfyUI's PATH."""
    return shutil.which(os.environ.get("REPROFS_PROGRAM") or "reprofs")


def told():
    return dict(_current)


def line(recipe, store):
    """The command that makes an image again, for a person to copy: a shell may mean another store than ComfyUI's mount."""
    named = ["--store", store] if store else []
    return shlex.join(["reprofs", "reproduce", at(recipe, "snapshot", kind=str), *named, "--server", _address()])


async def start(kind, id):
    """Begins a run; `told` returns its result."""
    global _process, _task
    place = await asyncio.to_thread(facts.mount)
    if place is None:
        raise facts.Refused("ReproFS is not mounted.")
    command = program()
    if command is None:
        raise facts.Refused(
            "The program reprofs is not on ComfyUI's PATH, and REPROFS_PROGRAM does not name it. Run the command of the recipe yourself.")
    recipe = await asyncio.to_thread(facts.of_snapshot, place[0], id)
    words = [command, kind, id, "--store", place[1], "--server", _address()]
    if kind == "vary":
        import folder_paths

        out = os.path.join(folder_paths.get_output_directory(), "reprofs", "variations-" + id[:12])
        words += ["--set", _seeds(recipe), "--out", out]
    # No other request is handled until the next await.
    if _current["running"]:
        raise facts.Refused("Another run is under way; wait for it, or cancel it.")
    _current.update(kind=kind, id=id, running=True, code=None, message=None, lines=[])
    try:
        if kind == "vary":
            os.makedirs(os.path.dirname(out), exist_ok=True)
        _process = await asyncio.create_subprocess_exec(
            *words, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    except BaseException as why:
        _current.update(running=False, code=1, message=f"The program cannot be started: {why!r}.")
        raise
    # The loop itself keeps no task alive.
    _task = asyncio.ensure_future(_follow(_process))
    return told()


def cancel():
    """Ends the run like Ctrl-C, so that it restores what it changed."""
    if _current["running"] and _process is not None:
        try:
            _process.send_signal(signal.SIGINT)
        except ProcessLookupError:
            pass
    return told()


async def _follow(process):
    kept = b""
    try:
        while part := await process.stdout.read(65536):
            kept = (kept + part)[-LONGEST:]
            _current["lines"] = kept.decode("utf-8", "replace").splitlines()[-50:]
        code = await process.wait()
        _current.update(code=code, message=ENDS.get(code, f"It ended with code {code}."))
    finally:
        _current["running"] = False


def _seeds(recipe):
    """The setting that gives the seed its next values, at the node that sampled last."""
    for step in at(recipe, "passes", kind=list) or ():
        node = at(step, "node", kind=str) or ""
        for name in ("seed", "noise_seed"):
            seed = at(recipe, "prompt", node, "inputs", name, kind=int)
            if _NODE.fullmatch(node) and seed is not None and 0 <= seed <= (1 << 64) - 1 - VARIATIONS:
                return f"{node}.{name}={seed + 1}..{seed + VARIATIONS}"
    raise facts.Refused("The recipe does not say which node takes the seed, so it cannot be varied here.")


def _address():
    """Where this server is, for a program on the same machine."""
    from server import PromptServer

    server = PromptServer.instance
    host = (getattr(server, "address", None) or "127.0.0.1").split(",")[0]
    if host in ("0.0.0.0", "::", ""):
        host = "127.0.0.1"
    scheme = "https" if getattr(_arguments(), "tls_keyfile", None) else "http"
    return f"{scheme}://{'[' + host + ']' if ':' in host else host}:{getattr(server, 'port', 8188)}"


def _arguments():
    try:
        from comfy.cli_args import args
    except ImportError:
        return None
    return args
