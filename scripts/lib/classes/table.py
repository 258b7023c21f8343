"""The table of node classes: one line a class, which Sources/Recipe/Classes/NodeClass+Line.swift reads.

  name TAB flags TAB inputs TAB outputs      items are separated by ";", parts by "="

Flags: `o` its result is an output, `h` a hosted service runs it, `pack:NAME` the node pack that has it.
An input is `name=TYPE`: `@folder` names a file of that models folder, `@input:kind` a file of the input directory. After the
type stand `!` for a text of several lines, `#` where a widget follows that changes the value, `^` where an upload button
follows, `~` where it is only computed when it is needed, `<` where it has no widget, and `?option` where it is there only
while the input before the dot has that value. `name.*` stands for as many inputs as there are.
"""
import json, os, re

CORE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../Sources/Recipe/Classes/CoreClasses.swift")
UPLOADS = {"image_upload": "image", "video_upload": "video", "audio_upload": "audio"}


def made(info, folders, mark, kinds):
    """The facts of every class of an /object_info; `folders` tells which folder lists which file of the mark."""
    return {name: facts(node, folders, mark, kinds) for name, node in sorted(info.items())}


def facts(node, folders, mark, kinds):
    inputs = {}
    for kind in ("required", "optional"):
        for name, spec in order(node, kind):
            inputs.update(declared(name, spec, folders, mark, kinds))
    names = node.get("output_name") or []
    outputs = [(names[i] if i < len(names) and isinstance(names[i], str) else "", plain(t)) for i, t in enumerate(node.get("output") or [])]
    module = node.get("python_module") or ""
    flags = {"inputs": inputs, "outputs": outputs}
    if node.get("output_node"):
        flags["output"] = True
    if node.get("api_node"):
        flags["hosted"] = True
    if module.startswith("custom_nodes."):
        flags["pack"] = module.split(".")[1]
    return flags


def order(node, kind):
    specs = node["input"].get(kind) or {}
    names = (node.get("input_order") or {}).get(kind) or list(specs)
    return [(name, specs[name]) for name in names if name in specs]


def plain(kind):
    """A type as it stands in the table; one that fits every other is `*`."""
    if not isinstance(kind, str):
        return "COMBO"
    return "*" if kind == "COMFY_MATCHTYPE_V3" else kind


def declared(name, spec, folders, mark, kinds, option=None):
    """What one input comes to: itself, and what a choice or a row of them brings with it."""
    kind, more = spec[0], spec[1] if len(spec) > 1 and isinstance(spec[1], dict) else {}
    suffix = f"?{option}" if option is not None else ""
    if kind == "COMFY_DYNAMICCOMBO_V3":
        found = {name: "COMBO" + suffix}
        for choice in more.get("options") or []:
            for part in ("required", "optional"):
                for inner, inside in (choice["inputs"].get(part) or {}).items():
                    for key, value in declared(f"{name}.{inner}", inside, folders, mark, kinds, choice["key"]).items():
                        # The same input of two choices is one input.
                        found[key] = found[key] + "|" + choice["key"] if key in found and "?" in found[key] else value
        return found
    if kind == "COMFY_AUTOGROW_V3":
        inner = more["template"]["input"]
        specs = {**(inner.get("required") or {}), **(inner.get("optional") or {})}
        return {f"{name}.*": declared(key, inside, folders, mark, kinds)[key] for key, inside in list(specs.items())[:1]}
    if isinstance(kind, list) or kind == "COMBO":
        value = file(kind if isinstance(kind, list) else more.get("options") or [], more, folders, mark, kinds)
    else:
        value = plain(kind)
    return {name: value + marks(kind, more) + suffix}


def file(options, more, folders, mark, kinds):
    """Which files a list is of."""
    for key, kind in UPLOADS.items():
        if more.get(key):
            return f"@input:{kind}"
    for option in options:
        if not isinstance(option, str) or mark not in option:
            continue
        stem, _, suffix = option.rpartition("/")[2].partition(".")
        if stem == mark + "input":
            return f"@input:{kinds.get(suffix, 'file')}"
        listed = sorted(folders.get(option.replace("\\", "/")) or [stem[len(mark):]])
        return "@" + (listed[0] if len(listed) == 1 else stem[len(mark):])
    if more.get("file_upload"):
        return "@input:file"
    return "COMBO"


def marks(kind, more):
    return ("!" if more.get("multiline") else "") + ("#" if more.get("control_after_generate") else "") + (
        "^" if any(more.get(key) for key in (*UPLOADS, "file_upload")) else "") + ("~" if more.get("lazy") else "") + (
        "<" if more.get("forceInput") or more.get("socketless") is False else "")


def line(name, facts):
    flags = ("o" if facts.get("output") else "") + ("h" if facts.get("hosted") else "")
    if facts.get("pack"):
        flags += f" pack:{facts['pack']}"
    inputs = ";".join(f"{key}={value}" for key, value in facts["inputs"].items())
    outputs = ";".join(f"{key}={value}" for key, value in facts["outputs"])
    for text in (name, flags, inputs, outputs):
        if "\t" in text or "\n" in text:
            raise SystemExit(f"the class {name!r} has a name that does not fit into a line")
    return "\t".join((name, flags.strip(), inputs, outputs)).rstrip("\t")


def write(classes, version, to):
    lines = {name: line(name, facts) for name, facts in classes.items()}
    if to:
        with open(to, "w") as file:
            file.write(f"# reprofs.classes/1, from ComfyUI {version}\n" + "".join(f"{lines[name]}\n" for name in sorted(lines)))
        return print(f"{len(lines)} classes of ComfyUI {version}")
    # What an older version alone had is kept: its images are there. Of two lines the newer version's counts.
    text = open(CORE).read()
    head, body, tail = re.match(r'(?s)(.*?#"""\n)(.*?)( *"""#\n.*)', text).groups()
    before = dict((entry.strip(" ") + "\t").split("\t", 1) for entry in body.splitlines() if entry.strip())
    known = re.search(r"ComfyUI ([0-9., ]+)\.\n", head).group(1).split(", ")
    newest = max(known, key=numbers, default="0") if known != ["0"] else "0"
    for name, entry in lines.items():
        if numbers(version) >= numbers(newest) or name not in before:
            before[name] = (entry + "\t").split("\t", 1)[1]
    versions = sorted({*known, version} - {"0"}, key=numbers)
    head = re.sub(r"ComfyUI [0-9., ]+\.\n", f"ComfyUI {', '.join(versions)}.\n", head)
    with open(CORE, "w") as file:
        file.write(head + "".join(f"        {name}\t{before[name]}".rstrip("\t") + "\n" for name in sorted(before)) + tail)
    print(f"{len(lines)} classes of ComfyUI {version}; the table has {len(before)}")


def numbers(version):
    return [int(part) for part in re.findall(r"\d+", version)]
