"""Documents in JSON that somebody else wrote: nothing is taken for granted of how long, how deep or of what shape they are."""
import json


def parse(body, longest):
    """The object that a document of at most `longest` bytes is; ValueError where it is none."""
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
    """What lies under one key after another; None where something on the way is no object, or what lies there is not of `kind`."""
    for key in keys:
        told = told.get(key) if isinstance(told, dict) else None
    # To Python a truth value is a number, too.
    return told if isinstance(told, kind) and (kind is bool or not isinstance(told, bool)) else None
