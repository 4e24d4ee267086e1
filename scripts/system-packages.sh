#!/usr/bin/env bash
# Brings the system packages that only tests need: tor, Java 17 or newer with Maven (for Neo4j),
# Chromium, a C compiler (to put tor's clock wrong, and for node's database), PostgreSQL (for the
# forum and Bluesky of tests/servers, which run servers of their own with it), Node.js with npm
# (for Bluesky and NodeBB), redis (for NodeBB), headers of curl and OpenSSL (to build the fediverse
# server of tests/servers).
# Uses apt-get where it may, skips what is there, says what it could not do and then exits 1.
set -euo pipefail

declare -A packages=([tor]=tor [java]=default-jre-headless [mvn]=maven [chromium]=chromium
  [postgres]=postgresql [cc]=build-essential [node]=nodejs [npm]=npm
  [redis-server]=redis-server [redis-cli]=redis-tools
  [curl/curl.h]=libcurl4-openssl-dev [openssl/evp.h]=libssl-dev)

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

has() {
  command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ] ||
    compgen -G "/usr/lib/postgresql/*/bin/$1" >/dev/null ||
    [ -f "/usr/include/$1" ] || compgen -G "/usr/include/*/$1" >/dev/null
}

missing=()
for program in tor java mvn chromium postgres cc node npm redis-server redis-cli curl/curl.h openssl/evp.h; do
  if has "$program"; then
    echo "system packages: $program is there"
  else
    missing+=("${packages[$program]}")
  fi
done
if [ ${#missing[@]} = 0 ]; then exit 0; fi

install=(apt-get install -y --no-install-recommends "${missing[@]}")
if ! command -v apt-get >/dev/null; then
  echo "system packages: no apt-get here; please install: ${missing[*]}" >&2
  exit 1
fi
if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
  echo "system packages: needs root; please run: sudo ${install[*]}" >&2
  exit 1
fi
echo "system packages: installing ${missing[*]}"

# Debian's postgresql would make a database of its own and serve it on a port: not wanted here.
quiet=/etc/postgresql-common/createcluster.d/spoor-tests.conf
if [[ " ${missing[*]} " = *" postgresql "* ]]; then
  as_root mkdir -p "${quiet%/*}"
  echo "create_main_cluster = false" | as_root tee "$quiet" >/dev/null
  trap 'as_root rm -f "$quiet"' EXIT
fi
as_root apt-get update -qq
as_root env DEBIAN_FRONTEND=noninteractive "${install[@]}" -qq >/dev/null
