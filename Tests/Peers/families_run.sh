#!/bin/sh
# Measures every tiny model on every path and rewrites docs/families.md and what `oven families` shows of it.
#
#     families_run.sh PYTHON    (one with openvino==2026.4.1 openvino-genai==2026.4.1 safetensors numpy transformers==5.24.0 torch)
set -eu
python=${1:?usage: families_run.sh PYTHON}
root=$(cd "$(dirname "$0")/../.." && pwd)
oven=$root/.build/release/oven
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
mkdir "$work/baked" "$work/static" "$work/gguf" "$work/gguf_reference" "$work/variants" "$work/variants_baked"

for folder in "$root"/Tests/Fixtures/tiny/*/; do
  name=$(basename "$folder")
  "$oven" bake "$folder" -o "$work/baked/$name" --weight-format fp32 --no-tokenizer > "$work/log" 2>&1 || cat "$work/log"
  "$oven" bake "$folder" -o "$work/static/$name" --weight-format fp32 --no-tokenizer --static --prompt-length 16 \
    --context-length 64 > "$work/log" 2>&1 || rm -rf "$work/static/$name"
done
for file in "$root"/Tests/Fixtures/gguf_families/*.gguf; do
  name=$(basename "$file" .gguf)
  "$oven" bake "$file" -o "$work/gguf/$name" --weight-format fp32 --no-tokenizer > "$work/log" 2>&1 || cat "$work/log"
  mkdir "$work/gguf_reference/$name"
  cp "${file%.gguf}.safetensors" "$work/gguf_reference/$name/reference.safetensors"
done
"$python" "$root/Tests/Peers/families_variants.py" "$work/variants" 1000
for folder in "$work"/variants/*/; do
  name=$(basename "$folder")
  "$oven" bake "$folder" -o "$work/variants_baked/$name" --weight-format fp32 --no-tokenizer > "$work/log" 2>&1 || cat "$work/log"
done
PATHS=whole,steps,padded,paged,nodes "$python" "$root/Tests/Peers/families.py" "$work/variants" "$work/variants_baked" \
  > "$work/variants.txt"
"$python" "$root/Tests/Peers/families.py" "$root/Tests/Fixtures/tiny" "$work/baked" > "$work/tiny.txt"
PATHS=whole,steps "$python" "$root/Tests/Peers/families.py" "$work/gguf_reference" "$work/gguf" > "$work/gguf.txt"
ls "$work/static" > "$work/static.txt"
"$python" "$root/Tests/Peers/families_table.py" "$root" "$work"
