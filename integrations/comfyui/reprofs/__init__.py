"""Tells ReproFS what every prompt was really made from. Drop this folder into ComfyUI's custom_nodes.

It adds no node and changes no result. When ReproFS is away, generations go on as ever; what ran is kept and told later.
"""
from . import capture

NODE_CLASS_MAPPINGS = {}
NODE_DISPLAY_NAME_MAPPINGS = {}

capture.install()
