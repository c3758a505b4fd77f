#!/usr/bin/env bash
# Opens HTML reports in Chromium: what people click works, names run nothing, nothing leaves the page.
# usage: page_test.sh RAMUS SOURCE_DIR SHARED_DIR WORK_DIR
set -euo pipefail
ramus=$1 source_dir=$2 shared=$3 work=$4
page=$source_dir/adapters/report/page

skip() { echo "SKIPPED: $1"; exit 77; }
command -v node >/dev/null && command -v npm >/dev/null || skip "node and npm are not there"
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || skip "chromium is not there"

mkdir -p "$work"
work=$(realpath "$work")
"$ramus" analyze "$source_dir/examples/models/two_branch_tin32bn_s3.onnx" --quiet --html "$work/example.html" 2>"$work/why" || {
  grep -q "holds no page" "$work/why" && skip "this build holds no page"
  cat "$work/why"
  exit 1
}

# The types of the sources, and the library that drives the browser.
lock=$(sha256sum "$page/package-lock.json" | cut -d' ' -f1)
if [ ! -e "$work/of-$lock" ]; then
  cp "$page/package.json" "$page/package-lock.json" "$work"
  if ! (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1); then
    unreachable='ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED'
    grep -qE "$unreachable" "$work/npm.log" && skip "the npm registry cannot be reached"
    cat "$work/npm.log"
    exit 1
  fi
  touch "$work/of-$lock"
fi
rm -rf "$work/src" && cp -r "$page/src" "$page/tsconfig.json" "$work"
(cd "$work" && node_modules/.bin/tsc --noEmit) && echo "types: no error"

exec node "$source_dir/tests/adapters/page/page_test.mjs" "$ramus" "$source_dir" "$shared" "$work" "$chromium"
