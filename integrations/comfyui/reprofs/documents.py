"""JSON documents from other programs, whose length, depth and shape are not assumed."""
import json


def parse(body, longest):
    """The object in a document of at most `longest` bytes. Raises ValueError if it is not one."""
    if len(body) > longest:
        raise ValueError("it is too long")
    try:
        told = json.loads(body)
    except RecursionError:
        raise ValueError("it nests too deeply") from None
    if not isinstance(told, dict):
        raise ValueError("it is not an object")
    return told


def at(told, *keys, kind=dict):
    """The value at a path of keys; None if a value on the way is not an object, or the last one is not of `kind`."""
    for key in keys:
        told = told.get(key) if isinstance(told, dict) else None
    # In Python a bool is also an int.
    return told if isinstance(told, kind) and (kind is bool or not isinstance(told, bool)) else None
