"""The environment of a prompt: versions, flags, device, threads, packages, node packs, and the inputs of its node classes."""
import functools
import importlib.metadata
import os
import platform
import subprocess
import sys
import time

from . import code, redact


def _try(body, default=None):
    """A fact that cannot be read on this machine is unknown; that must not fail a prompt."""
    try:
        return body()
    except Exception:
        return default


def _git(directory, *arguments):
    # A repository above the directory does not count.
    if not os.path.exists(os.path.join(directory, ".git")):
        return None
    result = subprocess.run(
        ["git", "-C", directory, *arguments], capture_output=True, text=True, timeout=20,
        env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"})
    return result.stdout.strip() if result.returncode == 0 else None


def revision(directory):
    """The commit of a directory, and whether tracked files differ from it; both None if it is not a repository."""
    commit = _try(lambda: _git(directory, "rev-parse", "HEAD"))
    changed = _try(lambda: _git(directory, "status", "--porcelain", "--untracked-files=no")) if commit else None
    return {"commit": commit, "dirty": None if changed is None else bool(changed)}


def identity(directory):
    """The name and the version of a pack in the registry of node packs; both None if the pack does not state them."""
    def project():
        import tomllib

        with open(os.path.join(directory, "pyproject.toml"), "rb") as file:
            return tomllib.load(file)["project"]

    told = _try(project, {})
    name, version = told.get("name"), told.get("version")
    return {"cnrId": name if isinstance(name, str) else None, "version": version if isinstance(version, str) else None}


def _device():
    import comfy.model_management as management
    import torch

    device = management.get_torch_device()
    known = {"type": device.type, "name": management.get_torch_device_name(device)}
    if device.type == "cuda":
        known["capability"] = ".".join(map(str, torch.cuda.get_device_capability(device)))
        known["driver"] = _try(lambda: subprocess.run(
            ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"], capture_output=True, text=True,
            timeout=10).stdout.split("\n")[0].strip())
    return known


def _threads():
    torch = _try(lambda: __import__("torch"))
    return {
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS"), "MKL_NUM_THREADS": os.environ.get("MKL_NUM_THREADS"),
        "torch": _try(lambda: torch.get_num_threads()), "interop": _try(lambda: torch.get_num_interop_threads()),
    }


def _attention():
    import comfy.ldm.modules.attention as attention

    return attention.optimized_attention.__name__


def node_packs():
    """The node packs that ComfyUI loaded: name -> directory."""
    import folder_paths
    import nodes

    loaded = getattr(nodes, "LOADED_MODULE_DIRS", None)
    roots = [os.path.realpath(path) for path in folder_paths.get_folder_paths("custom_nodes")]
    found = {}
    for path in (loaded.values() if loaded else (
            os.path.join(root, name) for root in roots if os.path.isdir(root) for name in os.listdir(root))):
        path = os.path.abspath(path)
        inside = any(os.path.dirname(os.path.realpath(path)) == root or os.path.dirname(path) == root
                     for root in roots + folder_paths.get_folder_paths("custom_nodes"))
        name = os.path.basename(path)
        if inside and not name.startswith((".", "__")) and not name.endswith(".disabled") and os.path.exists(path):
            found[name] = path
    return found


def places(outside):
    """The paths by which ReproFS finds the reported files: the mounts of a container, and the directories of node packs."""
    import folder_paths

    pairs = (pair.partition("=") for pair in os.environ.get("REPROFS_PATHS", "").split(":"))
    installation = os.path.dirname(os.path.abspath(getattr(folder_paths, "__file__", sys.argv[0])))
    files = [os.path.join(installation, "extra_model_paths.yaml")]
    configs = _try(lambda: __import__("comfy.cli_args").cli_args.args.extra_model_paths_config) or []
    for config in configs:
        files += [os.path.abspath(path) for path in ([config] if isinstance(config, str) else config)]
    return {
        "paths": {inside: there for inside, _, there in pairs if inside and there},
        "base": outside(folder_paths.base_path), "pathFiles": [outside(path) for path in files if os.path.isfile(path)],
    }


@functools.lru_cache(maxsize=1)
def constant():
    """The facts that stay the same while the process runs."""
    import folder_paths

    torch = _try(lambda: __import__("torch"))
    version = _try(lambda: __import__("comfyui_version").__version__)
    return {
        "schema": "reprofs.environment/1",
        "comfyui": {"version": version, **revision(folder_paths.base_path)},
        "argv": redact.arguments(sys.argv[1:]),
        "python": platform.python_version(),
        "system": platform.platform(),
        "torch": _try(lambda: torch.__version__),
        "cuda": _try(lambda: torch.version.cuda),
        "hip": _try(lambda: torch.version.hip),
        "device": _try(_device),
        "attention": _try(_attention),
        "threads": _try(_threads),
        "packages": sorted({f"{d.metadata['Name']}=={d.version}" for d in importlib.metadata.distributions()
                            if d.metadata["Name"]}),
        "nodePacks": [{"name": name, **identity(path), **revision(path)} for name, path in sorted(node_packs().items())],
    }


def class_info(prompt, is_busy):
    """The inputs and outputs of a graph's classes, as in /object_info, with types and defaults but without lists of files, and, for
    classes of packs, what their code uses. `is_busy` tells whether a prompt runs; no code is read then."""
    import nodes

    info = {}
    for node in prompt.values():
        name = node.get("class_type") if isinstance(node, dict) else None
        if name in nodes.NODE_CLASS_MAPPINGS and name not in info:
            kind = nodes.NODE_CLASS_MAPPINGS[name]
            info[name] = _try(lambda: _one(kind))
            if info[name] is not None and (told := _try(lambda: class_code(kind, is_busy))) is not None:
                info[name]["code"] = told
    return {name: value for name, value in info.items() if value is not None}


def class_code(kind, is_busy):
    """What the code of a pack's class uses; None for ComfyUI's own classes, and for code that has not been read yet."""
    module = getattr(kind, "RELATIVE_PYTHON_MODULE", None) or ""
    if not module.startswith("custom_nodes."):
        return None
    root = node_packs().get(module.removeprefix("custom_nodes."))
    return code.of(kind, root, is_busy) if root else {"unread": "its pack is not where packs are"}


def read_code(is_busy, seconds=20):
    """Reads the code of all classes of packs while no prompt runs, so that the result is known after the next one."""
    import nodes

    until = time.monotonic() + seconds
    for kind in list(nodes.NODE_CLASS_MAPPINGS.values()):
        if is_busy() or time.monotonic() > until:
            return
        _try(lambda: class_code(kind, is_busy))


def _one(node):
    if hasattr(node, "GET_NODE_INFO_V1"):
        told = node.GET_NODE_INFO_V1()
    else:
        given = list(getattr(node, "RETURN_TYPES", ()))
        told = {
            "input": node.INPUT_TYPES(), "python_module": getattr(node, "RELATIVE_PYTHON_MODULE", "nodes"),
            "output": given, "output_name": list(getattr(node, "RETURN_NAMES", given)),
            "output_node": bool(getattr(node, "OUTPUT_NODE", False)), "api_node": bool(getattr(node, "API_NODE", False)),
        }
    inputs = told.get("input", {})
    names = [name if isinstance(name, str) else "" for name in told.get("output_name") or []]
    return {"python_module": told.get("python_module"),
            "input": {kind: {name: _plain(spec) for name, spec in inputs[kind].items()}
                      for kind in ("required", "optional") if isinstance(inputs.get(kind), dict)},
            "output": [kind if isinstance(kind, str) else "COMBO" for kind in told.get("output") or []],
            "output_name": names, "output_node": bool(told.get("output_node")), "api_node": bool(told.get("api_node"))}


ROLES = ("multiline", "forceInput", "lazy", "control_after_generate", "image_upload", "video_upload", "audio_upload")


def _plain(spec):
    """An input's type, and those of its options that describe its use; lists of files change too often to be recorded."""
    if not isinstance(spec, (list, tuple)) or not spec:
        return spec if isinstance(spec, (str, int, float, bool, type(None))) else None
    kind, options = spec[0], spec[1] if len(spec) > 1 and isinstance(spec[1], dict) else {}
    if isinstance(kind, (list, tuple)):
        is_files = any(isinstance(value, str) and os.path.splitext(value)[1] for value in kind)
        kind = [] if is_files or len(kind) > 200 else [value for value in kind if isinstance(value, (str, int, float, bool))]
    elif not isinstance(kind, str):
        kind = str(kind)
    told = {key: value for key in ("default", *ROLES) if isinstance(value := options.get(key), (str, int, float, bool))}
    return [kind, told] if told else [kind]
