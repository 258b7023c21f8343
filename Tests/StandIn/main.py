#!/usr/bin/env python3
"""Stands in for a ComfyUI in tests, with Python's standard library alone: the documented routes, and no model.

It is not a ComfyUI; where it can it answers what a real 0.33 was captured answering (answers/). Its "image" is a pattern made of the very bytes of the models and inputs that a prompt names, of the
prompt's values, and of nothing else; so other bytes give other pixels. Like the real one it reads a model once and holds
it until POST /free, lists folders by their directories' times, and loads node packs from custom_nodes.

STANDIN=fail|die|hang makes a run fail in a node, end the process, or never end. STANDIN_DRIFT gives other pixels for the
same prompt, STANDIN_HOLDS never lets go of a model, STANDIN_FIRST is a directory that it says it searches first, STANDIN_CLASSES and STANDIN_WITHOUT add and remove node classes.
"""
import http.server
import logging
import os
import threading

import nodes
import routes
import running
from options import args, base

# As ComfyUI shows its log.
logging.basicConfig(level=logging.INFO, format="%(message)s")
nodes.load_packs()
threading.Thread(target=running.work, daemon=True).start()
for directory in ("output", "temp", "user"):
    os.makedirs(os.path.join(base, directory), exist_ok=True)
http.server.ThreadingHTTPServer((args.listen, args.port), routes.Handler).serve_forever()
