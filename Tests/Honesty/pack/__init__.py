"""Nodes for scripts/honesty: see the README beside this pack."""
from . import same, state, world

NODE_CLASS_MAPPINGS = {
    name: kind for module in (same, state, world) for name, kind in vars(module).items()
    if isinstance(kind, type) and kind.__module__ == module.__name__ and hasattr(kind, "FUNCTION")
}
NODE_DISPLAY_NAME_MAPPINGS = {}
