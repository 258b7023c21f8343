"""Reads what the code of a node class can reach within its pack, for what does not repeat: chance without a seed, clocks, the
network, files, environment variables, state that is kept between runs, other processes.

It is read with Python's `ast`, nothing is run, and an import alone says nothing. What is passed in from elsewhere is not followed.
What could not be read says so: it counts as not known.
"""
import ast
import hashlib
import json
import logging
import os
import sys
import time

from . import spool

log = logging.getLogger("reprofs")
# Bytes of a file, files and seconds for one class, and findings that are told of it.
FILE, FILES, SECONDS, FINDINGS = 2 << 20, 300, 5, 8
# What is found changes with this number.
VERSION = 1

CALLS = {
    "chance": ("random.", "numpy.random.", "secrets.", "os.urandom", "uuid.uuid1", "uuid.uuid4", "torch.rand", "torch.normal",
               "torch.bernoulli", "torch.multinomial", "torch.poisson"),
    "clock": ("time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.strftime", "datetime.datetime.now",
              "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"),
    "network": ("requests.", "urllib.request.", "http.client.", "httpx.", "aiohttp.", "socket.", "websocket.", "websockets."),
    "files": ("os.listdir", "os.scandir", "os.walk", "os.stat", "os.path.getmtime", "glob.", "numpy.load", "json.load",
              "folder_paths.get_filename_list"),
    "environment": ("os.getenv", "os.environ"),
    "process": ("subprocess.", "os.system", "os.popen", "os.spawn", "os.fork", "multiprocessing."),
}
# Methods that list or read files, whatever they are called on.
METHODS = {"iterdir": "files", "rglob": "files", "read_text": "files", "read_bytes": "files"}
SEEDING = ("random.seed", "numpy.random.seed", "torch.manual_seed", "torch.random.manual_seed", "torch.cuda.manual_seed")
WITH_SEED = ("random.Random", "numpy.random.default_rng", "numpy.random.RandomState", "numpy.random.SeedSequence",
             "numpy.random.PCG64", "numpy.random.Generator", "random.setstate", "numpy.random.set_state")
# Methods by which ComfyUI asks a node what it is; they make no part of what it gives.
ASKED = {"INPUT_TYPES", "IS_CHANGED", "VALIDATE_INPUTS", "define_schema", "fingerprint_inputs", "validate_inputs"}
CHANGING = {"append", "extend", "insert", "add", "update", "setdefault", "pop", "popitem", "clear", "remove", "discard"}
TEXTS = {"chance": "draws without a seed", "clock": "reads a clock", "network": "uses the network", "files": "reads files or lists them",
         "environment": "reads environment variables", "process": "starts another process", "state": "keeps state between runs",
         "dynamic": "runs code that is made as it goes"}


class Unread(Exception):
    """Code that cannot be read, with the reason."""


class _Module:
    """A file of a pack: its top names, and what its imports stand for."""

    def __init__(self, path, name):
        if os.path.getsize(path) > FILE:
            raise Unread(f"{os.path.basename(path)} is too long")
        with open(path, "rb") as file:
            tree = ast.parse(file.read())
        self.path, self.name = path, name
        self.package = name if os.path.basename(path) == "__init__.py" else name.rpartition(".")[0]
        self.tops, self.aliases, self.values = {}, {}, set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name if alias.asname else alias.name.partition(".")[0]
                    self.aliases[alias.asname or top] = top
            elif isinstance(node, ast.ImportFrom):
                base = self._base(node)
                for alias in node.names:
                    self.aliases[alias.asname or alias.name] = f"{base}.{alias.name}"
        for node in tree.body:
            for inner in ast.walk(node) if isinstance(node, (ast.If, ast.Try)) else [node]:
                if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    self.tops.setdefault(inner.name, inner)
                elif isinstance(inner, (ast.Assign, ast.AnnAssign)):
                    for target in inner.targets if isinstance(inner, ast.Assign) else [inner.target]:
                        if isinstance(target, ast.Name):
                            self.values.add(target.id)
                            # A function may be kept under a name.
                            self.tops.setdefault(target.id, inner)

    def _base(self, node):
        if not node.level:
            return node.module or ""
        parts = self.package.split(".")
        parts = parts[:len(parts) - node.level + 1]
        return ".".join(parts + ([node.module] if node.module else []))


class _Reading:
    def __init__(self, root, modules):
        self.root, self.modules = root, modules
        self.until = time.monotonic() + SECONDS
        self.found, self.seen, self.queue = [], set(), []

    def module(self, name):
        """The pack's module of this name; None where it is another's."""
        path = getattr(sys.modules.get(name), "__file__", None)
        if path is None or not (os.path.realpath(path) + os.sep).startswith(self.root + os.sep):
            return None
        if time.monotonic() > self.until or len(self.modules) > FILES:
            raise Unread("it reaches too much code")
        if not path.endswith(".py"):
            raise Unread(f"{os.path.basename(path)} is no Python source")
        if name not in self.modules:
            try:
                self.modules[name] = _Module(path, name)
            except (OSError, SyntaxError, ValueError, RecursionError) as error:
                raise Unread(f"{os.path.basename(path)} cannot be read: {type(error).__name__}") from error
        return self.modules[name]

    def read(self, kind):
        function = "execute" if hasattr(kind, "GET_NODE_INFO_V1") else getattr(kind, "FUNCTION", None)
        self.method(kind, function)
        while self.queue:
            self.body(*self.queue.pop())
        if not self.seen:
            raise Unread("its code is not where its class is")
        return self.found

    def method(self, kind, function):
        """The methods of a class that its function reaches, also those of its bases in the pack."""
        wanted, done = [function, "__init__"], set()
        bases = []
        for base in kind.__mro__:
            module = self.module(base.__module__)
            if module is not None:
                node = module.tops.get(base.__qualname__)
                if not isinstance(node, ast.ClassDef):
                    raise Unread(f"{base.__qualname__} is made as the pack runs")
                bases.append((module, node))
        while wanted:
            name = wanted.pop()
            if name in done:
                continue
            done.add(name)
            for module, node in bases:
                body = next((item for item in node.body if getattr(item, "name", None) == name), None)
                if body is not None:
                    self.queue.append((module, body, node.name))
                    wanted += [item.attr for item in ast.walk(body) if isinstance(item, ast.Attribute)
                               and isinstance(item.value, ast.Name) and item.value.id in ("self", "cls", node.name)]
                    break
            else:
                if name == function:
                    raise Unread(f"its function {name!r} is not in its class")

    def body(self, module, node, owner=None):
        key = (module.name, node.lineno, getattr(node, "name", ""))
        if key in self.seen:
            return
        self.seen.add(key)
        if time.monotonic() > self.until:
            raise Unread("it takes too long to read")
        calls = [item for item in ast.walk(node) if isinstance(item, ast.Call)]
        names = {id(call): self.name(module, call.func) for call in calls}
        is_seeded = any(name and name.startswith(SEEDING) and call.args for call, name in
                        ((call, names[id(call)]) for call in calls))
        for call in calls:
            self.call(module, call, names[id(call)], is_seeded)
        self.state(module, node, owner)
        for item in ast.walk(node):
            if isinstance(item, ast.Attribute) and self.name(module, item) == "os.environ":
                self.tell("environment", module, item, "os.environ")
            if isinstance(item, (ast.Name, ast.Attribute)) and isinstance(item.ctx, ast.Load):
                self.follow(module, item)

    def name(self, module, node):
        """`numpy.random.rand` of `np.random.rand`; None of what is no plain name."""
        parts = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        return ".".join([module.aliases.get(node.id, node.id), *reversed(parts)])

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
        # A name that an __init__ hands on.
        if other is not None and top in other.aliases:
            place, _, top = other.aliases[top].rpartition(".")
            further = self.module(place)
            if further is not None and top in further.tops:
                return self.enter(further, further.tops[top])
        return None

    def enter(self, module, node):
        if not isinstance(node, ast.ClassDef):
            self.queue.append((module, node, None))
            return
        for base in node.bases:
            self.follow(module, base)
        self.queue += [(module, item, node.name) for item in node.body
                       if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)) and item.name not in ASKED]

    def call(self, module, call, name, is_seeded):
        if name in ("eval", "exec", "__import__", "importlib.import_module"):
            return self.tell("dynamic", module, call, name)
        if name == "open" or (name is None or "." in name) and getattr(call.func, "attr", None) == "open" and name != "Image.open":
            mode = call.args[1] if len(call.args) > 1 else next((k.value for k in call.keywords if k.arg == "mode"), None)
            writes = isinstance(mode, ast.Constant) and isinstance(mode.value, str) and set(mode.value) & set("wax")
            return None if writes else self.tell("files", module, call, name or "open")
        method = METHODS.get(getattr(call.func, "attr", None))
        if method:
            return self.tell(method, module, call, call.func.attr)
        if name is None:
            return None
        if name.startswith(SEEDING) or name in WITH_SEED and (call.args or call.keywords):
            return None
        for kind, names in CALLS.items():
            if not any(name.startswith(known) if known.endswith((".", "rand")) else name == known for known in names):
                continue
            if kind == "chance" and (is_seeded or any(key.arg in ("generator", "seed") for key in call.keywords)):
                return None
            return self.tell(kind, module, call, name)
        return None

    def state(self, module, node, owner):
        outer = {name for item in ast.walk(node) if isinstance(item, ast.Global) for name in item.names}
        own = {item.id for item in ast.walk(node) if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)} - outer
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
                is_class = isinstance(item, ast.Attribute) and isinstance(base, ast.Name) and base.id in ("cls", owner)
                is_kept = (isinstance(item, ast.Attribute) and self.is_own(item) and getattr(node, "name", "") != "__init__"
                           and loads.get(item.attr, item.lineno + 1) <= item.lineno)
                if is_class or is_kept or isinstance(base, ast.Name) and base.id in module.values - own:
                    self.tell("state", module, item, ast.unparse(item))
            elif isinstance(item, ast.Call) and isinstance(item.func, ast.Attribute) and item.func.attr in CHANGING:
                base = item.func.value
                if isinstance(base, ast.Name) and base.id in module.values - own:
                    self.tell("state", module, item, base.id)

    @staticmethod
    def is_own(item):
        return isinstance(item.value, ast.Name) and item.value.id == "self"

    def tell(self, kind, module, node, what):
        told = {"kind": kind, "text": TEXTS[kind], "what": what, "line": node.lineno,
                "file": os.path.relpath(os.path.realpath(module.path), self.root)}
        if told not in self.found and len(self.found) < FINDINGS:
            self.found.append(told)


_known, _modules = {}, {}


def of(kind, root, is_busy):
    """What is known of a class of the pack at `root`: {"uses": […]}, or {"unread": why}. None where a prompt runs: it is read later."""
    key = (kind.__module__, kind.__qualname__)
    if key in _known:
        return _known[key]
    if is_busy():
        return None
    kept = _kept(root)
    told = kept.get(".".join(key))
    if told is None:
        try:
            # A pack that is one file has itself as its root.
            told = {"uses": _Reading(os.path.realpath(root), _modules.setdefault(root, {})).read(kind)}
        except Unread as why:
            told = {"unread": str(why)}
        except Exception as error:
            told = {"unread": f"it cannot be followed: {type(error).__name__}"}
        kept[".".join(key)] = told
        _keep(root, kept)
    _known[key] = told
    return told


_packs = {}


def _place(root):
    """Where is kept what was read of a pack, by what its files were."""
    digest = hashlib.sha256(str(VERSION).encode())
    paths = [root]
    for top, inner, names in os.walk(root):
        inner[:] = sorted(name for name in inner if not name.startswith(".") and name != "__pycache__")
        paths += [os.path.join(top, name) for name in sorted(names) if name.endswith(".py")]
    for path in paths[:FILES * 10]:
        facts = os.stat(path)
        digest.update(f"{path}\0{facts.st_size}\0{facts.st_mtime_ns if path.endswith('.py') else 0}\n".encode("utf-8", "surrogateescape"))
    return os.path.join(os.path.dirname(spool.directory()), "code", digest.hexdigest()[:32] + ".json")


def _kept(root):
    if root not in _packs:
        found = {}
        try:
            place = _place(root)
            with open(place, "rb") as file:
                found = json.load(file)
        except (OSError, ValueError):
            pass
        _packs[root] = found if isinstance(found, dict) else {}
    return _packs[root]


def _keep(root, kept):
    try:
        place = _place(root)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place + ".part", "w") as file:
            json.dump(kept, file)
        os.replace(place + ".part", place)
    except OSError as error:
        log.debug("ReproFS: %r", error)
