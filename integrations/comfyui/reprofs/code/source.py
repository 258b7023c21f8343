"""A source file of a pack: its top-level names, and the names that its imports bind."""
import ast
import collections
import os

# The longest source file that is read. Bytes.
FILE = 2 << 20


class Unread(Exception):
    """Code that cannot be read, with the reason."""


class Source:
    """The facts about a file that need no other file."""

    def __init__(self, path, name):
        if os.path.getsize(path) > FILE:
            raise Unread(f"{os.path.basename(path)} is too long")
        with open(path, "rb") as file:
            tree = ast.parse(file.read())
        self.path, self.name = path, name
        self.package = name if os.path.basename(path) == "__init__.py" else name.rpartition(".")[0]
        self.tops, self.aliases, self.values = {}, {}, set()
        # How often a name is assigned, anywhere in the file.
        self.stored = collections.Counter(
            node.arg if isinstance(node, ast.arg) else node.id for node in ast.walk(tree)
            if isinstance(node, ast.arg) or isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name if alias.asname else alias.name.partition(".")[0]
                    self.aliases[alias.asname or top] = top
            elif isinstance(node, ast.ImportFrom):
                base = self._base(node)
                for alias in node.names:
                    self.aliases[alias.asname or alias.name] = f"{base}.{alias.name}"
        for node in tree.body:
            for inner in ast.walk(node) if isinstance(node, (ast.If, ast.Try)) else [node]:
                if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    self.tops.setdefault(inner.name, inner)
                elif isinstance(inner, (ast.Assign, ast.AnnAssign)):
                    for target in inner.targets if isinstance(inner, ast.Assign) else [inner.target]:
                        if isinstance(target, ast.Name):
                            self.values.add(target.id)
                            # A variable may be a function.
                            self.tops.setdefault(target.id, inner)

    def _base(self, node):
        if not node.level:
            return node.module or ""
        parts = self.package.split(".")
        parts = parts[:len(parts) - node.level + 1]
        return ".".join(parts + ([node.module] if node.module else []))
