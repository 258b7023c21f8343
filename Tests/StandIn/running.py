"""Runs prompts, on the thread that works through the queue."""
import hashlib
import json
import os
import time

import execution
import folder_paths
import nodes
import server
import sockets
from options import MODE, base, models_directory
from picture import picture

prompts = server.PromptServer.instance.prompt_queue = execution.PromptQueue()
# Models that were read, and instances of packs' node classes.
held, instances = {}, {}


def load(folder, name):
    """Opened twice and read, and held: what the real one does with a safetensors file."""
    if (folder, name) not in held:
        path = os.path.join(models_directory, folder, name)
        open(path, "rb").close()
        with open(path, "rb") as file:
            held[folder, name] = hashlib.sha256(file.read()).hexdigest()
    return held[folder, name]


def run(item):
    """What a prompt leaves, node by node; returns its outputs."""
    prompt, extra, client = item[2], item[3], item[3].get("client_id")
    seen = {}
    for number, (id, node) in enumerate(sorted(prompt.items())):
        kind, inputs = node["class_type"], node["inputs"]
        sockets.tell(client, "executing", {"node": id, "prompt_id": item[1]})
        if kind in nodes.LOADERS:
            seen[id] = load(nodes.LOADERS[kind][1], inputs[nodes.LOADERS[kind][0]])
        elif kind == "LoadImage":
            with open(folder_paths.get_annotated_filepath(inputs["image"]), "rb") as file:
                seen[id] = hashlib.sha256(file.read()).hexdigest()
        elif kind == "KSampler":
            for step in range(1, 4):
                sockets.tell(client, "progress", {"value": step, "max": 3, "prompt_id": item[1], "node": id})
                # A test may want to see how far it is.
                while os.path.exists(os.path.join(base, "hold-steps")):
                    sockets.tell(client, "progress", {"value": step, "max": 3, "prompt_id": item[1], "node": id})
                    if extra.get("preview_method"):
                        sockets.show(client, picture(bytes([step]), 32, 32, []))
                    time.sleep(0.02)
            if MODE == "fail":
                raise RuntimeError("the stand-in was told to fail")
            if MODE == "die":
                os._exit(3)
            if MODE == "hang":
                time.sleep(3600)
        elif kind in nodes.PACKED:
            execution.IsChangedCache(prompt).get(id)
            execution.execute(None, prompt, instances, id, extra, seen, item[1])
        elif kind == "Unseeded":
            # A node that draws by itself, as some do: nothing in the graph says what.
            seen[id] = os.environ.get("STANDIN_DRAWS") or os.urandom(8).hex()
        # Of a pack's node counts what it gave.
        counts = {} if kind in nodes.PACKED else inputs
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
    """Runs prompts one after the other, for ever."""
    while True:
        taken = prompts.get(timeout=1000)
        if taken is not None:
            item, number = taken
            try:
                result, status = {"outputs": run(item)}, execution.Status(status_str="success", completed=True, messages=[])
            except Exception as error:
                result = {"outputs": {}}
                status = execution.Status(status_str="error", completed=False, messages=[["execution_error", {
                    "node_id": "3", "node_type": "KSampler", "exception_type": type(error).__name__,
                    "exception_message": str(error), "prompt_id": item[1]}]])
            prompts.task_done(number, result, status=status)
        if prompts.take_flags().get("unload_models") and not os.environ.get("STANDIN_HOLDS"):
            held.clear()
