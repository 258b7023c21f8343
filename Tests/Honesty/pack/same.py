"""Nodes that give the same again."""
import hashlib
import os
import pathlib
import random
import time

import numpy as np
import torch
from PIL import Image

import folder_paths

from . import shade

HERE = os.path.dirname(os.path.abspath(__file__))


class SameText:
    """Conditioning of SD 1.5's shape from words, without a text encoder."""
    RETURN_TYPES = ("CONDITIONING",)
    FUNCTION = "go"
    CATEGORY = "honesty"

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"text": ("STRING", {"multiline": True})}}

    def go(self, text):
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "little")
        drawn = torch.randn((1, 77, 768), generator=torch.Generator("cpu").manual_seed(seed))
        return ([[drawn, {"pooled_output": drawn.mean(dim=1)}]],)


class SameInvert(shade.Shader):
    def go(self, image):
        return (1 - image,)


class SamePython(shade.SeededShader):
    def go(self, image, seed):
        return shade.shaded(image, random.Random(seed).random())


class SameNumpy(shade.SeededShader):
    def go(self, image, seed):
        return shade.shaded(image, np.random.default_rng(seed).random())


class SameTorch(shade.SeededShader):
    def go(self, image, seed):
        torch.manual_seed(seed)
        return (image * 0.8 + torch.rand_like(image) * 0.2,)


class SameTimed(shade.Shader):
    """Measures how long it takes, which is in no image."""

    def go(self, image):
        begun = time.perf_counter()
        image = image.flip(2)
        print(f"flipped in {time.perf_counter() - begun:.3f} s")
        return (image,)


class SameFile(shade.Shader):
    """Reads a file that its widget names by a path."""

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",), "path": ("STRING", {"default": ""})}}

    def go(self, image, path):
        with open(path, "rb") as file:
            return shade.shaded(image, file.read())


class SamePicture(shade.Shader):
    """Reads a picture of ComfyUI's own directory of inputs."""

    @classmethod
    def INPUT_TYPES(cls):
        names = sorted(os.listdir(folder_paths.get_input_directory()))
        return {"required": {"image": ("IMAGE",), "picture": (names, {"image_upload": True})}}

    def go(self, image, picture):
        path = folder_paths.get_annotated_filepath(picture)
        return shade.shaded(image, Image.open(path).convert("RGB").tobytes())


class SameLora(shade.Shader):
    """Reads a model that its widget names, from where ComfyUI keeps models."""

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",), "lora_name": (folder_paths.get_filename_list("loras"),)}}

    def go(self, image, lora_name):
        import comfy.utils

        path = folder_paths.get_full_path_or_raise("loras", lora_name)
        weights = comfy.utils.load_torch_file(path)
        return shade.shaded(image, sum(float(weight.sum()) for weight in weights.values()))


class SameWords(shade.Shader):
    """Reads a file of its pack, which is pinned with the code."""

    def go(self, image):
        return shade.shaded(image, pathlib.Path(HERE, "words.txt").read_text())


class SameListing(shade.Shader):
    def go(self, image):
        return shade.shaded(image, sorted(os.listdir(os.path.join(HERE, "listed"))))


class SamePaths(shade.Shader):
    def go(self, image):
        return shade.shaded(image, sorted(path.name for path in pathlib.Path(HERE, "listed").glob("*")))
