"""Nodes whose result depends on what lies outside the graph: files, the environment, other machines and processes."""
import datetime
import os
import subprocess
import time
import urllib.request
from os import environ

import safetensors.torch

import folder_paths

from . import shade

HERE = os.path.dirname(os.path.abspath(__file__))


class ClockTime(shade.Shader):
    def go(self, image):
        return shade.shaded(image, time.time())


class ClockDate(shade.Shader):
    def go(self, image):
        return shade.shaded(image, datetime.datetime.now().microsecond)


class EnvironmentGet(shade.Shader):
    def go(self, image):
        return shade.shaded(image, os.environ.get("HONESTY_WORD"))


class EnvironmentName(shade.Shader):
    def go(self, image):
        return shade.shaded(image, environ["HONESTY_WORD"])


class FileOutside(shade.Shader):
    """Reads a file beside the one that its widget names."""

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",), "path": ("STRING", {"default": ""})}}

    def go(self, image, path):
        with open(path + ".more", "rb") as file:
            return shade.shaded(image, file.read())


class OwnModel(shade.Shader):
    """Has a model in its own directory, which no mount serves."""

    def go(self, image):
        weights = safetensors.torch.load_file(os.path.join(HERE, "own.safetensors"))
        return shade.shaded(image, sum(float(weight.sum()) for weight in weights.values()))


class AutoModel(shade.Shader):
    """Takes whatever LoRA comes first."""

    def go(self, image):
        import comfy.utils

        name = folder_paths.get_filename_list("loras")[0]
        weights = comfy.utils.load_torch_file(folder_paths.get_full_path("loras", name))
        return shade.shaded(image, sum(float(weight.sum()) for weight in weights.values()))


class Network(shade.Shader):
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",), "url": ("STRING", {"default": ""})}}

    def go(self, image, url):
        return shade.shaded(image, urllib.request.urlopen(url, timeout=10).read())


class Process(shade.Shader):
    def go(self, image):
        return shade.shaded(image, subprocess.check_output(["date", "+%N"]))
