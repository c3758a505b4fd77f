#!/usr/bin/env bash
# A rewritten model computes what the original computes, up to rounding, and is a model like any other: it can be analysed,
# annotated and stripped. Folders stand for the models in them, Python scripts for those that they make.
# usage: rewrite_test.sh RAMUS RUNTIME_FOLDER PYTHON MODEL_FOLDER_OR_SCRIPT...
set -euo pipefail
ramus=$1 runtime=$2 python=$3
shift 3
[ -d "$runtime/node_modules" ] || { echo "SKIPPED: ONNX Runtime is not installed in $runtime"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
models=()
for place in "$@"; do
  if [ -d "$place" ]; then
    models+=("$place"/*.onnx)
  elif [[ $place == *.py ]]; then
    mkdir -p "$work/made"
    "$python" "$place" "$work/made"
    models+=("$work/made"/*.onnx)
  elif [ -r "$place" ]; then
    models+=("$place")
  fi
done
[ ${#models[@]} -gt 0 ] || { echo "SKIPPED: $* is not there"; exit 77; }
pairs=()
same=0
for model in "${models[@]}"; do
  before=$model  # what the form at hand is compared with: a copy needs no comparing
  for form in normal parallel; do
    out=$work/$(basename "$model" .onnx).$form.onnx
    if ! "$ramus" rewrite "$model" -o "$out" --form "$form" --quiet 2>"$work/why"; then
      grep -q "weights lie in files beside it" "$work/why" || { echo "$model: $(cat "$work/why")"; exit 1; }
      echo "$(basename "$model"): not rewritten, its weights lie in other files"
      break
    fi
    last=$out
    if cmp -s "$before" "$out"; then
      same=$((same + 1))
    else
      "$ramus" analyze "$out" --passes residual-streams --quiet
      pairs+=("$model" "$out")
    fi
    before=$out
  done
done
echo "$same rewritten models are byte for byte the original or the normal form"
"$ramus" annotate "$last" -o "$work/annotated.onnx" --quiet
"$ramus" strip "$work/annotated.onnx" -o "$work/stripped.onnx"
cmp "$last" "$work/stripped.onnx"
[ ${#pairs[@]} -eq 0 ] || node "$runtime/run_close.mjs" "${pairs[@]}"
