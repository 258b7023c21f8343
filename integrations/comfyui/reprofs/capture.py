"""Sees prompts begin and end, and tells a mount of ReproFS what ran. All its work is on threads of its own."""
import hashlib
import json
import logging
import os
import queue
import threading
import time
import uuid

from . import environment, redact

log = logging.getLogger("reprofs")
_tasks = queue.Queue()
_begun = {}


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
        item = original_get(self, *arguments, **named)
        _quietly(lambda: item is not None and _begin(item[0]))
        return item

    def task_done(self, item_id, history_result, *arguments, **named):
        item = _quietly(lambda: self.currently_running.get(item_id))
        status = named.get("status", arguments[0] if arguments else None)
        result = original_done(self, item_id, history_result, *arguments, **named)
        if item is not None:
            _quietly(lambda: _tasks.put((item, history_result, status, time.time_ns())))
        return result

    prompts.get, prompts.task_done = get, task_done
    threading.Thread(target=_work, name="reprofs", daemon=True).start()


def _quietly(body):
    try:
        return body()
    except Exception as error:
        log.debug("ReproFS: %r", error)


def _begin(item):
    """Starts hashing the prompt's input files: names in `input` are overwritten easily."""
    files = {}
    done = threading.Event()
    _begun[item[1]] = (files, done)
    while len(_begun) > 64:
        _begun.pop(next(iter(_begun)))

    def hash_all():
        try:
            for name, path in _input_files(item[2]).items():
                files[name] = {"name": name, "path": _outside(path), "sha256": _hash(path)}
        except Exception as error:
            log.debug("ReproFS: %r", error)
        finally:
            done.set()

    threading.Thread(target=hash_all, name="reprofs-inputs", daemon=True).start()


def _input_files(prompt):
    import folder_paths

    found = {}
    for node in prompt.values():
        for value in (node.get("inputs") or {}).values():
            if not isinstance(value, str) or not 0 < len(value) < 1024 or "\n" in value or "." not in value:
                continue
            path = folder_paths.get_annotated_filepath(value)
            root = os.path.dirname(os.path.abspath(folder_paths.get_input_directory()))
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


def _outputs(history):
    import folder_paths

    root = os.path.abspath(folder_paths.get_output_directory())
    found = {}
    for node, output in (history.get("outputs") or {}).items():
        for files in output.values() if isinstance(output, dict) else ():
            for file in files if isinstance(files, (list, tuple)) else ():
                if isinstance(file, dict) and file.get("filename") and file.get("type") == "output":
                    path = os.path.join(root, file.get("subfolder") or "", file["filename"])
                    if os.path.isfile(path):
                        found[path] = {"path": _outside(path), "root": _outside(root), "node": node, "sha256": _hash(path)}
    return list(found.values())


def report(item, history, ended):
    """What is told of one run; None where it left no file."""
    prompt_id, prompt, extra = item[1], item[2], item[3] if len(item) > 3 else {}
    outputs = _outputs(history)
    if not outputs:
        return None
    files, done = _begun.pop(prompt_id, ({}, None))
    if done is not None:
        done.wait(600)
    hidden = redact.secrets(prompt)
    workflow = (extra.get("extra_pnginfo") or {}).get("workflow") if isinstance(extra, dict) else None
    variation = extra.get("reprofs") if isinstance(extra, dict) else None
    text = lambda value: json.dumps(redact.without(value, hidden))
    mount, me = _me()
    return {
        "schema": "reprofs.report/1", "id": prompt_id, "ended": ended, "process": me, "pid": os.getpid(),
        "prompt": text(prompt), "workflow": text(workflow) if workflow is not None else None, "outputs": outputs,
        "inputs": list(files.values()), "variation": variation,
        "environment": {**environment.constant(), "objectInfo": environment.class_info(prompt)},
        "nodePacks": {name: _outside(path) for name, path in environment.node_packs().items()},
        **environment.places(_outside),
    }


def _mounts():
    """Directories that may be mount points of ReproFS: above those where ComfyUI looks for models."""
    import folder_paths

    if os.environ.get("REPROFS_MOUNT"):
        yield os.environ["REPROFS_MOUNT"]
    seen = set()
    for paths, *_ in list(folder_paths.folder_names_and_paths.values()):
        for path in paths:
            for place in (os.path.abspath(path), os.path.realpath(path)):
                while place not in seen and place != os.path.dirname(place):
                    seen.add(place)
                    place = os.path.dirname(place)
                    yield place


def _me():
    """The mount point and who this process is to the mount: its own process number means nothing across containers."""
    for mount in _mounts():
        try:
            with open(os.path.join(mount, ".reprofs", "whoami"), "rb") as file:
                return mount, json.load(file).get("process")
        except (OSError, ValueError):
            continue
    return None, None


def _spool():
    import folder_paths

    user = getattr(folder_paths, "get_user_directory", lambda: os.path.join(folder_paths.base_path, "user"))()
    return os.path.join(user, "reprofs", "spool")


def _deliver(body):
    """Hands a report to a mount; it is kept there when the file is closed. False where there is no mount."""
    mount, _ = _me()
    if mount is None:
        return False
    try:
        with open(os.path.join(mount, ".reprofs", "reports"), "wb", buffering=0) as file:
            view = memoryview(body)
            while view:
                view = view[file.write(view):]
        return True
    except OSError as error:
        log.debug("ReproFS: %r", error)
        return False


def _keep(body):
    os.makedirs(_spool(), exist_ok=True)
    path = os.path.join(_spool(), f"{time.time_ns()}-{uuid.uuid4().hex[:8]}.json")
    with open(path + ".part", "wb") as file:
        file.write(body)
    os.replace(path + ".part", path)


def _told_earlier():
    """Delivers what could not be delivered before. A report that is refused is put aside, so that it stops nothing."""
    if not os.path.isdir(_spool()):
        return
    for name in sorted(os.listdir(_spool())):
        if not name.endswith(".json"):
            continue
        path = os.path.join(_spool(), name)
        with open(path, "rb") as file:
            body = file.read()
        if not _deliver(body):
            if _me()[0] is None:
                return
            os.replace(path, path + ".refused")
            continue
        os.remove(path)


def _work():
    is_away = False
    _quietly(_told_earlier)
    while True:
        item, history, status, ended = _tasks.get()
        try:
            if status is not None and getattr(status, "status_str", "success") != "success":
                _begun.pop(item[1], None)
                continue
            told = report(item, history, ended)
            if told is None:
                continue
            body = json.dumps(told).encode()
            _told_earlier()
            if _deliver(body):
                is_away = False
            else:
                _keep(body)
                if not is_away:
                    log.warning("ReproFS cannot be reached; what ran is kept in %s and told later.", _spool())
                is_away = True
        except Exception as error:
            log.warning("ReproFS: a run was not recorded: %r", error)
