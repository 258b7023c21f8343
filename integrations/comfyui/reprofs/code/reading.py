"""Follows a node class from its function through `self`, names, imports and constructed classes, within its pack."""
import ast
import os
import sys
import time

from .findings import Findings
from .own_files import OwnFiles
from .rules import ORDERING, SEEDING
from .source import Source, Unread

# The limits for one class: files, and seconds.
FILES, SECONDS = 300, 5
# Methods by which ComfyUI asks about a node; its outputs do not depend on them.
ASKED = {"INPUT_TYPES", "IS_CHANGED", "VALIDATE_INPUTS", "define_schema", "fingerprint_inputs", "validate_inputs"}


class Reading(Findings):
    """The reading of one class. `modules` are the sources that were read before, by module name."""

    def __init__(self, root, modules):
        super().__init__(root)
        self.modules = modules
        self.until = time.monotonic() + SECONDS
        self.seen, self.queue = set(), []

    def module(self, name):
        """The pack's module of this name; None if the module is not the pack's."""
        path = getattr(sys.modules.get(name), "__file__", None)
        if path is None or not (os.path.realpath(path) + os.sep).startswith(self.root + os.sep):
            return None
        if time.monotonic() > self.until or len(self.modules) > FILES:
            raise Unread("it reaches too much code")
        if not path.endswith(".py"):
            raise Unread(f"{os.path.basename(path)} is not a Python source")
        if name not in self.modules:
            try:
                self.modules[name] = Source(path, name)
            except (OSError, SyntaxError, ValueError, RecursionError) as error:
                raise Unread(f"{os.path.basename(path)} cannot be read: {type(error).__name__}") from error
        return self.modules[name]

    def read(self, kind):
        self.function = "execute" if hasattr(kind, "GET_NODE_INFO_V1") else getattr(kind, "FUNCTION", None)
        self.method(kind, self.function)
        while self.queue:
            self.body(*self.queue.pop())
        if not self.seen:
            raise Unread("its code is not where its class is")
        return self.found

    def method(self, kind, function):
        """The methods of a class that its function reaches, including those of its base classes in the pack."""
        # One node object serves many runs, so its `__init__` may have read files before this one.
        wanted, done = [(function, False), ("__init__", True)], set()
        bases = []
        for base in kind.__mro__:
            module = self.module(base.__module__)
            if module is not None:
                node = module.tops.get(base.__qualname__)
                if not isinstance(node, ast.ClassDef):
                    raise Unread(f"{base.__qualname__} is made as the pack runs")
                bases.append((module, node))
        while wanted:
            name, is_kept = wanted.pop()
            if (name, is_kept) in done:
                continue
            done.add((name, is_kept))
            for module, node in bases:
                body = next((item for item in node.body if getattr(item, "name", None) == name), None)
                if body is not None:
                    self.queue.append((module, body, node.name, is_kept))
                    wanted += [(item.attr, is_kept) for item in ast.walk(body) if isinstance(item, ast.Attribute)
                               and isinstance(item.value, ast.Name) and item.value.id in ("self", "cls", node.name)]
                    break
            else:
                if name == function:
                    raise Unread(f"its function {name!r} is not in its class")

    def body(self, module, node, owner, is_kept):
        # Values made at the top of a module, or kept by a decorator, are from before the run.
        is_function = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        is_kept = is_kept or not is_function or any(self.name(module, one) not in ("staticmethod", "classmethod", "property")
                                                    for one in node.decorator_list)
        key = (module.name, node.lineno, getattr(node, "name", ""), is_kept)
        if key in self.seen:
            return
        self.seen.add(key)
        if time.monotonic() > self.until:
            raise Unread("it takes too long to read")
        calls = [item for item in ast.walk(node) if isinstance(item, ast.Call)]
        names = {id(call): self.name(module, call.func) for call in calls}
        seeded = tuple(SEEDING[names[id(call)]] for call in calls if names[id(call)] in SEEDING and self.has_seed(call))
        self.sources, self.is_kept = self.paths(module, node, owner), is_kept
        self.own = OwnFiles(self, module, node)
        self.ordered = {id(inner) for call in calls if names[id(call)] in ORDERING for part in call.args for inner in ast.walk(part)}
        for call in calls:
            self.call(module, call, names[id(call)], seeded)
        self.state(module, node, owner)
        for item in ast.walk(node):
            if isinstance(item, (ast.Name, ast.Attribute)) and self.name(module, item) in ("os.environ", "os.environb"):
                self.tell("environment", module, item, "os.environ")
            if isinstance(item, (ast.Name, ast.Attribute)) and isinstance(item.ctx, ast.Load):
                self.follow(module, item)

    def follow(self, module, item):
        if isinstance(item, ast.Name) and item.id in module.tops:
            return self.enter(module, module.tops[item.id])
        name = self.name(module, item)
        if name is None or "." not in name:
            return None
        place, _, top = name.rpartition(".")
        other = self.module(place)
        if other is not None and top in other.tops:
            return self.enter(other, other.tops[top])
        # A name that an __init__ module re-exports.
        if other is not None and top in other.aliases:
            place, _, top = other.aliases[top].rpartition(".")
            further = self.module(place)
            if further is not None and top in further.tops:
                return self.enter(further, further.tops[top])
        return None

    def enter(self, module, node):
        if not isinstance(node, ast.ClassDef):
            self.queue.append((module, node, None, self.is_kept))
            return
        for base in node.bases:
            self.follow(module, base)
        self.queue += [(module, item, node.name, self.is_kept) for item in node.body
                       if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)) and item.name not in ASKED]
