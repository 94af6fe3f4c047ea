#!/bin/sh
# What optimum-intel makes of tiny models beside Oven: how many it exports, and how many of these agree with transformers.
# Writes the table of docs/families.md.
#
#     families_optimum.sh FIXTURES [WORK]
#
# FIXTURES: folders with reference.safetensors, such as Tests/Fixtures/tiny. It installs optimum-intel into .venv-optimum,
# with the newest transformers that it takes; families that it only exports with an older one are tried with that.
# PYTHON names an environment that has it.
set -eu
fixtures=${1:?usage: families_optimum.sh FIXTURES [WORK]}
root=$(cd "$(dirname "$0")/../.." && pwd)
peers=$root/Tests/Peers
oven=$root/.build/release/oven
if [ $# -gt 1 ]; then work=$2; mkdir -p "$work"; else work=$(mktemp -d); trap 'rm -rf "$work"' EXIT INT TERM; fi
python=${PYTHON:-$root/.venv-optimum/bin/python}
[ -x "$python" ] || {
  python3 -m venv "$root/.venv-optimum"
  "$python" -m pip install --quiet "optimum-intel[openvino]==2.2.0" transformers==5.5.4 openvino==2026.4.1 \
    openvino-genai==2026.4.1.0
}
mkdir -p "$work/optimum" "$work/oven"
"$python" "$peers/families_optimum.py" "$fixtures" "$work/optimum" >> "$work/exports.txt"
for version in 5.2.0 5.0.0 4.57.6; do
  older=$work/transformers-$version
  [ -d "$older" ] || {
    needs="transformers==$version"
    [ $version != 4.57.6 ] || needs="$needs huggingface-hub<1.0 tokenizers==0.22.1"
    # shellcheck disable=SC2086 # the packages are words of their own
    "$python" -m pip install --quiet --no-deps --target "$older" $needs
  }
  PYTHONPATH=$older "$python" "$peers/families_optimum.py" "$fixtures" "$work/optimum" >> "$work/exports.txt"
done
for folder in "$fixtures"/*/; do
  name=$(basename "$folder")
  [ -e "$work/oven/$name/openvino_model.xml" ] ||
    "$oven" bake "$folder" -o "$work/oven/$name" --weight-format fp32 --no-tokenizer > "$work/log" 2>&1 || cat "$work/log"
done
for maker in optimum oven; do
  PATHS=whole,steps "$python" "$peers/families.py" "$fixtures" "$work/$maker" > "$work/$maker.txt"
done
"$python" "$peers/families_optimum_table.py" "$root" "$fixtures" "$work"
