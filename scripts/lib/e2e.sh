# The pieces of scripts/e2e-comfyui: a store, a mount, a ComfyUI on it, and what is expected of them.
comfyui=$(cd "${1:?say where ComfyUI is}" && pwd); shift
[ "${1:-}" != -- ] || shift
arguments=("$@")
[ ${#arguments[@]} -gt 0 ] || arguments=(--cpu)
python=${PYTHON:-}
for candidate in "$comfyui/.venv/bin/python" "$comfyui/venv/bin/python" "$(command -v python3)"; do
    [ -n "$python" ] || { [ ! -x "$candidate" ] || python=$candidate; }
done
reprofs=${REPROFS:-$here/.build/release/reprofs}
[ -x "$reprofs" ] || { (cd "$here" && swift build -c release --product reprofs >&2) || exit 1; }
models=${MODELS:-}
work=$(mktemp -d)
export REPROFS_STORE=$work/store OMP_NUM_THREADS=${OMP_NUM_THREADS:-1} MKL_NUM_THREADS=${MKL_NUM_THREADS:-1}
source_models=$work/models mount=$work/mount address= server= checks=0 last=

say() { printf '\n%s\n' "$*"; }
expect() {
    local what=$1; shift
    "$@" || { printf '  FAILED: %s\n' "$what"; [ ! -f "$work/comfyui.log" ] || tail -20 "$work/comfyui.log"; exit 1; }
    printf '  ok: %s\n' "$what"
    checks=$((checks + 1))
}

stop_comfyui() { [ -z "$server" ] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; server=; }; }
leave() {
    stop_comfyui
    "$reprofs" unmount "$mount" >/dev/null 2>&1 || true
    mountpoint -q "$mount" 2>/dev/null || rm -rf "$work"
}
trap leave EXIT

# Which files stand for seed 1 and for seed 2: the checkpoints that were named, or the corpus's small models.
place() {
    local seed=$1
    mkdir -p "$source_models"/{checkpoints,loras/style,embeddings,upscale_models,text_encoders}
    if [ -n "${CHECKPOINT:-}" ]; then
        local file=$CHECKPOINT
        [ "$seed" = 1 ] || file=${OTHER_CHECKPOINT:?name a second checkpoint of the same architecture}
        cp --reflink=auto --remove-destination "$file" "$source_models/checkpoints/model.safetensors"
        return
    fi
    cp --remove-destination "$models/tiny-s$seed.safetensors" "$source_models/checkpoints/model.safetensors"
    cp --remove-destination "$models/tiny-lora-s$seed.safetensors" "$source_models/loras/style/ink.safetensors"
    local target name
    while read -r target name; do
        [ ! -f "$models/$name" ] || cp --remove-destination "$models/$name" "$source_models/$target"
    done <<EOF
upscale_models/up.safetensors esrgan-s$seed.safetensors
embeddings/mark.safetensors emb-s$seed.safetensors
text_encoders/clip_l.safetensors clip-s$seed.safetensors
EOF
    chmod -R u+w "$source_models"
}
use_first_models() { place 1; "$reprofs" add "$source_models" >/dev/null; free; }
replace_models() { place 2; "$reprofs" add "$source_models" >/dev/null; }
delete_sources() { rm -rf "$source_models"; }
rename_lora() {
    use_first_models
    mv "$source_models/loras/style/ink.safetensors" "$source_models/loras/other name.safetensors"
    "$reprofs" add "$source_models" >/dev/null
}

free() {
    [ -n "$server" ] || return 0
    curl -fsS -X POST -H 'Content-Type: application/json' -d '{"unload_models":true,"free_memory":true}' "$address/free" >/dev/null
    sleep 2
}

start_comfyui() {
    local port
    port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    address=http://127.0.0.1:$port
    (cd "$comfyui" && exec "$python" main.py --port "$port" --base-directory "$work/base" \
        --models-directory "$mount/active/models" --disable-auto-launch "${arguments[@]}" >"$work/comfyui.log" 2>&1) &
    server=$!
    for _ in $(seq 300); do
        ! curl -fs "$address/system_stats" >/dev/null 2>&1 || return 0
        kill -0 "$server" 2>/dev/null || { tail -20 "$work/comfyui.log"; exit 1; }
        sleep 0.5
    done
    echo "ComfyUI does not answer"; exit 1
}

# Queues a graph of a kind, waits for it and for its snapshot; prints the path of the recipe.
generate() {
    "$python" "$here/scripts/lib/e2e_prompts.py" "$address" "$work" "$mount" "$@" "corpus=$([ -n "${CHECKPOINT:-}" ] || echo 1)"
}
field() { "$python" -c '
import json, re, sys
value = json.load(open(sys.argv[1]))
for key, index in re.findall(r"\.(\w+)|\[(\d+)\]", sys.argv[2]):
    value = value[int(index)] if index else value[key]
print(json.dumps(value) if isinstance(value, (bool, dict, list)) else value)' "$1" "$2"; }
id_of() { field "$1" .snapshot; }
pinned() { "$python" -c '
import json, sys
print(" ".join(sorted({m["sha256"] for m in json.load(open(sys.argv[1]))["models"]})))' "$1"; }
opened() { "$python" -c '
import json, sys
print(" ".join(sorted({m["sha256"] for m in json.load(open(sys.argv[1]))["opened"]})))' "$last"; }

reproduce() {
    local recipe=$1; shift
    last=$work/certificate.json
    local status=0
    "$reprofs" reproduce "$(id_of "$recipe")" --json "$@" >"$last" || status=$?
    expect "verified: the same pixels, from the pinned bytes" test "$status" = 0 -a "$(field "$last" .verdict)" = verified
}

finish() {
    local version
    version=$(field "$last" .environment.present.comfyui.version)
    say "All $checks checks passed: ReproFS $("$reprofs" --version), ComfyUI $version, Python $(field "$last" .environment.present.python), torch $(field "$last" .environment.present.torch), $(field "$last" .environment.present.device.name)."
}

[ -n "$models" ] || [ -n "${CHECKPOINT:-}" ] || { echo "say which models: CHECKPOINT and OTHER_CHECKPOINT, or MODELS"; exit 2; }
kinds=(input batch)
[ -n "${CHECKPOINT:-}" ] || kinds=(lora "${kinds[@]}")
place 1
# An embedding needs a text encoder, which the small checkpoint has not.
[ ! -f "$source_models/text_encoders/clip_l.safetensors" ] || kinds+=(embedding)
[ ! -f "$source_models/upscale_models/up.safetensors" ] || kinds+=(upscale)
mkdir -p "$work"/base/{custom_nodes,input,output}
cp -r "$here/integrations/comfyui/reprofs" "$work/base/custom_nodes/"
[ -z "${WITH_NODES:-}" ] || cp -r "$WITH_NODES"/. "$work/base/custom_nodes/"
"$reprofs" init >/dev/null
"$reprofs" add "$source_models" >/dev/null
"$reprofs" mount "$mount" >/dev/null
