#!/usr/bin/env bash
# Builds Ramus and analyses a model: your own, or the small one that ships with it.
# usage: quickstart.sh [MODEL.onnx] [LABELS.json]      results go to ./ramus-out, or to $RAMUS_OUT
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
model=${1:-$(realpath --relative-base="$PWD" "$here/models/two_branch_tin32bn_s3.onnx")}
labels=${2:-}
out=${RAMUS_OUT:-ramus-out}

[ -r "$model" ] || { echo "quickstart: cannot read $model" >&2; exit 3; }
[ -z "$labels" ] || [ -r "$labels" ] || { echo "quickstart: cannot read $labels" >&2; exit 3; }

mkdir -p "$out"
log=$out/build.log
echo "building Ramus, a few minutes the first time (log in $log) ..."
{
  bash "$here/install_packages.sh" build
  cmake -S "$root" --preset release
  cmake --build "$root/build/release" -j "$(nproc)"
} >"$log" 2>&1 || { tail -n 30 "$log" >&2; exit 4; }

name=$(basename "$model" .onnx)
options=(--annotate "$out/$name.annotated.onnx" -o "$out/$name.report.json")
[ -z "$labels" ] || options+=(--labels "$labels")
"$root/build/release/bin/ramus" analyze "$model" "${options[@]}" --format text | tee "$out/$name.summary.txt"

cat <<END

summary          $out/$name.summary.txt
report           $out/$name.report.json
annotated model  $out/$name.annotated.onnx   (open it in Netron: branch and role stand in each node's metadata)
the command      $root/build/release/bin/ramus --help
END
