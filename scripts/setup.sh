#!/usr/bin/env bash
# Makes .venv with the pinned, hashed requirements and this project in it. usage: setup.sh run|dev
# Does nothing where that was done for the same requirement files and the same Python.
set -euo pipefail
cd "$(dirname "$0")/.."

kind=${1:-}
case $kind in run | dev) ;; *) echo "usage: setup.sh run|dev" >&2; exit 2 ;; esac

say() { echo "setup: $*" >&2; }
fail() { echo "setup: $*" >&2; exit 2; }

# The first Python of at least 3.11, or nothing.
find_python() {
  local name
  for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
}

# The Debian package that holds venv for this Python.
venv_package() {
  if [ "$("$1" -c 'import sys; print(sys.prefix)')" != /usr ]; then return; fi
  "$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_be_root() {
  [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null
}

# Debian and Ubuntu split ensurepip off: bring it by apt, or say the line that does.
ensure_venv() {
  if "$1" -c 'import ensurepip, venv' 2>/dev/null; then return; fi
  local package line
  package=$(venv_package "$1")
  [ -n "$package" ] || fail "$1 has no venv module; install a complete Python 3.11 or newer"
  line="apt-get update && apt-get install -y $package"
  if ! command -v apt-get >/dev/null || ! may_be_root; then
    fail "$1 has no venv module; run this once, then again what you ran: sudo sh -c '$line'"
  fi
  say "installing $package, which $1 needs to make a virtual environment"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" >/dev/null
}

# What the environment is made from: the same state needs no work.
state() {
  sha256sum pyproject.toml requirements/build.txt "requirements/$1.txt" | sha256sum | cut -c1-64
}

is_done() {
  [ -x .venv/bin/spoor ] && [ "$(cat ".venv/setup-$1" 2>/dev/null)" = "$(state "$1")" ] &&
    .venv/bin/python -c '' 2>/dev/null
}

if is_done "$kind" || is_done dev; then exit 0; fi

if ! .venv/bin/python -c '' 2>/dev/null; then
  python=$(find_python)
  [ -n "$python" ] || fail "no Python 3.11 or newer found; name one with PYTHON=/path/to/python3"
  ensure_venv "$python"
  say "making .venv with $("$python" --version)"
  "$python" -m venv --clear .venv
fi
if ! .venv/bin/python -c 'import pip' 2>/dev/null; then .venv/bin/python -m ensurepip >/dev/null; fi

install() {
  .venv/bin/python -m pip install --disable-pip-version-check --no-input -q "$@"
}

say "installing $(grep -c '^[a-z0-9].*==' "requirements/$kind.txt") pinned packages ($kind)," \
  "a few minutes the first time"
install --require-hashes -r requirements/build.txt
install --require-hashes --no-build-isolation -r "requirements/$kind.txt"
install --no-build-isolation --no-deps -e .
state "$kind" > ".venv/setup-$kind"
say "done"
