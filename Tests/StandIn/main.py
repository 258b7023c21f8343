#!/usr/bin/env python3
"""Stands in for a ComfyUI in tests, with Python's standard library alone: the documented routes, and no model.

It is not a ComfyUI; where it can it answers what a real 0.33 was captured answering (answers/). Its "image" is a pattern made of the very bytes of the models and inputs that a prompt names, of the
prompt's values, and of nothing else; so other bytes give other pixels. Like the real one it reads a model once and holds
it until POST /free, lists folders by their directories' times, and loads node packs from custom_nodes.

STANDIN=fail|die|hang makes a run fail in a node, end the process, or never end. STANDIN_DRIFT gives other pixels for the
same prompt, STANDIN_HOLDS never lets go of a model, STANDIN_FIRST is a directory that it says it searches first, STANDIN_CLASSES and STANDIN_WITHOUT add and remove node classes.
"""
import argparse, asyncio, base64, hashlib, http.server, json, logging, os, queue, struct, sys, threading, time, types, uuid, zlib

# As ComfyUI shows its log.
logging.basicConfig(level=logging.INFO, format="%(message)s")
parser = argparse.ArgumentParser()
parser.add_argument("--listen", default="127.0.0.1")
parser.add_argument("--port", type=int, default=8188)
parser.add_argument("--base-directory", default=os.path.dirname(os.path.abspath(__file__)))
parser.add_argument("--models-directory")
parser.add_argument("--disable-auto-launch", action="store_true")
parser.add_argument("--cpu", action="store_true")
args = parser.parse_args()
base = os.path.abspath(args.base_directory)
models_directory = os.path.abspath(args.models_directory or os.path.join(base, "models"))
MODE = os.environ.get("STANDIN", "")

LOADERS = {"CheckpointLoaderSimple": ("ckpt_name", "checkpoints"), "LoraLoaderModelOnly": ("lora_name", "loras"),
           "LoraLoader": ("lora_name", "loras"),
           "UpscaleModelLoader": ("model_name", "upscale_models"), "VAELoader": ("vae_name", "vae")}
KINDS = {
    "CheckpointLoaderSimple": {"ckpt_name": [[]]}, "LoraLoader": {"lora_name": [[]], "model": ["MODEL"], "clip": ["CLIP"],
    "strength_model": ["FLOAT", {"default": 1.0}], "strength_clip": ["FLOAT", {"default": 1.0}]},
    "LoraLoaderModelOnly": {"lora_name": [[]], "model": ["MODEL"], "strength_model": ["FLOAT", {"default": 1.0}]},
    "UpscaleModelLoader": {"model_name": [[]]}, "VAELoader": {"vae_name": [[]]},
    "KSampler": {"seed": ["INT", {"default": 0}], "steps": ["INT", {"default": 20}], "cfg": ["FLOAT", {"default": 8.0}],
                 "sampler_name": [["euler", "dpmpp_2m"]], "scheduler": [["normal", "karras"]]},
    "LoadImage": {"image": [[], {"image_upload": True}]}, "CLIPTextEncode": {"text": ["STRING"]},
    "EmptyLatentImage": {"width": ["INT"], "height": ["INT"], "batch_size": ["INT", {"default": 1}]},
    "VAEDecode": {"samples": ["LATENT"], "vae": ["VAE"]}, "VAEEncode": {"pixels": ["IMAGE"], "vae": ["VAE"]},
    "SaveImage": {"filename_prefix": ["STRING", {"default": "ComfyUI"}], "images": ["IMAGE"]},
    "ReproTextCond": {}, "Unseeded": {}, "LatentUpscale": {}, "ImageUpscaleWithModel": {},
}
ANSWERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "answers")
CAPTURED = {}
for name in os.listdir(ANSWERS):
    if name.startswith("object_info_"):
        with open(os.path.join(ANSWERS, name)) as file:
            CAPTURED.update(json.load(file))
EXTRA = json.loads(os.environ.get("STANDIN_CLASSES", "{}"))
KINDS.update(EXTRA)
for name in os.environ.get("STANDIN_WITHOUT", "").split():
    KINDS.pop(name, None)


class FolderPaths(types.ModuleType):
    """As much of ComfyUI's folder_paths as node packs use."""
    base_path = base
    folder_names_and_paths = {folder: ([os.path.join(models_directory, folder)], set()) for folder in
                              ("checkpoints", "loras", "vae", "upscale_models", "embeddings")}
    if os.environ.get("STANDIN_FIRST"):
        for folder, (paths, _) in folder_names_and_paths.items():
            paths.insert(0, os.path.join(os.environ["STANDIN_FIRST"], folder))
    folder_names_and_paths["custom_nodes"] = ([os.path.join(base, "custom_nodes")], set())

    def get_folder_paths(self, name): return self.folder_names_and_paths[name][0]
    def get_input_directory(self): return os.path.join(base, "input")
    def get_output_directory(self): return os.path.join(base, "output")
    def get_temp_directory(self): return os.path.join(base, "temp")
    def get_user_directory(self): return os.path.join(base, "user")

    def get_annotated_filepath(self, name):
        for kind in ("input", "output", "temp"):
            if name.endswith(f" [{kind}]"):
                return os.path.join(base, kind, name[:-len(kind) - 3])
        return os.path.join(base, "input", name)


folder_paths = FolderPaths("folder_paths")
listing = {}


def names(folder):
    """Cached by the directory's time, as the real one does: a switched view must have another."""
    path = os.path.join(models_directory, folder)
    stamp = os.path.getmtime(path) if os.path.isdir(path) else None
    if folder not in listing or listing[folder][0] != stamp:
        found = [os.path.relpath(os.path.join(top, name), path)
                 for top, _, files in os.walk(path, followlinks=True) for name in files]
        listing[folder] = (stamp, sorted(found))
    return listing[folder][1]


def info(name):
    captured = None if name in EXTRA else CAPTURED.get(name)
    inputs = json.loads(json.dumps(captured["input"]["required"] if captured else KINDS[name]))
    if name in LOADERS:
        inputs[LOADERS[name][0]][0] = names(LOADERS[name][1])
    if captured:
        return {**captured, "input": {**captured["input"], "required": inputs}}
    return {"input": {"required": inputs}, "name": name, "python_module": "nodes", "output_node": name == "SaveImage"}


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
    kind = PACKED[node["class_type"]]
    instance = caches[node["class_type"]] = caches.get(node["class_type"]) or kind()
    executed[current_item] = repr(getattr(instance, kind.FUNCTION)(**plain(node["inputs"])))


PACKED, instances = {}, {}
execution = types.ModuleType("execution")
execution.PromptQueue, execution.IsChangedCache, execution.execute = PromptQueue, IsChangedCache, execute
nodes = types.ModuleType("nodes")
nodes.NODE_CLASS_MAPPINGS = {
    name: type(name, (), {"INPUT_TYPES": classmethod(lambda cls, n=name: info(n)["input"]), "RELATIVE_PYTHON_MODULE": "nodes"})
    for name in KINDS}
nodes.LOADED_MODULE_DIRS = {}
comfyui_version = types.ModuleType("comfyui_version")
comfyui_version.__version__ = os.environ.get("STANDIN_VERSION", "0.33.0")
server = types.ModuleType("server")
server.PromptServer = types.SimpleNamespace(instance=types.SimpleNamespace(address=args.listen, port=args.port))
sys.modules.update(
    folder_paths=folder_paths, execution=execution, nodes=nodes, comfyui_version=comfyui_version, server=server)

packs = os.path.join(base, "custom_nodes")
if os.path.isdir(packs):
    sys.path.insert(0, packs)
    for name in sorted(os.listdir(packs)):
        if os.path.isfile(os.path.join(packs, name, "__init__.py")):
            nodes.LOADED_MODULE_DIRS[name] = os.path.join(packs, name)
            for kind, found in getattr(__import__(name), "NODE_CLASS_MAPPINGS", {}).items():
                found.RELATIVE_PYTHON_MODULE = "custom_nodes." + name
                PACKED[kind] = nodes.NODE_CLASS_MAPPINGS[kind] = found
                KINDS[kind] = found.INPUT_TYPES()["required"]

prompts = server.PromptServer.instance.prompt_queue = execution.PromptQueue()
held, sockets = {}, {}


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture(seed, width, height, texts):
    stream, block = b"", seed
    while len(stream) < width * height * 3:
        block = hashlib.sha256(block).digest()
        stream += block
    rows = b"".join(b"\0" + stream[y * width * 3:(y + 1) * width * 3] for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + b"".join(chunk(b"tEXt", key + b"\0" + text.encode()) for key, text in texts) + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b""))


def tell(client, kind, data):
    socket = sockets.get(client)
    if socket is None:
        return
    body = json.dumps({"type": kind, "data": data}).encode()
    head = b"\x81" + (bytes([len(body)]) if len(body) < 126 else b"\x7e" + struct.pack(">H", len(body)))
    try:
        socket.sendall(head + body)
    except OSError:
        pass


def load(folder, name):
    """Opened twice and read, and held: what the real one does with a safetensors file."""
    if (folder, name) not in held:
        path = os.path.join(models_directory, folder, name)
        open(path, "rb").close()
        with open(path, "rb") as file:
            held[folder, name] = hashlib.sha256(file.read()).hexdigest()
    return held[folder, name]


def run(item):
    prompt, extra, client = item[2], item[3], item[3].get("client_id")
    seen = {}
    for number, (id, node) in enumerate(sorted(prompt.items())):
        kind, inputs = node["class_type"], node["inputs"]
        tell(client, "executing", {"node": id, "prompt_id": item[1]})
        if kind in LOADERS:
            seen[id] = load(LOADERS[kind][1], inputs[LOADERS[kind][0]])
        elif kind == "LoadImage":
            with open(folder_paths.get_annotated_filepath(inputs["image"]), "rb") as file:
                seen[id] = hashlib.sha256(file.read()).hexdigest()
        elif kind == "KSampler":
            for step in range(1, 4):
                tell(client, "progress", {"value": step, "max": 3, "prompt_id": item[1], "node": id})
            if MODE == "fail":
                raise RuntimeError("the stand-in was told to fail")
            if MODE == "die":
                os._exit(3)
            if MODE == "hang":
                time.sleep(3600)
        elif kind in PACKED:
            execution.IsChangedCache(prompt).get(id)
            execution.execute(None, prompt, instances, id, extra, seen, item[1])
        elif kind == "Unseeded":
            # A node that draws by itself, as some do: nothing in the graph says what.
            seen[id] = os.environ.get("STANDIN_DRAWS") or os.urandom(8).hex()
        # Of a pack's node counts what it gave.
        counts = {} if kind in PACKED else inputs
        seen[id] = [seen.get(id), {key: value for key, value in counts.items() if key not in ("filename_prefix", "image")}]
    seed = hashlib.sha256((json.dumps(seen, sort_keys=True) + os.environ.get("STANDIN_DRIFT", "")).encode()).digest()
    latent = next((n["inputs"] for n in prompt.values() if n["class_type"] == "EmptyLatentImage"), {})
    # A test may want something to happen before anything is saved, or before the prompt counts as done.
    while os.path.exists(os.path.join(base, "hold")):
        time.sleep(0.005)
    outputs = {}
    for id, node in prompt.items():
        if node["class_type"] != "SaveImage":
            continue
        folder, prefix = os.path.split(node["inputs"]["filename_prefix"])
        directory = os.path.join(base, "output", folder)
        os.makedirs(directory, exist_ok=True)
        files = []
        for index in range(int(latent.get("batch_size", 1))):
            counter = 1 + sum(name.startswith(prefix + "_") for name in os.listdir(directory))
            texts = [(b"prompt", json.dumps(prompt))]
            told = extra.get("extra_pnginfo")
            if isinstance(told, dict):
                texts += [(key.encode(), json.dumps(value)) for key, value in told.items()]
            name = f"{prefix}_{counter:05}_.png"
            with open(os.path.join(directory, name), "wb") as file:
                file.write(picture(seed + bytes([index]), int(latent.get("width", 32)), int(latent.get("height", 32)), texts))
            files.append({"filename": name, "subfolder": folder, "type": "output"})
        outputs[id] = {"images": files}
    time.sleep(float(os.environ.get("STANDIN_LINGER", "0")))
    return outputs


def work():
    while True:
        taken = prompts.get(timeout=1000)
        if taken is not None:
            item, number = taken
            try:
                result, status = {"outputs": run(item)}, Status(status_str="success", completed=True, messages=[])
            except Exception as error:
                result = {"outputs": {}}
                status = Status(status_str="error", completed=False, messages=[["execution_error", {
                    "node_id": "3", "node_type": "KSampler", "exception_type": type(error).__name__,
                    "exception_message": str(error), "prompt_id": item[1]}]])
            prompts.task_done(number, result, status=status)
        if prompts.take_flags().get("unload_models") and not os.environ.get("STANDIN_HOLDS"):
            held.clear()


def problems(prompt):
    found = {}
    for id, node in prompt.items():
        kind = node.get("class_type")
        if kind not in KINDS:
            return {"error": {"type": "invalid_prompt", "message": f"Node '{kind}' not found.", "details": ""}, "node_errors": {}}
        if kind in LOADERS:
            key, folder = LOADERS[kind]
            if node["inputs"].get(key) not in names(folder):
                found[id] = {"class_type": kind, "errors": [{
                    "type": "value_not_in_list", "message": "Value not in list", "details": f"{key}: '{node['inputs'].get(key)}'",
                    "extra_info": {"input_name": key, "input_config": [names(folder), {}]}}]}
    return {"error": {"type": "prompt_outputs_failed_validation", "message": "Prompt outputs failed validation"},
            "node_errors": found} if found else None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments): pass

    def answer(self, value, status=200, kind="application/json"):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        import urllib.parse
        url = urllib.parse.urlsplit(self.path)
        query = {key: values[0] for key, values in urllib.parse.parse_qs(url.query).items()}
        parts = [urllib.parse.unquote(part) for part in url.path.split("/")[1:]]
        if parts[0] == "reprofs":
            return self.page(query, b"")
        if url.path == "/ws":
            return self.socket(query.get("clientId"))
        if url.path == "/system_stats":
            with open(os.path.join(ANSWERS, "system_stats.json")) as file:
                stats = json.load(file)
            stats["system"].update(comfyui_version=comfyui_version.__version__, python_version=sys.version, argv=sys.argv)
            return self.answer(stats)
        if parts[0] == "object_info" and len(parts) == 2:
            return self.answer({parts[1]: info(parts[1])} if parts[1] in KINDS else {})
        if parts[0] == "models" and len(parts) == 2:
            known = parts[1] in folder_paths.folder_names_and_paths
            return self.answer(names(parts[1]) if known else {}, 200 if known else 404)
        if url.path == "/internal/folder_paths":
            return self.answer({name: paths for name, (paths, _) in folder_paths.folder_names_and_paths.items()})
        if parts[0] == "history" and len(parts) == 2:
            known = prompts.history.get(parts[1])
            return self.answer({parts[1]: known} if known else {})
        if url.path == "/queue":
            with prompts.lock:
                return self.answer({"queue_running": list(prompts.currently_running.values()), "queue_pending": prompts.items})
        if url.path == "/view":
            path = os.path.join(base, query.get("type", "output"), query.get("subfolder", ""), query["filename"])
            with open(path, "rb") as file:
                return self.answer(file.read(), kind="image/png")
        self.answer({"error": "not found"}, 404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/upload/image":
            return self.upload(body)
        if self.path.startswith("/reprofs/"):
            return self.page({}, body)
        data = json.loads(body or b"{}")
        if self.path == "/prompt":
            refused = problems(data["prompt"])
            if refused:
                return self.answer(refused, 400)
            id = str(uuid.uuid4())
            prompts.put((0, id, data["prompt"], {**data.get("extra_data", {}), "client_id": data.get("client_id")}, []))
            return self.answer({"prompt_id": id, "number": 0, "node_errors": {}})
        if self.path == "/free":
            for name, value in data.items():
                prompts.set_flag(name, value)
        self.answer({})

    def page(self, query, body):
        """What the node pack's own pages are answered with; its runs go on between requests."""
        pack = sys.modules.get("reprofs.page")
        if pack is None:
            return self.answer({"error": "not found"}, 404)
        called = pack.answer(self.command, self.path.partition("?")[0], self.headers, query, body)
        status, told = asyncio.run_coroutine_threadsafe(called, loop).result(60)
        self.answer(told, status)

    def upload(self, body):
        import email.parser
        message = email.parser.BytesParser().parsebytes(b"Content-Type: " + self.headers["Content-Type"].encode() + b"\r\n\r\n" + body)
        fields, name, content = {}, None, b""
        for part in message.get_payload():
            key = part.get_param("name", header="content-disposition")
            if key == "image":
                name, content = part.get_filename(), part.get_payload(decode=True)
            else:
                fields[key] = part.get_payload()
        directory = os.path.join(base, fields.get("type", "input"), fields.get("subfolder", ""))
        os.makedirs(directory, exist_ok=True)
        with open(os.path.join(directory, name), "wb") as file:
            file.write(content)
        self.answer({"name": name, "subfolder": fields.get("subfolder", ""), "type": fields.get("type", "input")})

    def socket(self, client):
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
        self.end_headers()
        sockets[client] = self.connection
        tell(client, "status", {"sid": client})
        while self.connection.recv(4096):
            pass
        sockets.pop(client, None)
        self.close_connection = True


loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, daemon=True).start()
threading.Thread(target=work, daemon=True).start()
for directory in ("output", "temp", "user"):
    os.makedirs(os.path.join(base, directory), exist_ok=True)
http.server.ThreadingHTTPServer((args.listen, args.port), Handler).serve_forever()
