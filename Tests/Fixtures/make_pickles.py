"""Writes Pickles/: what PyTorch and Python write, harmless and not. Needs torch. What they run is the command `true`."""
import collections, os, pickle, zipfile
import torch

out = os.path.join(os.path.dirname(__file__), "Pickles", "")
weights = collections.OrderedDict(weight=torch.arange(6, dtype=torch.float16).reshape(2, 3), bias=torch.zeros(3))
state = {"state_dict": weights, "epoch": 3}


class Run:
    def __reduce__(self):
        return (os.system, ("true",))


for suffix, is_zip in (("", True), ("_legacy", False)):
    torch.save(state, f"{out}weights{suffix}.pt", _use_new_zipfile_serialization=is_zip)
    torch.save(
        {"state_dict": state, "x": Run()}, f"{out}runs_code{suffix}.ckpt", _use_new_zipfile_serialization=is_zip)
for protocol in range(6):
    with open(f"{out}protocol{protocol}.pkl", "wb") as file:
        values = {"a": [1, 2.5, None, True, b"x" * 300, "é" * 300, 10**30]}
        pickle.dump([Run(), values], file, protocol=protocol)
with zipfile.ZipFile(out + "deflated.pt", "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("archive/data.pkl", pickle.dumps(Run(), protocol=4))
    archive.writestr("archive/code/__torch__.py", "def forward(self): pass\n")
