"""Sees prompts begin and end, and tells a mount of ReproFS what ran.

Before a prompt runs, and again before it counts as done, a small file goes into the spool; everything else is done on threads of
the pack. So whatever ends in between, ComfyUI, the mount or both: what ran is told after the next start.
"""
import hashlib
import json
import logging
import os
import queue
import re
import threading
import time

from . import delivery, environment, recovery, redact, spool

log = logging.getLogger("reprofs")
# Seconds between two tries to deliver what waits.
PATIENCE = 5
# Seconds from the end of a prompt until its report is made; all that it takes is in the spool by then.
PAUSE = 0.1
_NAME = re.compile(r"\A[^\n]*\.\w{1,12}( \[\w+\])?\Z")
_tasks = queue.Queue()
_running = {}
_is_up = threading.Event()


def install():
    """Looks over the shoulder of ComfyUI's queue. Should a version have none of this shape, nothing is captured.

    REPROFS_CAPTURE=off keeps it from looking: a ComfyUI that ReproFS starts itself is watched by the mount.
    """
    if os.environ.get("REPROFS_CAPTURE") == "off":
        return
    import execution

    prompts = execution.PromptQueue
    original_get, original_done = prompts.get, prompts.task_done

    def get(self, *arguments, **named):
        _is_up.set()
        item = original_get(self, *arguments, **named)
        if item is not None:
            _quietly(lambda: _begin(item[0]))
        return item

    def task_done(self, item_id, history_result, *arguments, **named):
        item = _quietly(lambda: self.currently_running.get(item_id))
        run = _quietly(lambda: _running.pop(item[1], None)) if item is not None else None
        if run is not None:
            _quietly(lambda: _end(run, history_result))
        result = original_done(self, item_id, history_result, *arguments, **named)
        if run is not None:
            _tasks.put(run)
        return result

    prompts.get, prompts.task_done = get, task_done
    _quietly(spool.claim)
    threading.Thread(target=_work, args=(time.time_ns(),), name="reprofs", daemon=True).start()


def _quietly(body):
    try:
        return body()
    except Exception as error:
        log.warning("ReproFS: a run may not be recorded: %r", error)


class _Run:
    """One prompt, from when it begins until its report is in the spool."""

    def __init__(self, item):
        self.item = item
        self.stem = spool.new_stem()
        extra = item[3] if len(item) > 3 and isinstance(item[3], dict) else {}
        self.workflow = (extra.get("extra_pnginfo") or {}).get("workflow")
        self.hidden = redact.secrets(item[2])
        # What is told of it whether or not it comes to its end.
        self.begun = {
            "id": item[1], "begun": time.time_ns(), "process": delivery.process(), "pid": os.getpid(),
            "prompt": redact.dumps(item[2], self.hidden), "variation": extra.get("reprofs")}
        self.done = None
        self.inputs = []
        self.has_inputs = threading.Event()


def _begin(item):
    run = _Run(item)
    _running[item[1]] = run
    spool.note(run.stem, ".begun", run.begun)
    files = _input_files(item[2])
    if files:
        # Names in `input` are overwritten easily: they are hashed now. A thread that is started takes its turn at once.
        threading.Thread(target=_hash_inputs, args=(run, files), name="reprofs-inputs", daemon=True).start()
    else:
        run.has_inputs.set()


def _end(run, history):
    run.done = {"ended": time.time_ns(), "process": delivery.process(), "outputs": _outputs(history)}
    spool.note(run.stem, ".done", run.done)


def _hash_inputs(run, files):
    try:
        for name, path in files.items():
            run.inputs.append({"name": name, "path": _outside(path), "sha256": _hash(path)})
        if run.inputs and run.done is None:
            spool.write(run.stem, ".inputs", run.inputs)
    except Exception as error:
        log.debug("ReproFS: %r", error)
    finally:
        run.has_inputs.set()


def _input_files(prompt):
    import folder_paths

    found = {}
    root = os.path.dirname(os.path.abspath(folder_paths.get_input_directory()))
    for node in prompt.values():
        for value in (node.get("inputs") or {}).values():
            # Names have a suffix, and may say at their end which directory is meant.
            if not isinstance(value, str) or not 0 < len(value) < 1024 or not _NAME.search(value):
                continue
            path = folder_paths.get_annotated_filepath(value)
            if os.path.isfile(path) and os.path.commonpath([root, os.path.abspath(path)]) == root:
                found[value] = os.path.abspath(path)
    return found


def _hash(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()


def _outside(path):
    """A path as ReproFS sees it, where this process runs in a container: REPROFS_PATHS is inside=outside, separated by colons."""
    for pair in filter(None, os.environ.get("REPROFS_PATHS", "").split(":")):
        inside, _, outside = pair.partition("=")
        if path == inside or path.startswith(inside.rstrip("/") + "/"):
            return outside.rstrip("/") + path[len(inside.rstrip("/")):]
    return path


def _output_root():
    import folder_paths

    return os.path.abspath(folder_paths.get_output_directory())


def _output(path, node, facts):
    return {"path": path, "node": node, "size": facts.st_size, "modified": facts.st_mtime_ns}


def _outputs(history):
    """The files that ComfyUI says a prompt left, as they are now."""
    root, found = _output_root(), {}
    for node, output in ((history or {}).get("outputs") or {}).items():
        for files in output.values() if isinstance(output, dict) else ():
            for file in files if isinstance(files, (list, tuple)) else ():
                if isinstance(file, dict) and file.get("filename") and file.get("type") == "output":
                    path = os.path.join(root, file.get("subfolder") or "", file["filename"])
                    if os.path.isfile(path):
                        found[path] = _output(path, node, os.stat(path))
    return list(found.values())


def _told(outputs):
    """Outputs with their hashes; those that are not the files any more that the run left are left out."""
    found = []
    for output in outputs:
        try:
            digest, facts = _hash(output["path"]), os.stat(output["path"])
        except OSError:
            continue
        if (facts.st_size, facts.st_mtime_ns) == (output["size"], output["modified"]):
            found.append({"path": _outside(output["path"]), "root": _outside(_output_root()), "node": output["node"], "sha256": digest})
    return found


def _report(begun, done, *, inputs, workflow, surroundings):
    """What is told of a run; None where it left no file."""
    outputs = _told(done["outputs"])
    if not outputs:
        return None
    return {
        "schema": "reprofs.report/1", "id": begun["id"], "ended": done["ended"],
        "process": begun["process"] or done.get("process"), "pid": begun["pid"], "prompt": begun["prompt"],
        "workflow": workflow, "outputs": outputs, "inputs": inputs, "variation": begun["variation"],
        **(surroundings or {"environment": None, "nodePacks": {}}),
    }


def _surroundings():
    """The fields of a report that stay the same while the process runs."""
    packs = {name: _outside(path) for name, path in environment.node_packs().items()}
    return {"environment": environment.constant(), "nodePacks": packs, **environment.places(_outside)}


def _finish(run):
    """Puts the report of a run into the spool, in the place of its steps."""
    if run.done is None:
        return
    run.has_inputs.wait(600)
    begun = run.begun
    try:
        # ComfyUI notes in the graph what its input files were, so it is taken as it is now; nodes may note there what is no JSON.
        begun = {**begun, "prompt": redact.dumps(run.item[2], run.hidden)}
    except (TypeError, ValueError):
        pass
    workflow = redact.dumps(run.workflow, run.hidden) if run.workflow is not None else None
    told = _surroundings()
    told["environment"] = {**told["environment"], "objectInfo": environment.class_info(run.item[2])}
    report = _report(begun, run.done, inputs=run.inputs, workflow=workflow, surroundings=told)
    try:
        spool.finish(run.stem, report)
    except OSError as error:
        # A full disk, or one that is not to be written: the mount may take it all the same.
        log.warning("ReproFS: what ran cannot be kept in %s: %r", spool.directory(), error)
        if report is not None:
            delivery.hand_over(json.dumps(report).encode())


def _recover(until):
    """Finishes what a process left that lives no more; `until` is before this one ran anything."""
    for owner, stem in spool.abandoned():
        begun, done, workflow = spool.read(stem, ".begun"), spool.read(stem, ".done"), None
        if begun is None:
            spool.finish(stem, None)
            continue
        if done is None:
            prompt, outputs = json.loads(begun["prompt"]), []
            for path, facts, texts in recovery.outputs(_output_root(), prompt, begun["begun"], until):
                outputs.append(_output(path, None, facts))
                workflow = workflow or texts.get("workflow")
            # All that it opened for them it had opened by then.
            ended = max((output["modified"] for output in outputs), default=begun["begun"]) + recovery.TICK
            done = {"ended": ended, "outputs": outputs}
            workflow = redact.dumps(json.loads(workflow), redact.secrets(prompt)) if workflow else None
        spool.finish(stem, _report(
            begun, done, inputs=spool.read(stem, ".inputs") or [], workflow=workflow,
            surroundings=spool.read(owner, ".environment")))


def _work(start):
    _quietly(delivery.find)
    _quietly(lambda: _recover(start))
    is_told = _quietly(delivery.deliver)
    # All node packs are loaded once prompts are asked for, and none runs yet.
    _is_up.wait()
    _quietly(lambda: spool.write(spool.OWNER, ".environment", _surroundings()))
    while True:
        try:
            run = _tasks.get(timeout=None if is_told else PATIENCE)
        except queue.Empty:
            run = None
        if run is not None:
            # Python runs one thread at a time: the next prompt is not to wait for this one's report.
            time.sleep(PAUSE)
            _quietly(lambda: _finish(run))
        elif delivery.process() is None:
            _quietly(delivery.find)
        is_told = _quietly(delivery.deliver)
