"""Reads sources of node packs from standard input, a list in JSON; prints for each what the node pack of ReproFS tells of its class N.

  read_code.py PACK
"""
import importlib.util, json, os, sys, tempfile, types
root, cases = sys.argv[1], json.load(sys.stdin)
package = types.ModuleType("reprofs"); package.__path__ = [root]; sys.modules["reprofs"] = package
from reprofs import code
found = []
with tempfile.TemporaryDirectory() as top:
    for i, source in enumerate(cases):
        directory = os.path.join(top, str(i)); os.mkdir(directory); path = os.path.join(directory, "__init__.py")
        with open(path, "w") as file: file.write(source)
        spec = importlib.util.spec_from_file_location(f"pack{i}", path, submodule_search_locations=[directory])
        module = importlib.util.module_from_spec(spec); sys.modules[spec.name] = module; spec.loader.exec_module(module)
        try: told = code.Reading(os.path.realpath(directory), {}).read(module.N)
        except code.Unread as why: told = [{"kind": "unread", "what": str(why)}]
        found.append(told)
print(json.dumps(found))
