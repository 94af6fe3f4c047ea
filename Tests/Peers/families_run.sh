#!/bin/sh
# Measures every tiny model on every path and rewrites docs/families.md and what `oven families` shows of it.
#
#     families_run.sh PYTHON [WORK]
#
# PYTHON: one with openvino==2026.4.1 openvino-genai==2026.4.1 safetensors numpy transformers==5.24.0 torch pillow.
# WORK: where models and lines are kept; what is there already is not made again, so that a run that was stopped goes on.
set -eu
python=${1:?usage: families_run.sh PYTHON [WORK]}
root=$(cd "$(dirname "$0")/../.." && pwd)
oven=$root/.build/release/oven
peers=$root/Tests/Peers
tiny=$root/Tests/Fixtures/tiny
if [ $# -gt 1 ]; then work=$2; mkdir -p "$work"; else work=$(mktemp -d); trap 'rm -rf "$work"' EXIT INT TERM; fi

# bake SOURCE DESTINATION OPTION...
bake() {
  source=$1 destination=$2; shift 2
  [ -e "$destination/openvino_model.xml" ] || [ -e "$destination.refused" ] && return
  mkdir -p "$(dirname "$destination")"
  "$oven" bake "$source" -o "$destination" --weight-format fp32 --no-tokenizer "$@" > "$work/log" 2>&1 \
    || cp "$work/log" "$destination.refused"
}
# measure FIXTURES BAKED PATHS: a line for each model, in BAKED.txt
measure() {
  [ -e "$2.txt" ] && return
  PATHS=$3 "$python" "$peers/families.py" "$1" "$2" > "$2.lines"
  mv "$2.lines" "$2.txt"
}

for folder in "$tiny"/*/; do
  name=$(basename "$folder")
  bake "$folder" "$work/tiny/$name"
  bake "$folder" "$work/static/$name" --static --prompt-length 16 --context-length 64
done
measure "$tiny" "$work/tiny" whole,steps,padded,paged,npu,nodes

for file in "$root"/Tests/Fixtures/gguf_families/*.gguf; do
  name=$(basename "$file" .gguf)
  bake "$file" "$work/gguf/$name"
  mkdir -p "$work/gguf_reference/$name"
  cp "${file%.gguf}.safetensors" "$work/gguf_reference/$name/reference.safetensors"
done
measure "$work/gguf_reference" "$work/gguf" whole,steps

[ -e "$work/made" ] || "$python" "$peers/families_variants.py" "$work/made" 1000
for folder in "$work"/made/*/; do bake "$folder" "$work/variants/$(basename "$folder")"; done
measure "$work/made" "$work/variants" whole,steps,padded,paged,nodes

"$python" "$peers/families_table.py" "$root" "$work"
