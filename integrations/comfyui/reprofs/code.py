"""Reads what the code of a node class can reach within its pack, for what does not repeat: chance without a seed, clocks, the
network, files, environment variables, state that is kept between runs, other processes.

It is read with Python's `ast`, nothing is run, and an import alone says nothing. What is passed in from elsewhere is not followed.
What could not be read says so: it counts as not known.
"""
import ast
import collections
import functools
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
VERSION = 3

# A star stands for any ending.
CALLS = {
    "chance": ("random.*", "numpy.random.*", "secrets.*", "os.urandom", "os.getrandom", "uuid.uuid1", "uuid.uuid4", "torch.rand*", "torch.normal",
               "torch.bernoulli", "torch.multinomial", "torch.poisson", "torch.seed", "torch.nn.functional.dropout*"),
    "clock": ("time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.strftime", "time.ctime", "time.asctime",
              "time.monotonic_ns", "time.perf_counter_ns", "datetime.datetime.now", "datetime.datetime.utcnow",
              "datetime.datetime.today", "datetime.date.today"),
    "network": ("requests.*", "urllib.request.*", "urllib3.*", "http.client.*", "httpx.*", "aiohttp.*", "socket.*", "websocket.*", "websockets.*",
                "ftplib.*", "huggingface_hub.*"),
    "files": ("os.listdir", "os.scandir", "os.walk", "os.stat", "os.path.getmtime", "os.path.getctime", "os.path.getsize", "glob.*",
              "numpy.load", "numpy.fromfile", "numpy.genfromtxt", "cv2.imread", "imageio.*", "pandas.read_*", "torchaudio.load",
              "torchvision.io.read_*", "sqlite3.connect", "folder_paths.get_filename_list"),
    "weights": ("torch.load", "torch.jit.load", "safetensors.torch.load_file", "safetensors.safe_open", "comfy.utils.load_torch_file",
                "onnxruntime.InferenceSession"),
    "environment": ("os.getenv", "os.environ"),
    "machine": ("os.getpid", "os.getcwd", "os.uname", "platform.node", "getpass.getuser"),
    "process": ("subprocess.*", "os.system", "os.popen", "os.spawn*", "os.fork", "os.exec*", "os.posix_spawn*", "multiprocessing.*",
                "asyncio.create_subprocess_*"),
}
# Methods that list or read files, or draw in place, whatever they are called on.
METHODS = {"iterdir": "files", "glob": "files", "rglob": "files", "read_text": "files", "read_bytes": "files", "normal_": "chance",
           "uniform_": "chance", "random_": "chance", "bernoulli_": "chance", "exponential_": "chance", "log_normal_": "chance"}
# What seeds which of the sources of chance; the others cannot be seeded.
SEEDING = {"random.seed": "random.", "numpy.random.seed": "numpy.random.", "torch.manual_seed": "torch.", "torch.random.manual_seed": "torch.",
           "torch.cuda.manual_seed": "torch.", "torch.cuda.manual_seed_all": "torch."}
UNSEEDED = ("random.SystemRandom*", "torch.seed")
# Of those that are called like sources of chance, what draws nothing.
DRAWS_NOTHING = ("random.getstate", "random.setstate", "numpy.random.get_state", "numpy.random.set_state", "torch.random.*")
WITH_SEED = ("random.Random", "numpy.random.default_rng", "numpy.random.RandomState", "numpy.random.SeedSequence",
             "numpy.random.PCG64", "numpy.random.Generator")
# What only takes a path apart, puts it together, or says where ComfyUI keeps what has this name.
PATHS = ("os.path.*", "os.fspath", "str", "pathlib.Path", "folder_paths.get_annotated_filepath", "folder_paths.get_input_directory")
# Where ComfyUI looks for models: the mount sees which of them are opened.
MODELS = ("folder_paths.get_full_path", "folder_paths.get_full_path_or_raise")
# Of what reads files, what depends on more than on what is in them, or on files that its path does not name.
BEYOND = ("os.stat", "os.path.getmtime", "os.path.getctime", "sqlite3.*", "glob.*", "folder_paths.*")
# What lists a directory in an order that no copy of it has.
LISTING = ("os.listdir", "os.scandir", "os.walk", "iterdir", "glob", "rglob")
# What makes the order of what it takes its own.
ORDERING = ("sorted", "set", "frozenset", "len", "any", "all")
# Methods by which ComfyUI asks a node what it is; they make no part of what it gives.
ASKED = {"INPUT_TYPES", "IS_CHANGED", "VALIDATE_INPUTS", "define_schema", "fingerprint_inputs", "validate_inputs"}
CHANGING = {"append", "extend", "insert", "add", "update", "setdefault", "pop", "popitem", "clear", "remove", "discard"}
TEXTS = {"chance": "draws without a seed", "clock": "reads a clock", "network": "uses the network", "files": "reads files or lists them",
         "weights": "reads a model by a path of its own", "hash": "uses Python's hash, which differs from process to process",
         "machine": "depends on the machine or the process",
         "environment": "reads environment variables", "process": "starts another process", "state": "keeps state between runs",
         "dynamic": "runs code that is made as it goes"}


def matches(name, known):
    return any(name.startswith(one[:-1]) if one.endswith("*") else name == one for one in known)


def is_none(value):
    return isinstance(value, ast.Constant) and value.value is None


def is_seeded(name, seeded, call):
    """Whether a source of chance is seeded in the same function, or given what draws for it."""
    if matches(name, UNSEEDED):
        return False
    return name.startswith(seeded) or any(key.arg in ("generator", "seed") and not is_none(key.value) for key in call.keywords)


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
        # How often a name is given something, anywhere in the file.
        self.stored = collections.Counter(
            node.arg if isinstance(node, ast.arg) else node.id for node in ast.walk(tree)
            if isinstance(node, ast.arg) or isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load))
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
            raise Unread(f"{os.path.basename(path)} is not a Python source")
        if name not in self.modules:
            try:
                self.modules[name] = _Module(path, name)
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
        """The methods of a class that its function reaches, also those of its bases in the pack."""
        # A node is made once for many runs: what its `__init__` read may be from before this one.
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
        # What a module's own lines make, and what a decorator may remember, is from before the run.
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
        self.locals = {item.targets[0].id: item.value for item in ast.walk(node) if isinstance(item, ast.Assign)
                       and len(item.targets) == 1 and isinstance(item.targets[0], ast.Name) and module.stored[item.targets[0].id] == 1}
        self.ordered = {id(inner) for call in calls if names[id(call)] in ORDERING for part in call.args for inner in ast.walk(part)}
        for call in calls:
            self.call(module, call, names[id(call)], seeded)
        self.state(module, node, owner)
        for item in ast.walk(node):
            if isinstance(item, (ast.Name, ast.Attribute)) and self.name(module, item) in ("os.environ", "os.environb"):
                self.tell("environment", module, item, "os.environ")
            if isinstance(item, (ast.Name, ast.Attribute)) and isinstance(item.ctx, ast.Load):
                self.follow(module, item)

    @staticmethod
    def has_seed(call):
        values = [*call.args, *(key.value for key in call.keywords)]
        return bool(values) and not is_none(values[0])

    def paths(self, module, node, owner):
        """What the names in a function stand for that are paths: ("input", name) for one that the graph says, ("models", None) for one
        that ComfyUI found among its models. Only what is set once counts, and only what path functions make of it."""
        stored = [item.id for item in ast.walk(node) if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)]
        found = {}
        # What its own function gets is what the graph says.
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
        """Where a path comes from; None where it may come from anywhere."""
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

    def own(self, module, value, depth=0):
        """The path in the pack of a file or directory that is the pack's own, where the code says which: by names that are set once,
        from `__file__` on. None of any other path, and "" of the pack's directory."""
        inner = functools.partial(self.own, module, depth=depth + 1)
        if depth > 20:
            return None
        if isinstance(value, ast.Name):
            if value.id == "__file__":
                path = os.path.realpath(module.path)
                return None if os.path.islink(module.path) else os.path.relpath(path, self.root)
            made = self.locals.get(value.id)
            top = module.tops.get(value.id)
            if made is None and isinstance(top, ast.Assign) and module.stored[value.id] == 1:
                made = top.value
            return None if made is None else inner(made)
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div):
            return self.below(inner(value.left), [value.right])
        if isinstance(value, ast.Attribute) and value.attr == "parent":
            return self.above(inner(value.value))
        if not isinstance(value, ast.Call):
            return None
        name = self.name(module, value.func)
        if name is None and isinstance(value.func, ast.Attribute) and value.func.attr in ("resolve", "absolute") and not value.args:
            return inner(value.func.value)
        if not value.args or value.keywords or value.args and isinstance(value.args[0], ast.Starred):
            return None
        if name in ("os.path.abspath", "os.path.realpath", "os.path.normpath", "os.fspath", "str") and len(value.args) == 1:
            return inner(value.args[0])
        if name == "os.path.dirname" and len(value.args) == 1:
            return self.above(inner(value.args[0]))
        if name in ("os.path.join", "pathlib.Path"):
            return self.below(inner(value.args[0]), value.args[1:])
        return None

    @staticmethod
    def above(path):
        return os.path.dirname(path) if path else None

    @staticmethod
    def below(path, parts):
        if path is None or not all(isinstance(part, ast.Constant) and isinstance(part.value, str) for part in parts):
            return None
        path = os.path.normpath(os.path.join(path, *(part.value for part in parts)))
        return None if path.startswith((".." + os.sep, os.sep)) or path == ".." else "" if path == "." else path

    def own_of(self, module, call, name):
        """The pack's own file or directory that a call reads, and that as it is during the run."""
        if self.is_kept or name is not None and matches(name, BEYOND):
            return None
        method = getattr(call.func, "attr", None)
        if (name if name in LISTING else method) in LISTING and id(call) not in self.ordered:
            return None
        if isinstance(call.func, ast.Attribute) and (path := self.own(module, call.func.value)) is not None:
            return path
        return self.own(module, call.args[0]) if call.args else None

    def name(self, module, node):
        """`numpy.random.rand` of `np.random.rand`; None of what is not a plain name."""
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
            self.queue.append((module, node, None, self.is_kept))
            return
        for base in node.bases:
            self.follow(module, base)
        self.queue += [(module, item, node.name, self.is_kept) for item in node.body
                       if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)) and item.name not in ASKED]

    def call(self, module, call, name, seeded):
        if name == "hash" and name not in module.tops:
            return self.tell("hash", module, call, name)
        if name in ("eval", "exec", "__import__", "importlib.import_module"):
            return self.tell("dynamic", module, call, name)
        if name == "open" or (name is None or "." in name) and getattr(call.func, "attr", None) == "open" and name != "Image.open":
            mode = call.args[1] if len(call.args) > 1 else next((k.value for k in call.keywords if k.arg == "mode"), None)
            mode = mode.value if isinstance(mode, ast.Constant) and isinstance(mode.value, str) else "r"
            # What only writes reads nothing.
            if "r" not in mode and "+" not in mode:
                return None
            own = self.own_of(module, call, name) if mode in ("r", "rb", "rt") else None
            return self.tell("files", module, call, name or "open", self.input(module, call), own)
        method = METHODS.get(getattr(call.func, "attr", None)) if name is None or not matches(name, CALLS["files"]) else None
        if method == "files":
            return self.tell(method, module, call, call.func.attr, self.input(module, call), self.own_of(module, call, name))
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
            own = self.own_of(module, call, name) if kind in ("files", "weights") else None
            return self.tell(kind, module, call, name, given[1] if given and given[0] == "input" else None, own)
        return None

    def source_of(self, module, call):
        """Where the path comes from that a call reads: `open(path)`, `Path(path).open()`."""
        of = call.func.value if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, (ast.Call, ast.Name)) else None
        of = of if of is not None and self.source(module, of) is not None else call.args[0] if call.args else None
        return None if of is None else self.source(module, of)

    def input(self, module, call):
        """The input of the node that names what a call reads; None where something else does."""
        source = self.source_of(module, call)
        return source[1] if source and source[0] == "input" else None

    def state(self, module, node, owner):
        outer = {name for item in ast.walk(node) if isinstance(item, ast.Global) for name in item.names}
        own = {item.id for item in ast.walk(node) if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)} - outer
        # What a default makes is made once, and kept.
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
