"""A store, its mount, a ComfyUI on it, and what happens to them between two prompts."""
import http.server, json, os, pathlib, secrets, shutil, socket, struct, subprocess, sys, tempfile, threading, time, urllib.error, urllib.request, zlib

ROOT = pathlib.Path(__file__).resolve().parents[3]


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def photo(draw, side=64):
    rows = b"".join(b"\0" + bytes(draw.randrange(256) for _ in range(side * 3)) for _ in range(side))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


class Answers(http.server.BaseHTTPRequestHandler):
    """Another machine: it never says the same."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(secrets.token_hex(8).encode())

    def log_message(self, *words):
        pass


class Trial:
    def __init__(self, options, arguments):
        self.comfyui, self.arguments = os.path.abspath(options.comfyui), arguments
        self.source = pathlib.Path(options.models).resolve()
        own = [f"{self.comfyui}/{name}/bin/python" for name in (".venv", "venv")]
        self.python = os.environ.get("PYTHON") or next(filter(os.path.exists, own), sys.executable)
        self.reprofs = os.environ.get("REPROFS") or str(ROOT / ".build/release/reprofs")
        self.server = self.address = None
        self.seeds, self.word = {"tiny": 1, "tiny-lora": 1, "own": 1}, "a"

    # Set up and taken down

    def __enter__(self):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="honesty-"))
        try:
            self._set_up()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def _set_up(self):
        self.mount, self.base, self.models = self.work / "mount", self.work / "base", self.work / "models"
        self.environment = {**os.environ, "REPROFS_STORE": str(self.work / "store"), "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        for name in ("input", "output", "user", "temp", "custom_nodes"):
            (self.base / name).mkdir(parents=True)
        shutil.copytree(ROOT / "integrations/comfyui/reprofs", self.base / "custom_nodes/reprofs")
        self.pack = self.base / "custom_nodes/honesty"
        shutil.copytree(ROOT / "Tests/Honesty/pack", self.pack)
        # Packs of the installation take part too.
        for pack in sorted(pathlib.Path(self.comfyui, "custom_nodes").glob("*")):
            if pack.is_dir() and not pack.name.startswith(("_", ".")) and pack.name not in ("reprofs", "honesty"):
                (self.base / "custom_nodes" / pack.name).symlink_to(pack)
        (self.pack / "listed").mkdir()
        (self.pack / "listed/first").touch()
        self.outside = str(self.work / "elsewhere/number.txt")
        os.makedirs(os.path.dirname(self.outside))
        for path in (self.outside, self.outside + ".more", self.pack / "words.txt"):
            pathlib.Path(path).write_text("one")
        self._place()
        self.replace_own()
        (self.base / "input/photo.png").write_bytes(photo(__import__("random").Random(0)))
        self.command("init")
        self.command("add", str(self.models))
        self.command("mount", str(self.mount))
        other = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=other.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{other.server_port}/"
        self.start()

    def __exit__(self, *error):
        self.stop()
        subprocess.run([self.reprofs, "unmount", str(self.mount)], env=self.environment, capture_output=True)
        if not os.path.ismount(self.mount):
            shutil.rmtree(self.work, ignore_errors=True)

    def command(self, *arguments, check=True):
        done = subprocess.run([self.reprofs, *arguments], env=self.environment, capture_output=True, text=True)
        if check and done.returncode:
            sys.exit(f"'reprofs {' '.join(arguments)}' failed: {done.stderr}")
        return done

    def start(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        with open(self.work / "comfyui.log", "a") as log:
            self.server = subprocess.Popen(
                [self.python, "main.py", "--port", str(port), "--base-directory", str(self.base), "--extra-model-paths-config",
                 str(self.mount / "active/extra_model_paths.yaml"), "--disable-auto-launch", *self.arguments],
                cwd=self.comfyui, env={**self.environment, "HONESTY_WORD": self.word}, stdout=log, stderr=log)
        for _ in range(600):
            try:
                return self.ask("/system_stats")
            except OSError:
                if self.server.poll() is not None:
                    break
                time.sleep(0.5)
        sys.exit("ComfyUI does not answer:\n" + (self.work / "comfyui.log").read_text()[-2000:])

    def stop(self):
        if self.server is not None:
            self.server.terminate()
            self.server.wait()
            self.server = None

    def restart(self):
        self.stop()
        self.start()

    # Events

    def _place(self):
        targets = {"tiny": "checkpoints/model", "tiny-lora": "loras/ink"}
        for name, target in targets.items():
            place = self.models / f"{target}.safetensors"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.unlink(missing_ok=True)
            shutil.copyfile(self.source / f"{name}-s{self.seeds[name]}.safetensors", place)

    def replace(self, name):
        self.seeds[name] = 3 - self.seeds[name]
        self._place()
        self.command("add", str(self.models))
        return f"{name} is replaced"

    def replace_own(self):
        self.seeds["own"] = 3 - self.seeds["own"]
        shutil.copyfile(self.source / f"tiny-lora-s{self.seeds['own']}.safetensors", self.pack / "own.safetensors")
        return "a node's own model is replaced"

    def _change(self, path, draw):
        pathlib.Path(path).write_text(str(draw.random()))
        return f"{pathlib.Path(path).name} changes"

    def _other_environment(self, draw):
        self.word = str(draw.random())
        self.restart()
        return "the server is started anew with another environment"

    def _listed(self, draw):
        (self.pack / f"listed/{draw.randrange(1000)}").touch()
        return "a listed directory gets a file"

    def _photo(self, draw):
        (self.base / "input/photo.png").write_bytes(photo(draw))
        return "the input file is replaced"

    def _free(self, draw):
        self.ask("/free", {"unload_models": True, "free_memory": True})
        time.sleep(1)
        return "the server lets go of its models"

    def _restart(self, draw):
        self.restart()
        return "the server is started anew"

    def event(self, draw):
        return draw.choice([
            lambda draw: self.replace("tiny"), lambda draw: self.replace("tiny-lora"), lambda draw: self.replace_own(), self._photo,
            lambda draw: self._change(self.outside, draw), lambda draw: self._change(self.outside + ".more", draw),
            lambda draw: self._change(self.pack / "words.txt", draw), self._listed, self._free, self._restart,
            self._other_environment])(draw)

    # Prompts

    def ask(self, path, body=None):
        request = urllib.request.Request(
            self.address + path, data=None if body is None else json.dumps(body).encode(), headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=600) as answer:
            return json.loads(answer.read() or b"null")

    def run(self, graph):
        """The files that a graph left, and why it left none."""
        try:
            id = self.ask("/prompt", {"prompt": graph})["prompt_id"]
        except urllib.error.HTTPError as error:
            told = json.loads(error.read())
            return [], "refused: " + "; ".join(sorted({node["class_type"] for node in told.get("node_errors", {}).values()}))
        while not (history := self.ask(f"/history/{id}")):
            time.sleep(0.05)
        told = history[id]
        if told["status"]["status_str"] != "success":
            failure = next((data for kind, data in told["status"]["messages"] if kind == "execution_error"), {})
            return [], f"{failure.get('node_type')} failed: {str(failure.get('exception_message')).strip()[:80]}"
        files = [file for output in told["outputs"].values() for file in output.get("images", []) if file["type"] == "output"]
        return [self.base / "output" / file["subfolder"] / file["filename"] for file in files], "it left no file"

    def recipe(self, image):
        """The recipe of an image whose run was reported."""
        for _ in range(150):
            done = self.command("recipe", str(image), "--json", check=False)
            if done.returncode == 0 and (recipe := json.loads(done.stdout)).get("environment"):
                return recipe
            time.sleep(0.2)
        return None

    def reproduce(self, snapshot):
        """`identical`, `different` or `failed`, and why."""
        done = self.command("reproduce", snapshot, "--server", self.address, "--json", check=False)
        # A running server lists its own input files and no uploaded ones, and has the node packs of now; a launched one has what is pinned.
        if done.returncode == 3 or done.returncode == 5 and "not in list" in done.stderr:
            done = self.command("reproduce", snapshot, "--launch", self.comfyui, "--python", self.python, "--json", "--", *self.arguments,
                                check=False)
        if done.returncode in (0, 3, 4):
            told = json.loads(done.stdout)
            same = told["result"]["identical"]
            why = "" if told["verdict"] in ("verified", "different") else told["verdict"]
            # Rounding is told from other inputs by how far off it is.
            if difference := told["result"].get("difference"):
                why += f" (PSNR {difference['psnr']:.0f} dB)"
            return ("identical" if same else "different"), why
        return "failed", done.stderr.strip().replace("\n", " ")[:200]
