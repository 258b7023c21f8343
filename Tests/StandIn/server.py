"""As much of ComfyUI's server as node packs look at."""
import types

from options import args

PromptServer = types.SimpleNamespace(instance=types.SimpleNamespace(address=args.listen, port=args.port))
