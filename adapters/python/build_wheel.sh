#!/usr/bin/env bash
# Makes a wheel with libramus.so and the command of a finished build in it. Needs no network: pip, setuptools and wheel.
# usage: build_wheel.sh BUILD_DIR [OUT_DIR]      OUT_DIR is BUILD_DIR/python without; PYTHON names another interpreter
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build_dir=$1 out=${2:-$1/python}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build_dir" --prefix "$work/installed" --strip >"$work/log"
mkdir -p "$work/source" "$out"
cp -r "$here"/{pyproject.toml,setup.py,README.md,ramus} "$work/source"
cp "$here/../../LICENSE" "$work/source"

# As installed: the command finds its library from its own place.
package=$work/source/ramus
library=$(cd "$work/installed" && find lib* -name libramus.so.0)
mkdir -p "$package/$(dirname "$library")" "$package/bin"
cp -L "$work/installed/$library" "$package/$library"
[ ! -e "$work/installed/bin/ramus" ] || cp "$work/installed/bin/ramus" "$package/bin"

rm -f "$out"/ramus-*.whl
"${PYTHON:-python3}" -m pip wheel --quiet --disable-pip-version-check --no-index --no-build-isolation --no-deps \
  --wheel-dir "$out" "$work/source"
ls "$out"/ramus-*.whl
