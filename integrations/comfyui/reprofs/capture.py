"""Sees prompts begin and end, and tells a mount of ReproFS what ran.

Before a prompt runs, and again before it counts as done, a small file goes into the spool; everything else is done on threads of
the pack. So whatever ends in between, ComfyUI, the mount or both: what ran is told after the next start.
"""
import os
import queue
import threading
import time

from . import activity, delivery, environment, inputs, outputs, redact, report, spool, unfinished
from .quiet import log, quietly

# Seconds between two tries to deliver what waits.
PATIENCE = 5
# Seconds from the end of a prompt until its report is made; all that it takes is in the spool by then.
PAUSE = 0.1
_tasks = queue.Queue()
_running = {}
# Runs whose reports no mount was offered yet.
_untold = set()
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
            quietly(lambda: _begin(item[0]))
        return item

    def task_done(self, item_id, history_result, *arguments, **named):
        item = quietly(lambda: self.currently_running.get(item_id))
        run = quietly(lambda: _running.pop(item[1], None)) if item is not None else None
        if run is not None:
            quietly(lambda: _end(run, history_result))
        result = original_done(self, item_id, history_result, *arguments, **named)
        if run is not None:
            _tasks.put(run)
        return result

    prompts.get, prompts.task_done = get, task_done
    quietly(lambda: activity.install(execution))
    _kept(spool.claim)
    threading.Thread(target=_work, args=(time.time_ns(),), name="reprofs", daemon=True).start()
    return True


def untold():
    """How many runs have begun whose reports were not yet offered to a mount."""
    return len(_untold)


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
        self.files, outside = quietly(lambda: inputs.named_in(item[2])) or ({}, {})
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
    _untold.add(run)
    _keeping(run, lambda: spool.begin(run.stem, run.begun, run.prompt))
    if not run.files:
        run.has_inputs.set()
        return
    try:
        # They are hashed now. A thread that is started takes its turn at once.
        threading.Thread(target=inputs.hash_for, args=(run,), name="reprofs-inputs", daemon=True).start()
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
    run.done = {"ended": time.time_ns(), "process": delivery.process(), "outputs": outputs.left_by(history), **run.activity.told()}
    if run.file is not None:
        def end():
            spool.end(run.file, run.done)
            return run.file

        _keeping(run, end)


def _is_busy():
    return bool(_running)


def _kept(body):
    """Whether the spool took something; where it did not, it has been said, or will be when a prompt runs."""
    try:
        body()
    except OSError as error:
        log.debug("ReproFS: %r", error)
        return False
    return True


def _work(start):
    quietly(delivery.find)
    quietly(lambda: unfinished.tell(start))
    is_told = quietly(delivery.deliver)
    # All node packs are loaded once prompts are asked for, and none runs yet.
    _is_up.wait()
    surroundings = quietly(report.surroundings)
    quietly(lambda: environment.read_code(_is_busy))
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
            quietly(lambda: report.finish(run, _is_busy))
            run.forget()
        elif delivery.process() is None:
            # It was away at the start.
            quietly(delivery.find)
        is_told = quietly(delivery.deliver)
        _untold.discard(run)
