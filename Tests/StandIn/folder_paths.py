"""As much of ComfyUI's folder_paths as node packs use."""
import os

from options import base, models_directory

base_path = base
folder_names_and_paths = {folder: ([os.path.join(models_directory, folder)], set()) for folder in
                          ("checkpoints", "loras", "vae", "upscale_models", "embeddings")}
if os.environ.get("STANDIN_FIRST"):
    for folder, (paths, _) in folder_names_and_paths.items():
        paths.insert(0, os.path.join(os.environ["STANDIN_FIRST"], folder))
folder_names_and_paths["custom_nodes"] = ([os.path.join(base, "custom_nodes")], set())
_listing = {}


def get_folder_paths(name): return folder_names_and_paths[name][0]
def get_input_directory(): return os.path.join(base, "input")
def get_output_directory(): return os.path.join(base, "output")
def get_temp_directory(): return os.path.join(base, "temp")
def get_user_directory(): return os.path.join(base, "user")


def get_annotated_filepath(name):
    for kind in ("input", "output", "temp"):
        if name.endswith(f" [{kind}]"):
            return os.path.join(base, kind, name[:-len(kind) - 3])
    return os.path.join(base, "input", name)


def get_filename_list(folder):
    """Cached by the directory's time, as the real one does: a switched view must have another."""
    path = os.path.join(models_directory, folder)
    stamp = os.path.getmtime(path) if os.path.isdir(path) else None
    if folder not in _listing or _listing[folder][0] != stamp:
        found = [os.path.relpath(os.path.join(top, name), path)
                 for top, _, files in os.walk(path, followlinks=True) for name in files]
        _listing[folder] = (stamp, sorted(found))
    return _listing[folder][1]
