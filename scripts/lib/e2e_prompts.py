#!/usr/bin/env python3
"""Queues one graph of a kind on a running ComfyUI, waits for it and for its snapshot; prints the path of the recipe.

  e2e_prompts.py ADDRESS WORK MOUNT KIND [seed=N] [corpus=1]
"""
import json, os, struct, sys, time, urllib.request, zlib

address, work, mount, kind = sys.argv[1:5]
options = dict(argument.split("=", 1) for argument in sys.argv[5:])
corpus = options.get("corpus") == "1"


def ask(path, body=None):
    request = urllib.request.Request(address + path, data=body and json.dumps(body).encode(),
                                     headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=600) as answer:
        return json.loads(answer.read() or b"null")


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def node(kind, **inputs):
    return {"class_type": kind, "inputs": inputs}


side = 64 if corpus else 512
model, clip = ["4", 0], ["4", 1]
graph = {"4": node("CheckpointLoaderSimple", ckpt_name="model.safetensors"),
         "5": node("EmptyLatentImage", width=side, height=side, batch_size=2 if kind == "batch" else 1)}
if corpus and kind in ("plain", "lora"):
    graph["10"] = node("LoraLoaderModelOnly", model=model, lora_name="style/ink.safetensors", strength_model=0.8)
    model = ["10", 0]
for id, text in (("6", "a red cube"), ("7", "blurry")):
    # The corpus's small checkpoint has no text encoder.
    graph[id] = node("ReproTextCond", text=text) if corpus else node("CLIPTextEncode", text=text, clip=clip)
if kind == "embedding":
    graph["17"] = node("CLIPLoader", clip_name="clip_l.safetensors", type="stable_diffusion")
    graph["6"] = node("CLIPTextEncode", text="a red cube embedding:mark", clip=["17", 0])
if kind == "input":
    rows = b"".join(b"\0" + bytes((x * 3 + y) % 256 for x in range(side) for _ in range(3)) for y in range(side))
    name = f"photo-{time.time_ns()}.png"
    with open(f"{work}/base/input/{name}", "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
                   + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    graph["11"] = node("LoadImage", image=name)
    graph["5"] = node("VAEEncode", pixels=["11", 0], vae=["4", 2])
graph["3"] = node("KSampler", model=model, seed=int(options.get("seed", 42)), steps=2, cfg=4.0, sampler_name="euler",
                  scheduler="normal", positive=["6", 0], negative=["7", 0], latent_image=["5", 0],
                  denoise=0.6 if kind == "input" else 1.0)
graph["8"] = node("VAEDecode", samples=["3", 0], vae=["4", 2])
images = ["8", 0]
if kind == "upscale":
    graph["14"] = node("UpscaleModelLoader", model_name="up.safetensors")
    graph["15"] = node("ImageUpscaleWithModel", upscale_model=["14", 0], image=images)
    images = ["15", 0]
graph["9"] = node("SaveImage", filename_prefix=f"e2e/{kind}", images=images)

id = ask("/prompt", {"prompt": graph})["prompt_id"]
while not (history := ask(f"/history/{id}")):
    time.sleep(0.2)
status = history[id]["status"]
if status["status_str"] != "success":
    sys.exit(f"ComfyUI failed: {status['messages']}")
files = [file for output in history[id]["outputs"].values() for file in output.get("images", [])]
# Of a batch, the last one.
file = files[-1]
recipe = f"{mount}/by-image/output/{file['subfolder']}/{file['filename']}.json"
for _ in range(100):
    if os.path.exists(recipe):
        break
    time.sleep(0.1)
kept = f"{work}/{kind}-{time.time_ns()}.json"
with open(recipe) as text, open(kept, "w") as copy:
    copy.write(text.read())
print(kept)
