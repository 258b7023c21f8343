"""How this process was started."""
import argparse
import os

parser = argparse.ArgumentParser()
parser.add_argument("--listen", default="127.0.0.1")
parser.add_argument("--port", type=int, default=8188)
parser.add_argument("--base-directory", default=os.path.dirname(os.path.abspath(__file__)))
parser.add_argument("--models-directory")
parser.add_argument("--disable-auto-launch", action="store_true")
parser.add_argument("--cpu", action="store_true")
args = parser.parse_args()
base = os.path.abspath(args.base_directory)
models_directory = os.path.abspath(args.models_directory or os.path.join(base, "models"))
ANSWERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "answers")
MODE = os.environ.get("STANDIN", "")
