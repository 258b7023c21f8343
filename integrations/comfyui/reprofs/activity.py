"""Records which threads run a prompt, when each node runs, and what nodes say about whether they changed.

The mount sees which thread opens a model; these records tell it for which run and which node. Only the thread that runs the prompt
counts, and the threads that it starts: files that a manager or a preview opens during the run belong to other threads.
"""
import functools
import hashlib
import inspect
import json
import math
import threading
import time

# The largest numbers of nodes and threads of one run, and of remembered values of nodes.
LIMIT = 4000
_current = {}
_values = {}


class Activity:
    """The activity during one prompt."""

    def __init__(self, prompt):
        self.prompt = prompt
        self.threads = {threading.get_native_id()}
        self.spans = []
        self.changes = {}

    def seen_threads(self):
        return sorted(self.threads)[:LIMIT]

    def told(self):
        return {"threads": self.seen_threads(), "nodes": self.spans[:LIMIT], "changes": dict(self.changes)}


def begin(prompt):
    """A prompt begins on this thread."""
    found = Activity(prompt)
    _current[prompt] = found
    threading.current_thread()._reprofs = found
    return found


def end(activity):
    _current.pop(activity.prompt, None)
    if getattr(threading.current_thread(), "_reprofs", None) is activity:
        del threading.current_thread()._reprofs


def install(execution):
    """Wraps the methods of ComfyUI's executor. If a version has other methods, less is recorded."""
    _watch_threads()
    _watch_nodes(execution)
    _watch_changes(execution)


def _watch_threads():
    original = threading.Thread.start

    @functools.wraps(original)
    def start(self, *arguments, **named):
        run = getattr(threading.current_thread(), "_reprofs", None)
        # A thread that is started by a thread of the run belongs to the run too, so it is marked before it begins.
        if run is not None and _current.get(run.prompt) is run:
            self._reprofs = run
        result = original(self, *arguments, **named)
        if run is not None and self.native_id is not None:
            run.threads.add(self.native_id)
        return result

    threading.Thread.start = start


def _watch_nodes(execution):
    original = getattr(execution, "execute", None)
    names = list(inspect.signature(original).parameters) if callable(original) else []
    if "current_item" not in names or "prompt_id" not in names:
        return
    node_at, prompt_at = names.index("current_item"), names.index("prompt_id")

    def noted(arguments, begun):
        run = _current.get(arguments[prompt_at]) if len(arguments) > max(node_at, prompt_at) else None
        if run is not None and len(run.spans) < LIMIT:
            run.spans.append({"id": str(arguments[node_at]), "begun": begun, "ended": time.time_ns()})

    if inspect.iscoroutinefunction(original):
        @functools.wraps(original)
        async def execute(*arguments, **named):
            begun = time.time_ns()
            try:
                return await original(*arguments, **named)
            finally:
                noted(arguments, begun)
    else:
        @functools.wraps(original)
        def execute(*arguments, **named):
            begun = time.time_ns()
            try:
                return original(*arguments, **named)
            finally:
                noted(arguments, begun)

    execution.execute = execute


def _watch_changes(execution):
    """The results of IS_CHANGED and fingerprint_inputs, which the executor keeps in the node as is_changed."""
    cache = getattr(execution, "IsChangedCache", None)
    original = getattr(cache, "get", None)
    if original is None:
        return

    def noted(self, node, value):
        run = getattr(threading.current_thread(), "_reprofs", None)
        if run is None or len(run.changes) >= LIMIT:
            return
        try:
            said = self.dynprompt.get_node(node)
            # There is a value only if the class has the method; otherwise ComfyUI has False.
            if "is_changed" in said:
                run.changes[str(node)] = judge(said, value)
        except Exception:
            # A value that cannot be recorded must not fail the prompt.
            return

    if inspect.iscoroutinefunction(original):
        @functools.wraps(original)
        async def get(self, node_id, *arguments, **named):
            value = await original(self, node_id, *arguments, **named)
            noted(self, node_id, value)
            return value
    else:
        @functools.wraps(original)
        def get(self, node_id, *arguments, **named):
            value = original(self, node_id, *arguments, **named)
            noted(self, node_id, value)
            return value

    cache.get = get


def judge(node, value):
    """`never` for a value that is not even equal to itself, `differs` if it was another one for equal inputs before, otherwise `same`.
    The value of a node with a file as its input changes with the file, which says nothing about the node."""
    if _is_nan(value):
        return "never"
    inputs = node.get("inputs") or {}
    texts = [item for item in inputs.values() if isinstance(item, str)]
    if any("." in text and len(text) < 1024 for text in texts):
        return "same"
    try:
        key = hashlib.sha256(json.dumps([node.get("class_type"), inputs], sort_keys=True).encode()).digest()
    except (TypeError, ValueError):
        return "same"
    # An input from another node may have another value although the link is the same.
    if any(isinstance(item, list) for item in inputs.values()):
        return "same"
    if len(_values) >= LIMIT:
        _values.clear()
    return "differs" if _values.setdefault(key, repr(value)) != repr(value) else "same"


def _is_nan(value):
    if isinstance(value, float):
        return math.isnan(value)
    # For a list of inputs there is one value each.
    return isinstance(value, (list, tuple)) and any(map(_is_nan, value))
