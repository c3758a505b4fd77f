#!/usr/bin/env bash
# Installs the Debian 12 packages that Ramus needs. Calls apt-get only when one is missing, so that it also works offline.
# usage: install_packages.sh build|python|tests ...
set -euo pipefail

build=(
  g++ cmake ninja-build
  libboost-dev      # Boost.Graph and Boost.Math, headers only
  libeigen3-dev     # matrices
  libblis-serial-dev # their products: a static library without threads
  libspectra-dev    # the few largest singular vectors of a large matrix
  libtbb-dev        # threads
  libexpected-dev   # tl::expected
  libprotozero-dev  # the wire format of protobuf, without copies
  libssl-dev        # SHA-256
  libonnx-dev libprotobuf-dev  # the official library: shape inference and the checker
  libspdlog-dev libfmt-dev nlohmann-json3-dev libcli11-dev
  libtomlplusplus-dev  # settings of ramus check; without it they are JSON
)
python=(python3 python3-pip python3-setuptools python3-wheel)  # what makes a wheel; whoever installs it needs none of them
tests=(
  doctest-dev
  clang-format-14
  pkg-config
  python3 python3-jsonschema python3-onnx  # schemas, the checker
  python3-yaml      # examples/ci is read and run line by line
  python3-networkx python3-scipy python3-sklearn  # reference numbers
  python3-pytest python3-venv python3-pandas mypy  # the Python package
  nodejs@node npm@npm  # name@command: any package that brings the command will do
  chromium@chromium fonts-dejavu-core  # the page of HTML reports
)

missing=()
for set in "$@"; do
  declare -n packages=$set
  for entry in "${packages[@]}"; do
    name=${entry%@*}
    case $entry in
      *@*) command -v "${entry#*@}" >/dev/null || missing+=("$name") ;;
      *) [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name") ;;
    esac
  done
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root() {
  if [ "$(id -u)" = 0 ]; then
    env DEBIAN_FRONTEND=noninteractive "$@"
  else
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
  fi
}
echo "installing ${missing[*]}"
as_root apt-get update -q || { sleep 5; as_root apt-get update -q; }
as_root apt-get install -q -y --no-install-recommends "${missing[@]}"
