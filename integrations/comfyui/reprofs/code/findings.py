"""Judges one function: which of its calls, and which values that it keeps, may differ between runs."""
import ast
import os

from .rules import (BEYOND, CALLS, CHANGING, DRAWS_NOTHING, LISTING, METHODS, MODELS, PATHS, SEEDING, TEXTS, WITH_SEED, is_none, is_seeded,
                    matches)

# The largest number of findings for one class.
FINDINGS = 8


class Findings:
    """The findings in the judged functions, as a report has them."""

    def __init__(self, root):
        self.root, self.found = root, []
        # The function that ComfyUI calls, and the origins of the paths in the judged function.
        self.function, self.sources = None, {}
        # Whether that function may have run before and keeps values; which values in it are sorted; which files belong to the pack.
        self.is_kept, self.ordered, self.own = False, set(), None

    def name(self, module, node):
        """The full name, `numpy.random.rand` for `np.random.rand`; None for anything but a plain name."""
        parts = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        return ".".join([module.aliases.get(node.id, node.id), *reversed(parts)])

    @staticmethod
    def has_seed(call):
        values = [*call.args, *(key.value for key in call.keywords)]
        return bool(values) and not is_none(values[0])

    def paths(self, module, node, owner):
        """The origins of the variables of a function that are paths: ("input", name) for a path from the graph, ("models", None) for one
        that ComfyUI found among its models. Only variables that are set once count, and only values from path functions."""
        stored = [item.id for item in ast.walk(node) if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)]
        found = {}
        # The arguments of the node's function come from the graph.
        if owner is not None and getattr(node, "name", None) == self.function:
            found = {argument.arg: ("input", argument.arg) for argument in node.args.args + node.args.kwonlyargs
                     if argument.arg not in stored}
        self.sources = found
        for item in sorted((item for item in ast.walk(node) if isinstance(item, ast.Assign)), key=lambda item: item.lineno):
            target = item.targets[0]
            if len(item.targets) == 1 and isinstance(target, ast.Name) and stored.count(target.id) == 1:
                source = self.source(module, item.value)
                if source is not None:
                    found[target.id] = source
        return found

    def source(self, module, value):
        """The origin of a path; None if it is unknown."""
        if isinstance(value, ast.Name):
            return self.sources.get(value.id)
        if isinstance(value, ast.Constant):
            return ("constant", None)
        if not isinstance(value, ast.Call):
            return None
        name = self.name(module, value.func) or ""
        if name in MODELS:
            return ("models", None)
        if not matches(name, PATHS) or matches(name, CALLS["files"]):
            return None
        parts = {self.source(module, part) for part in [*value.args, *(key.value for key in value.keywords)]}
        told = parts - {("constant", None)}
        return told.pop() if len(told) == 1 else None if told else ("constant", None)

    def call(self, module, call, name, seeded):
        if name == "hash" and name not in module.tops:
            return self.tell("hash", module, call, name)
        if name in ("eval", "exec", "__import__", "importlib.import_module"):
            return self.tell("dynamic", module, call, name)
        if name == "open" or (name is None or "." in name) and getattr(call.func, "attr", None) == "open" and name != "Image.open":
            mode = call.args[1] if len(call.args) > 1 else next((k.value for k in call.keywords if k.arg == "mode"), None)
            mode = mode.value if isinstance(mode, ast.Constant) and isinstance(mode.value, str) else "r"
            # Opening a file only for writing does not read it.
            if "r" not in mode and "+" not in mode:
                return None
            own = self.own_of(call, name) if mode in ("r", "rb", "rt") else None
            return self.tell("files", module, call, name or "open", self.input(module, call), own)
        method = METHODS.get(getattr(call.func, "attr", None)) if name is None or not matches(name, CALLS["files"]) else None
        if method == "files":
            return self.tell(method, module, call, call.func.attr, self.input(module, call), self.own_of(call, name))
        if method == "chance" and not is_seeded("torch.", seeded, call):
            return self.tell(method, module, call, call.func.attr)
        if name is None:
            return None
        if matches(name, DRAWS_NOTHING) or self.has_seed(call) and (name in SEEDING or name in WITH_SEED):
            return None
        for kind, names in CALLS.items():
            if not matches(name, names):
                continue
            if kind == "chance" and is_seeded(name, seeded, call):
                return None
            given = self.source_of(module, call) if kind in ("files", "weights") else None
            if kind == "weights" and given == ("models", None):
                return None
            own = self.own_of(call, name) if kind in ("files", "weights") else None
            return self.tell(kind, module, call, name, given[1] if given and given[0] == "input" else None, own)
        return None

    def own_of(self, call, name):
        """The pack's own file or directory that a call reads during the run."""
        if self.is_kept or name is not None and matches(name, BEYOND):
            return None
        method = getattr(call.func, "attr", None)
        if (name if name in LISTING else method) in LISTING and id(call) not in self.ordered:
            return None
        if isinstance(call.func, ast.Attribute) and (path := self.own.path(call.func.value)) is not None:
            return path
        return self.own.path(call.args[0]) if call.args else None

    def source_of(self, module, call):
        """The origin of the path that a call reads: `open(path)`, `Path(path).open()`."""
        of = call.func.value if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, (ast.Call, ast.Name)) else None
        of = of if of is not None and self.source(module, of) is not None else call.args[0] if call.args else None
        return None if of is None else self.source(module, of)

    def input(self, module, call):
        """The input of the node that names the file that a call reads; None if no input does."""
        source = self.source_of(module, call)
        return source[1] if source and source[0] == "input" else None

    def state(self, module, node, owner):
        outer = {name for item in ast.walk(node) if isinstance(item, ast.Global) for name in item.names}
        own = {item.id for item in ast.walk(node) if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)} - outer
        # A default value is made once and kept.
        kept = module.values - own
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            arguments = [*node.args.posonlyargs, *node.args.args]
            pairs = [*zip(arguments[len(arguments) - len(node.args.defaults):], node.args.defaults),
                     *zip(node.args.kwonlyargs, node.args.kw_defaults)]
            kept |= {argument.arg for argument, value in pairs if isinstance(value, (ast.List, ast.Dict, ast.Set, ast.Call))}
        loads = {}
        for item in ast.walk(node):
            if isinstance(item, ast.Attribute) and isinstance(item.ctx, ast.Load) and self.is_own(item):
                loads.setdefault(item.attr, item.lineno)
        for item in ast.walk(node):
            if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store) and item.id in outer:
                self.tell("state", module, item, item.id)
            elif isinstance(item, ast.AugAssign) and isinstance(item.target, ast.Attribute) and self.is_own(item.target):
                self.tell("state", module, item, ast.unparse(item.target))
            elif isinstance(item, (ast.Attribute, ast.Subscript)) and isinstance(item.ctx, ast.Store):
                base = item.value
                is_class = isinstance(item, ast.Attribute) and (
                    isinstance(base, ast.Name) and base.id in ("cls", owner) or isinstance(base, ast.Attribute) and base.attr == "__class__"
                    or isinstance(base, ast.Call) and isinstance(base.func, ast.Name) and base.func.id == "type")
                is_kept = (isinstance(item, ast.Attribute) and self.is_own(item) and getattr(node, "name", "") != "__init__"
                           and loads.get(item.attr, item.lineno + 1) <= item.lineno)
                if is_class or is_kept or isinstance(base, ast.Name) and base.id in kept:
                    self.tell("state", module, item, ast.unparse(item))
            elif isinstance(item, ast.Call) and isinstance(item.func, ast.Name) and item.func.id == "next" and item.args and (
                    isinstance(item.args[0], ast.Name) and item.args[0].id in kept):
                self.tell("state", module, item, item.args[0].id)
            elif isinstance(item, ast.Call) and isinstance(item.func, ast.Attribute) and item.func.attr in CHANGING:
                base = item.func.value
                if isinstance(base, ast.Name) and base.id in kept:
                    self.tell("state", module, item, base.id)

    @staticmethod
    def is_own(item):
        return isinstance(item.value, ast.Name) and item.value.id == "self"

    def tell(self, kind, module, node, what, given=None, own=None):
        told = {"kind": kind, "text": TEXTS[kind], "what": what, "line": node.lineno,
                "file": os.path.relpath(os.path.realpath(module.path), self.root)}
        if given is not None:
            told["input"] = given
        if own is not None:
            told["own"] = own
        if told not in self.found and len(self.found) < FINDINGS:
            self.found.append(told)
