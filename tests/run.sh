#!/usr/bin/env bash
# Installs what the tests need, builds, and runs every test: those of the core under the address and undefined-behaviour
# sanitizers, the others as built for development; with --no-asan all of them as built for development.
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
  # What the sanitized build runs of the core, the other one need not build as well.
  core=ON
  if [ "$preset" = dev ] && [ ${#presets[@]} -gt 1 ]; then core=OFF; fi
  cmake --preset "$preset" -DRAMUS_TEST_CORE=$core
  cmake --build --preset "$preset" -j "$jobs"
done

# One run over all builds, so that the last lines speak for everything.
mkdir -p build/all
printf 'subdirs("../%s")\n' "${presets[@]}" >build/all/CTestTestfile.cmake
export ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1
ctest --test-dir build/all --output-on-failure -j "$jobs"
