"""The node classes that there are: those of its own, as the real one was captured describing them, and those of node packs."""
import json
import os
import sys

import folder_paths
from options import ANSWERS, base

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
CAPTURED = {}
for name in os.listdir(ANSWERS):
    if name.startswith("object_info_"):
        with open(os.path.join(ANSWERS, name)) as file:
            CAPTURED.update(json.load(file))
EXTRA = json.loads(os.environ.get("STANDIN_CLASSES", "{}"))
KINDS.update(EXTRA)
for name in os.environ.get("STANDIN_WITHOUT", "").split():
    KINDS.pop(name, None)


def info(name):
    captured = None if name in EXTRA else CAPTURED.get(name)
    inputs = json.loads(json.dumps(captured["input"]["required"] if captured else KINDS[name]))
    if name in LOADERS:
        inputs[LOADERS[name][0]][0] = folder_paths.get_filename_list(LOADERS[name][1])
    if captured:
        return {**captured, "input": {**captured["input"], "required": inputs}}
    return {"input": {"required": inputs}, "name": name, "python_module": "nodes", "output_node": name == "SaveImage"}


NODE_CLASS_MAPPINGS = {
    name: type(name, (), {"INPUT_TYPES": classmethod(lambda cls, n=name: info(n)["input"]), "RELATIVE_PYTHON_MODULE": "nodes"})
    for name in KINDS}
LOADED_MODULE_DIRS = {}
# Those of node packs.
PACKED = {}


def load_packs():
    """Imports what lies in custom_nodes, as the real one does."""
    packs = os.path.join(base, "custom_nodes")
    if os.path.isdir(packs):
        sys.path.insert(0, packs)
        for name in sorted(os.listdir(packs)):
            if os.path.isfile(os.path.join(packs, name, "__init__.py")):
                LOADED_MODULE_DIRS[name] = os.path.join(packs, name)
                for kind, found in getattr(__import__(name), "NODE_CLASS_MAPPINGS", {}).items():
                    found.RELATIVE_PYTHON_MODULE = "custom_nodes." + name
                    PACKED[kind] = NODE_CLASS_MAPPINGS[kind] = found
                    KINDS[kind] = found.INPUT_TYPES()["required"]
