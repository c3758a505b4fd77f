#!/usr/bin/env bash
# An annotated model computes what it computed before, to the last bit.
# usage: same_outputs_test.sh RAMUS RUNTIME_FOLDER MODEL.onnx
set -euo pipefail
ramus=$1 runtime=$2 model=$3
[ -r "$model" ] || { echo "SKIPPED: $model is not there"; exit 77; }
[ -d "$runtime/node_modules" ] || { echo "SKIPPED: ONNX Runtime is not installed in $runtime"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$ramus" annotate "$model" -o "$work/annotated.onnx"
if cmp -s "$model" "$work/annotated.onnx"; then
  echo "annotating $model changed nothing"
  exit 1
fi
node "$runtime/run_equal.mjs" "$model" "$work/annotated.onnx"
