#!/usr/bin/env bash
# Installs what the tests need, builds, and runs every test: first as built for development, then those of the core
# once more under the address and undefined-behaviour sanitizers.
# usage: run.sh [--no-install] [--no-asan]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

install=yes presets=(dev asan)
for option in "$@"; do
  case $option in
    --no-install) install=no ;;
    --no-asan) presets=(dev) ;;
    *) echo "usage: run.sh [--no-install] [--no-asan]" >&2; exit 2 ;;
  esac
done

[ $install = no ] || bash examples/install_packages.sh build python tests

jobs=$(nproc)
for preset in "${presets[@]}"; do
  cmake --preset "$preset"
  cmake --build --preset "$preset" -j "$jobs"
done

# One run over all builds, so that the last lines speak for everything.
mkdir -p build/all
printf 'subdirs("../%s")\n' "${presets[@]}" >build/all/CTestTestfile.cmake
export ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1
ctest --test-dir build/all --output-on-failure -j "$jobs"
