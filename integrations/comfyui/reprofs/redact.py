"""Removes secrets from reports: from arguments, addresses, and inputs of nodes."""
import functools
import json
import re

HIDDEN = "[redacted]"
_NAME = re.compile(r"(api[-_]?key|token|secret|passw|credential|authorization|bearer|cookie)", re.IGNORECASE)
# The name of an input that counts tokens is not a secret.
_HARMLESS = re.compile(r"(max|num|n|min|context)[-_]?tokens?|tokens?[-_]?(count|limit|normalization)|tokenizer", re.IGNORECASE)
_VALUE = re.compile(
    r"\b(sk-[A-Za-z0-9_-]{16,}|hf_[A-Za-z0-9]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}"
    r"|AKIA[0-9A-Z]{16}|xox[abps]-[A-Za-z0-9-]{10,}|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+)")
_USER = re.compile(r"(?<=://)[^/@\s]+@")


@functools.lru_cache(maxsize=4096)
def is_secret_name(name):
    return bool(_NAME.search(name)) and not _HARMLESS.search(name)


def text(value):
    """A text without parts that look like a key."""
    return _USER.sub(HIDDEN + "@", _VALUE.sub(HIDDEN, value))


# Every text that looks like a key contains one of these; searching for them is fast.
_MARKS = ("sk-", "hf_", "github_pat_", "AKIA", "xox", "eyJ", "://")
_GITHUB = re.compile("gh[pousr]_")


def dumps(value, hidden):
    """A value as JSON, without these texts and without parts that look like a key."""
    told = json.dumps(value)
    is_suspect = any(mark in told for mark in _MARKS) or _GITHUB.search(told) or any(
        json.dumps(secret)[1:-1] in told for secret in hidden)
    return json.dumps(without(value, hidden)) if is_suspect else told


def arguments(argv):
    """A command line without the values of secret arguments."""
    shown, hide = [], False
    for argument in argv:
        if hide and not argument.startswith("-"):
            shown.append(HIDDEN)
            hide = False
            continue
        name, equals, _ = argument.partition("=")
        secret = name.startswith("-") and is_secret_name(name)
        hide = secret and not equals
        shown.append(name + "=" + HIDDEN if secret and equals else text(argument))
    return shown


def secrets(prompt):
    """The values of the inputs of a graph whose names mark them as secret."""
    found = set()
    for node in prompt.values():
        for name, value in (node.get("inputs") or {}).items() if isinstance(node, dict) else ():
            if isinstance(value, str) and len(value) >= 4 and is_secret_name(name):
                found.add(value)
    return found


def without(value, hidden):
    """The value without these texts and without parts that look like a key."""
    if isinstance(value, str):
        for secret in hidden:
            value = value.replace(secret, HIDDEN)
        return text(value)
    if isinstance(value, dict):
        return {key: without(item, hidden) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [without(item, hidden) for item in value]
    return value
