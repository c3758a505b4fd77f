#!/usr/bin/env bash
# libramus.so shows the C interface and nothing else: no symbol of its own C++, of protobuf, of the standard library.
# usage: exported_symbols_test.sh libramus.so
set -euo pipefail
symbols=$(nm -D --defined-only --format=posix --without-symbol-versions "$1" | awk '$2 != "A" { print $1 }')
[ -n "$symbols" ] || { echo "$1 exports nothing"; exit 1; }
if stray=$(grep -v '^ramus_' <<<"$symbols"); then
  echo "symbols that leak from $1:"
  c++filt <<<"$stray"
  exit 1
fi
# Hosts are linked with this name, and with this version of each symbol.
readelf -d "$1" | grep -q 'SONAME.*\[libramus\.so\.0\]' || { echo "$1: the soname is not libramus.so.0"; exit 1; }
if other=$(nm -D --defined-only "$1" | awk '$2 != "A" { print $3 }' | grep -v '@@RAMUS_0$'); then
  echo "$1: not of version RAMUS_0: $other"
  exit 1
fi
# A symbol that the header does not declare is promised to nobody.
header=$(dirname "${BASH_SOURCE[0]}")/../../plugin/ramus.h
while read -r symbol; do
  grep -qw "$symbol" "$header" || { echo "ramus.h does not declare $symbol"; exit 1; }
done <<<"$symbols"
echo "$(wc -l <<<"$symbols") symbols, all ramus_*"
