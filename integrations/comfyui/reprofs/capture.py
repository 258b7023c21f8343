"""Sees prompts begin and end, and tells a mount of ReproFS what ran.

Before a prompt runs, and again before it counts as done, a small file goes into the spool; everything else is done on threads of
the pack. So whatever ends in between, ComfyUI, the mount or both: what ran is told after the next start.
"""
import contextlib
import hashlib
import json
import logging
import os
import queue
import re
import threading
import time

from . import activity, delivery, environment, recovery, redact, spool

log = logging.getLogger("reprofs")
# Seconds between two tries to deliver what waits.
PATIENCE = 5
# Seconds from the end of a prompt until its report is made; all that it takes is in the spool by then.
PAUSE = 0.1
# Bytes of a file outside `input` that are pinned, and what models end with: the mount sees which of them are opened.
OUTSIDE = 64 << 20
MODELS = (".safetensors", ".sft", ".ckpt", ".pt", ".pt2", ".pth", ".bin", ".pkl", ".gguf", ".onnx")
_NAME = re.compile(r"\A[^\n]*\.\w{1,12}( \[\w+\])?\Z")
_tasks = queue.Queue()
_running = {}
# Whether the spool took the last step.
_is_kept = True
_is_up = threading.Event()


def install():
    """Looks over the shoulder of ComfyUI's queue. Should a version have none of this shape, nothing is captured. Says whether it looks.

    REPROFS_CAPTURE=off keeps it from looking: a ComfyUI that ReproFS starts itself is watched by the mount.
    """
    if os.environ.get("REPROFS_CAPTURE") == "off":
        return False
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
    _quietly(lambda: activity.install(execution))
    _kept(spool.claim)
    threading.Thread(target=_work, args=(time.time_ns(),), name="reprofs", daemon=True).start()
    return True


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
        told = extra.get("extra_pnginfo")
        self.workflow = told.get("workflow") if isinstance(told, dict) else None
        self.hidden = redact.secrets(item[2])
        # It is made on the thread that runs the prompt.
        self.activity = activity.begin(item[1])
        # What is told of it whether or not it comes to its end.
        self.begun = {
            "id": item[1], "begun": time.time_ns(), "process": delivery.process(), "pid": os.getpid(),
            "threads": self.activity.seen_threads(), "variation": extra.get("reprofs")}
        self.prompt = redact.dumps(item[2], self.hidden)
        # What its nodes read: names in `input` are overwritten easily, and files elsewhere change.
        self.files, outside = _quietly(lambda: _files(item[2])) or ({}, {})
        self.begun["outside"] = outside
        self.done = None
        # Its file in the spool, open until the run is over; None where the spool does not take it.
        self.file = None
        self.inputs = []
        self.has_inputs = threading.Event()

    def forget(self):
        """Lets go of its file in the spool."""
        file, self.file = self.file, None
        if file is not None:
            os.close(file)


def _begin(item):
    run = _Run(item)
    _running[item[1]] = run
    _keeping(run, lambda: spool.begin(run.stem, run.begun, run.prompt))
    if not run.files:
        run.has_inputs.set()
        return
    try:
        # They are hashed now. A thread that is started takes its turn at once.
        threading.Thread(target=_hash_inputs, args=(run,), name="reprofs-inputs", daemon=True).start()
    except BaseException:
        run.has_inputs.set()
        raise


def _keeping(run, body):
    """Writes a step of a run, and says once where that fails: all else goes on as if it had not."""
    global _is_kept
    try:
        run.file = body()
        _is_kept = True
    except Exception as error:
        run.forget()
        if _is_kept:
            log.warning(
                "ReproFS: what runs now is told as ever, but would be lost if ComfyUI ended in the middle of it, since %a cannot "
                "be written: %r", spool.directory(), error)
        _is_kept = False


def _end(run, history):
    activity.end(run.activity)
    run.done = {"ended": time.time_ns(), "process": delivery.process(), "outputs": _outputs(history), **run.activity.told()}
    if run.file is not None:
        def end():
            spool.end(run.file, run.done)
            return run.file

        _keeping(run, end)


def _hash_inputs(run):
    try:
        for name, path in run.files.items():
            told = {"name": name, "path": _outside(path)}
            try:
                size = os.stat(path).st_size
                if run.begun["outside"].get(name) == "outside" and size > OUTSIDE:
                    told["why"] = f"it has {size} bytes, and {OUTSIDE} are the most"
                else:
                    told["sha256"] = _hash(path)
            except OSError as error:
                told["why"] = f"ComfyUI cannot read it: {error.strerror}"
            run.inputs.append(told)
        if run.inputs and run.done is None and run.file is not None:
            spool.write(run.stem, ".inputs", run.inputs)
    except Exception as error:
        log.debug("ReproFS: %r", error)
    finally:
        run.has_inputs.set()


def _files(prompt):
    """The files that a prompt names, by their names; and of those that a node of a pack can have read, in which of ComfyUI's directories
    they lie, `outside` where in none."""
    import nodes

    found, read = {}, {}
    for node in prompt.values():
        kind = nodes.NODE_CLASS_MAPPINGS.get(node.get("class_type"))
        is_packs = (getattr(kind, "RELATIVE_PYTHON_MODULE", None) or "").startswith("custom_nodes.")
        for value in (node.get("inputs") or {}).values():
            # One that makes trouble hides no other.
            path, directory = _quietly(lambda: _named(value, is_packs)) or (None, None)
            if path is not None:
                found[value] = path
                if is_packs and not value.lower().endswith(MODELS):
                    read[value] = directory
    return found, read


def _named(value, is_packs):
    """The regular file that a value names, and its directory: as ComfyUI's own nodes do, or, for a node of a pack, by its whole path or
    beneath ComfyUI's directories. None where it names none."""
    import folder_paths

    if not isinstance(value, str) or len(value) > 1024 or "\0" in value or "\n" in value:
        return None
    # Names have a suffix, and may say at their end which directory is meant.
    is_name = "." in value and _NAME.search(value)
    if is_name:
        # It refuses what leads out of its directories.
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
                    with contextlib.suppress(OSError, ValueError):
                        found[path] = _output(path, node, os.stat(path))
    return list(found.values())


def _told(outputs):
    """Outputs with their hashes; those that are not the files any more that the run left are left out."""
    found = []
    for output in outputs:
        if not isinstance(output, dict):
            continue
        try:
            digest, facts = _hash(output["path"]), os.stat(output["path"])
        except (OSError, ValueError):
            continue
        if (facts.st_size, facts.st_mtime_ns) == (output["size"], output["modified"]):
            found.append({"path": _outside(output["path"]), "root": _outside(_output_root()), "node": output["node"], "sha256": digest})
    return found


def _report(begun, prompt, done, *, inputs, workflow, surroundings):
    """What is told of a run; None where it left no file."""
    outputs = _told(done["outputs"])
    if not outputs:
        return None
    return {
        "schema": "reprofs.report/1", "id": begun["id"], "begun": begun["begun"], "ended": done["ended"],
        "threads": done.get("threads") or begun.get("threads") or [], "nodes": done.get("nodes") or [],
        "changes": done.get("changes") or {}, "outside": begun.get("outside") or {},
        "process": begun["process"] or done.get("process"), "pid": begun["pid"], "prompt": prompt,
        "workflow": workflow, "outputs": outputs, "inputs": inputs, "variation": begun["variation"],
        **(surroundings or {"environment": None, "nodePacks": {}}),
    }


def _is_busy():
    return bool(_running)


def _surroundings():
    """The fields of a report that stay the same while the process runs."""
    packs = {name: _outside(path) for name, path in environment.node_packs().items()}
    return {"environment": environment.constant(), "nodePacks": packs, **environment.places(_outside)}


def _finish(run):
    """Puts the report of a run into the spool, in the place of its steps."""
    try:
        _finish_steps(run)
    finally:
        run.forget()


def _finish_steps(run):
    if run.done is None:
        return
    run.has_inputs.wait(600)
    # ComfyUI notes in the graph what its input files were, so it is taken as it is now; nodes may note there what is not JSON.
    prompt = _as_json(lambda: run.item[2], run.hidden) or run.prompt
    workflow = _as_json(lambda: run.workflow, run.hidden) if run.workflow is not None else None
    told = _surroundings()
    told["environment"] = {**told["environment"], "objectInfo": environment.class_info(run.item[2], _is_busy)}
    report = _report(run.begun, prompt, run.done, inputs=run.inputs, workflow=workflow, surroundings=told)
    try:
        spool.finish(run.stem, report)
    except Exception as error:
        # A full disk, or one that is not to be written: the mount may take it all the same.
        log.debug("ReproFS: %r", error)
        if report is not None:
            delivery.add(report)


def _as_json(value, hidden):
    """A value as JSON without secrets; None where it cannot be."""
    try:
        return redact.dumps(value(), hidden)
    except (TypeError, ValueError, RecursionError):
        return None


def _recover(until):
    """Finishes what a process left that lives no more; `until` is before this one ran anything."""
    for owner, stems in spool.abandoned():
        for stem in stems:
            try:
                _recover_run(owner, stem, until)
            except spool.Foreign as why:
                spool.tell(stem, f"a run that was cut off is not told, {stem!a}: {why}")
            except OSError as error:
                # No room, for one: it is tried again at the next start.
                spool.tell(stem, f"a run that was cut off is told after the next start, {stem!a}: {error}")
            except Exception as error:
                for ending in spool.STEPS:
                    spool.set_aside(stem, ending, error)


def _recover_run(owner, stem, until):
    told = spool.begun(stem)
    if told is None or spool.has_report(stem):
        spool.finish(stem, None)
        return
    begun, prompt, done = told
    workflow = None
    if done is None:
        graph, outputs = json.loads(prompt), []
        for path, facts, texts in recovery.outputs(_output_root(), graph, begun["begun"], until):
            outputs.append(_output(path, None, facts))
            workflow = workflow or texts.get("workflow")
        # All that it opened for them it had opened by then.
        ended = max((output["modified"] for output in outputs), default=begun["begun"]) + recovery.TICK
        done = {"ended": ended, "outputs": outputs}
        workflow = _as_json(lambda: json.loads(workflow), redact.secrets(graph)) if workflow else None
    spool.finish(stem, _report(
        begun, prompt, done, inputs=spool.read(stem, ".inputs") or [], workflow=workflow,
        surroundings=spool.read(owner, ".environment")))


def _kept(body):
    """Whether the spool took something; where it did not, it has been said, or will be when a prompt runs."""
    try:
        body()
    except OSError as error:
        log.debug("ReproFS: %r", error)
        return False
    return True


def _work(start):
    _quietly(delivery.find)
    _quietly(lambda: _recover(start))
    is_told = _quietly(delivery.deliver)
    # All node packs are loaded once prompts are asked for, and none runs yet.
    _is_up.wait()
    surroundings = _quietly(_surroundings)
    _quietly(lambda: environment.read_code(_is_busy))
    while True:
        if surroundings is not None and _kept(lambda: spool.write(spool.OWNER, ".environment", surroundings)):
            surroundings = None
        try:
            run = _tasks.get(timeout=None if is_told else PATIENCE)
        except queue.Empty:
            run = None
        if run is not None:
            # Python runs one thread at a time: the next prompt is not to wait for this one's report.
            time.sleep(PAUSE)
            _quietly(lambda: _finish(run))
        elif delivery.process() is None:
            # It was away at the start.
            _quietly(delivery.find)
        is_told = _quietly(delivery.deliver)
