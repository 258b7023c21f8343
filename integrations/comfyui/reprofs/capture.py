"""Notices when prompts begin and end, and reports what ran to a mount of ReproFS.

Before a prompt runs, and again before it counts as done, the pack writes to its spool; everything else is done on the pack's own
threads. So even if ComfyUI, the mount or both end in between, the run is reported after the next start.
"""
import os
import queue
import threading
import time

from . import activity, delivery, environment, inputs, outputs, redact, report, spool, unfinished
from .quiet import log, quietly

# Seconds between two tries to deliver what waits.
PATIENCE = 5
# Seconds from the end of a prompt until its report is made; everything that the report needs is in the spool by then.
PAUSE = 0.1
_tasks = queue.Queue()
_running = {}
# Runs whose reports no mount was offered yet.
_untold = set()
# Whether the last step could be written to the spool.
_is_kept = True
_is_up = threading.Event()


def install():
    """Wraps the methods of ComfyUI's queue. If a version has no such queue, nothing is captured. Returns whether it captures.

    REPROFS_CAPTURE=off switches it off: ReproFS itself records the runs of a ComfyUI that it starts.
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
    """One prompt, from its beginning until its report is in the spool."""

    def __init__(self, item):
        self.item = item
        self.stem = spool.new_stem()
        extra = item[3] if len(item) > 3 and isinstance(item[3], dict) else {}
        told = extra.get("extra_pnginfo")
        self.workflow = told.get("workflow") if isinstance(told, dict) else None
        self.hidden = redact.secrets(item[2])
        # This is made on the thread that runs the prompt.
        self.activity = activity.begin(item[1])
        # Reported whether or not the run comes to its end.
        self.begun = {
            "id": item[1], "begun": time.time_ns(), "process": delivery.process(), "pid": os.getpid(),
            "threads": self.activity.seen_threads(), "variation": extra.get("reprofs")}
        self.prompt = redact.dumps(item[2], self.hidden)
        # The files that its nodes read: those in `input` are easily overwritten, and files elsewhere change.
        self.files, outside = quietly(lambda: inputs.named_in(item[2])) or ({}, {})
        self.begun["outside"] = outside
        self.done = None
        # Its file in the spool, open until the run is over; None if it could not be written.
        self.file = None
        self.inputs = []
        self.has_inputs = threading.Event()

    def forget(self):
        """Closes its file in the spool."""
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
        # They are hashed now, on a thread that begins at once.
        threading.Thread(target=inputs.hash_for, args=(run,), name="reprofs-inputs", daemon=True).start()
    except BaseException:
        run.has_inputs.set()
        raise


def _keeping(run, body):
    """Writes a step of a run. A failure is logged once; everything else goes on."""
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
    """Whether something could be written to the spool; a failure has been logged, or will be when a prompt runs."""
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
    # When the queue is first asked for a prompt, all node packs are loaded and no prompt runs yet.
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
            # Python runs one thread at a time: the next prompt should not wait for this one's report.
            time.sleep(PAUSE)
            quietly(lambda: report.finish(run, _is_busy))
            run.forget()
        elif delivery.process() is None:
            # The mount was away at the start.
            quietly(delivery.find)
        is_told = quietly(delivery.deliver)
        _untold.discard(run)
