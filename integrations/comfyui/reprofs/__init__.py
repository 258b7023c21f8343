"""Tells ReproFS what every prompt was really made from. Drop this folder into ComfyUI's custom_nodes.

It adds no node and changes no result. When ReproFS is away, generations continue as usual, and their reports are delivered later.
ComfyUI's page gets a tab with the last outputs and how far each can be made again.
"""
import logging

from . import capture, page

NODE_CLASS_MAPPINGS = {}
NODE_DISPLAY_NAME_MAPPINGS = {}

if capture.install():
    WEB_DIRECTORY = "./web"
    try:
        page.install()
    except Exception as error:
        logging.getLogger("reprofs").warning("ReproFS: its tab in ComfyUI has nothing to show: %r", error)
