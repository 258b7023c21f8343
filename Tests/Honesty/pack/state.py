"""Nodes whose result depends on chance, or on what the process did before."""
import itertools
import os
import random
import secrets
import uuid

import numpy as np
import torch
from numpy.random import default_rng

from . import shade

COUNT = 0
STATE = {"runs": 0}
NUMBERS = itertools.count()
GENERATOR = np.random.default_rng()


class ChancePython(shade.Shader):
    def go(self, image):
        return shade.shaded(image, random.random())


class ChanceNumpy(shade.Shader):
    def go(self, image):
        return shade.shaded(image, default_rng().integers(1 << 30))


class ChanceOfModule(shade.Shader):
    def go(self, image):
        return shade.shaded(image, GENERATOR.integers(1 << 30))


class ChanceTorch(shade.Shader):
    def go(self, image):
        return (image * 0.8 + torch.rand(image.shape, generator=None) * 0.2,)


class ChanceInPlace(shade.Shader):
    def go(self, image):
        return (image * 0.8 + torch.empty_like(image).uniform_(0, 0.2),)


class ChanceUnused(shade.SeededShader):
    """Has a seed, and seeds another source than it draws from."""

    def go(self, image, seed):
        torch.manual_seed(seed)
        return shade.shaded(image, random.randrange(1 << 30))


class ChanceName(shade.Shader):
    def go(self, image):
        return shade.shaded(image, (uuid.uuid4().hex, secrets.token_hex(4)))


class ChanceHash(shade.Shader):
    """Python's hash of a text differs from process to process."""

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",), "text": ("STRING", {"default": "a fox"})}}

    def go(self, image, text):
        return shade.shaded(image, hash(text))


class CountGlobal(shade.Shader):
    def go(self, image):
        global COUNT
        COUNT += 1
        return shade.shaded(image, COUNT)


class CountTable(shade.Shader):
    def go(self, image):
        STATE["runs"] += 1
        return shade.shaded(image, STATE["runs"])


class CountIterator(shade.Shader):
    def go(self, image):
        return shade.shaded(image, next(NUMBERS))


class CountClass(shade.Shader):
    runs = 0

    def go(self, image):
        type(self).runs += 1
        return shade.shaded(image, self.runs)


class CountDefault(shade.Shader):
    def go(self, image, seen=[]):
        seen.append(len(seen))
        return shade.shaded(image, seen)


class CountFile(shade.Shader):
    def go(self, image):
        with open(os.path.join(os.path.dirname(__file__), "count.txt"), "a+") as file:
            file.seek(0)
            count = len(file.read())
            file.write("x")
        return shade.shaded(image, count)


class ChangesHidden(shade.Shader):
    """Its code hides what it does; what it says of itself does not."""

    @classmethod
    def IS_CHANGED(cls, image):
        return float("nan")

    def go(self, image):
        return shade.shaded(image, getattr(random, "ran" + "dom")())
