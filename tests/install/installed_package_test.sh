#!/usr/bin/env bash
# An outside project uses an installed Ramus, found by CMake and by pkg-config.
# usage: installed_package_test.sh SOURCE_DIR BUILD_DIR MODEL.onnx
set -euo pipefail
source_dir=$1 build_dir=$2 model=$3
here=$source_dir/tests/install

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build_dir" --prefix "$work/first" >"$work/log"
mv "$work/first" "$work/moved"  # a package may not remember where it was first laid down
prefix=$work/moved
libdir=$prefix/$(sed -n 's/^CMAKE_INSTALL_LIBDIR:[^=]*=//p' "$build_dir/CMakeCache.txt")

# A build without Node has no page.
left_out='^$'
grep -q '^RAMUS_REPORT_PAGE:INTERNAL=.' "$build_dir/CMakeCache.txt" || left_out='report_page\.html'

echo "== files"
(cd "$prefix" && find . ! -type d | sed -E 's#^\./##; s#[0-9]+\.[0-9]+\.[0-9]+$#VERSION#; s#(Targets-)[a-z]+#\1BUILDTYPE#' | LC_ALL=C sort) |
  diff <(grep -v "$left_out" "$here/files.txt") -

echo "== the header alone, in every language version that a host may use"
for standard in c11 c17; do
  cc -std=$standard -Wall -Wextra -Wpedantic -Werror -fsyntax-only -x c "$prefix/include/ramus/ramus.h"
done
for standard in c++11 c++14 c++17 c++20; do
  c++ -std=$standard -Wall -Wextra -Wpedantic -Werror -fsyntax-only -x c++ "$prefix/include/ramus/ramus.h"
done

echo "== the installed command"
"$prefix/bin/ramus" passes >"$work/passes"
"$prefix/bin/ramus" --version

for project in "$source_dir/examples/embed_c" "$source_dir/examples/embed_cpp" "$here/consumer"; do
  echo "== find_package from ${project#"$source_dir"/}"
  cmake -G Ninja -S "$project" -B "$work/build" -DCMAKE_PREFIX_PATH="$prefix" >"$work/log" || { cat "$work/log"; exit 1; }
  cmake --build "$work/build" >"$work/log" || { cat "$work/log"; exit 1; }
  "$work/build/$(basename "$project")" "$model"
  rm -rf "$work/build"
done

echo "== pkg-config"
export PKG_CONFIG_PATH=$libdir/pkgconfig
[ "$(pkg-config --modversion ramus)" = "$(sed -n 's/^CMAKE_PROJECT_VERSION:[^=]*=//p' "$build_dir/CMakeCache.txt")" ]
read -ra flags <<<"$(pkg-config --cflags --libs ramus)"
cc -std=c11 -Wall -Wextra -Wpedantic -Werror "$source_dir/examples/embed_c/embed_c.c" "${flags[@]}" -o "$work/by_pkg_config"
LD_LIBRARY_PATH=$libdir "$work/by_pkg_config" "$model"

echo "== exceptions of a host in C++"
c++ -std=c++11 -Wall -Wextra -Wpedantic -Werror -I "$source_dir/examples/embed_cpp" "$here/exceptions.cpp" "${flags[@]}" -o "$work/exceptions"
LD_LIBRARY_PATH=$libdir "$work/exceptions" "$model"
