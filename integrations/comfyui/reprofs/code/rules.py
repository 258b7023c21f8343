"""The rules, as data: which calls may give other results in another run, and the text for each."""
import ast

# A star at the end matches any rest.
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
# Methods that list or read files, or draw random numbers in place, on an object of any type.
METHODS = {"iterdir": "files", "glob": "files", "rglob": "files", "read_text": "files", "read_bytes": "files", "normal_": "chance",
           "uniform_": "chance", "random_": "chance", "bernoulli_": "chance", "exponential_": "chance", "log_normal_": "chance"}
# The calls that seed sources of random numbers; other sources cannot be seeded.
SEEDING = {"random.seed": "random.", "numpy.random.seed": "numpy.random.", "torch.manual_seed": "torch.", "torch.random.manual_seed": "torch.",
           "torch.cuda.manual_seed": "torch.", "torch.cuda.manual_seed_all": "torch."}
UNSEEDED = ("random.SystemRandom*", "torch.seed")
# Calls with the names of random sources that draw nothing.
DRAWS_NOTHING = ("random.getstate", "random.setstate", "numpy.random.get_state", "numpy.random.set_state", "torch.random.*")
WITH_SEED = ("random.Random", "numpy.random.default_rng", "numpy.random.RandomState", "numpy.random.SeedSequence",
             "numpy.random.PCG64", "numpy.random.Generator")
# Calls that only split or join paths, or find the path of a name in ComfyUI.
PATHS = ("os.path.*", "os.fspath", "str", "pathlib.Path", "folder_paths.get_annotated_filepath", "folder_paths.get_input_directory")
# Calls that find models in ComfyUI; the mount sees which models are opened.
MODELS = ("folder_paths.get_full_path", "folder_paths.get_full_path_or_raise")
# Calls that read files and depend on more than their contents, or on files that the path does not name.
BEYOND = ("os.stat", "os.path.getmtime", "os.path.getctime", "sqlite3.*", "glob.*", "folder_paths.*")
# Calls that list a directory in an order that a copy of it may not have.
LISTING = ("os.listdir", "os.scandir", "os.walk", "iterdir", "glob", "rglob")
# Calls whose result does not depend on the order of their argument.
ORDERING = ("sorted", "set", "frozenset", "len", "any", "all")
# Methods that change their object.
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
    """Whether a random source is seeded in the same function, or gets its generator as an argument."""
    if matches(name, UNSEEDED):
        return False
    return name.startswith(seeded) or any(key.arg in ("generator", "seed") and not is_none(key.value) for key in call.keywords)
