"""What all nodes of the pack have in common: an image gets a shade that depends on a number or on bytes."""
import hashlib


def shaded(image, value):
    digest = hashlib.sha256(repr(value).encode()).digest()
    for channel in range(3):
        image = image.clone()
        image[..., channel] = image[..., channel] * 0.7 + 0.3 * digest[channel] / 255
    return (image,)


class Shader:
    RETURN_TYPES = ("IMAGE",)
    FUNCTION = "go"
    CATEGORY = "honesty"

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}


class SeededShader(Shader):
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",), "seed": ("INT", {"default": 0, "min": 0, "max": 1 << 31})}}
