"""As much of ComfyUI's queue and executor as node packs look at."""
import threading
import types

import nodes


class PromptQueue:
    def __init__(self):
        self.items, self.flags, self.lock = [], {}, threading.Condition()
        self.currently_running, self.history, self.count = {}, {}, 0

    def put(self, item):
        with self.lock:
            self.items.append(item)
            self.lock.notify()

    def get(self, timeout=None):
        with self.lock:
            if not self.items:
                self.lock.wait(timeout)
            if not self.items:
                return None
            item, self.count = self.items.pop(0), self.count + 1
            self.currently_running[self.count] = item
            return item, self.count

    def task_done(self, item_id, history_result, status=None):
        with self.lock:
            item = self.currently_running.pop(item_id)
            self.history[item[1]] = {"prompt": item, "status": status._asdict(), **history_result}

    def get_history(self, max_items=None):
        with self.lock:
            return dict(list(self.history.items())[-(max_items or 1 << 30):])

    def set_flag(self, name, value):
        with self.lock:
            self.flags[name] = value
            self.lock.notify()

    def take_flags(self):
        with self.lock:
            flags, self.flags = self.flags, {}
            return flags


class Status(types.SimpleNamespace):
    def _asdict(self): return dict(self.__dict__)


class IsChangedCache:
    """As much of the executor's cache as tells what a node says of itself."""
    def __init__(self, prompt): self.prompt, self.dynprompt = prompt, self
    def get_node(self, node_id): return self.prompt[node_id]

    def get(self, node_id):
        node = self.prompt[node_id]
        asked = getattr(nodes.NODE_CLASS_MAPPINGS.get(node["class_type"]), "IS_CHANGED", None)
        if asked is None:
            return False
        node["is_changed"] = [asked(**plain(node["inputs"]))]
        return node["is_changed"]


def plain(inputs): return {key: value for key, value in inputs.items() if not isinstance(value, list)}


def execute(server, dynprompt, caches, current_item, extra_data, executed, prompt_id):
    """Runs a node of a pack, on the thread that runs the prompt."""
    node = dynprompt[current_item]
    kind = nodes.PACKED[node["class_type"]]
    instance = caches[node["class_type"]] = caches.get(node["class_type"]) or kind()
    executed[current_item] = repr(getattr(instance, kind.FUNCTION)(**plain(node["inputs"])))
