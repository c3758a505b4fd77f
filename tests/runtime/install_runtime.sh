#!/usr/bin/env bash
# Installs ONNX Runtime for Node at its locked version into a folder of the build tree. 77: this machine cannot.
# usage: install_runtime.sh FOLDER
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1"
cp "$here"/{package.json,package-lock.json} "$here"/*.mjs "$1"
cd "$1"
if cmp -s package-lock.json installed.lock; then exit 0; fi
command -v node npm >/dev/null || { echo "SKIPPED: node or npm is not installed"; exit 77; }
# Its install script fetches CUDA libraries; the library for the CPU lies in the package itself.
if npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1; then
  cp package-lock.json installed.lock
elif grep -qE 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED' npm.log; then
  echo "SKIPPED: the npm registry cannot be reached"
  exit 77
else
  cat npm.log
  exit 1
fi
