"""The pack's own files that paths in its code name."""
import ast
import os


class OwnFiles:
    """Paths that begin with `__file__`, in one function or at the top of a module, followed through variables that are set once."""

    def __init__(self, reading, module, node):
        self.reading, self.module = reading, module
        self.locals = {item.targets[0].id: item.value for item in ast.walk(node) if isinstance(item, ast.Assign)
                       and len(item.targets) == 1 and isinstance(item.targets[0], ast.Name) and module.stored[item.targets[0].id] == 1}

    def path(self, value, depth=0):
        """The path of a file or directory within the pack; "" for the pack's directory, and None for a path outside."""
        def inner(value): return self.path(value, depth + 1)
        if depth > 20:
            return None
        if isinstance(value, ast.Name):
            if value.id == "__file__":
                path = os.path.realpath(self.module.path)
                return None if os.path.islink(self.module.path) else os.path.relpath(path, self.reading.root)
            made = self.locals.get(value.id)
            top = self.module.tops.get(value.id)
            if made is None and isinstance(top, ast.Assign) and self.module.stored[value.id] == 1:
                made = top.value
            return None if made is None else inner(made)
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div):
            return _below(inner(value.left), [value.right])
        if isinstance(value, ast.Attribute) and value.attr == "parent":
            return _above(inner(value.value))
        if not isinstance(value, ast.Call):
            return None
        name = self.reading.name(self.module, value.func)
        if name is None and isinstance(value.func, ast.Attribute) and value.func.attr in ("resolve", "absolute") and not value.args:
            return inner(value.func.value)
        if not value.args or value.keywords or isinstance(value.args[0], ast.Starred):
            return None
        if name in ("os.path.abspath", "os.path.realpath", "os.path.normpath", "os.fspath", "str") and len(value.args) == 1:
            return inner(value.args[0])
        if name == "os.path.dirname" and len(value.args) == 1:
            return _above(inner(value.args[0]))
        if name in ("os.path.join", "pathlib.Path"):
            return _below(inner(value.args[0]), value.args[1:])
        return None


def _above(path):
    return os.path.dirname(path) if path else None


def _below(path, parts):
    if path is None or not all(isinstance(part, ast.Constant) and isinstance(part.value, str) for part in parts):
        return None
    path = os.path.normpath(os.path.join(path, *(part.value for part in parts)))
    return None if path.startswith((".." + os.sep, os.sep)) or path == ".." else "" if path == "." else path
