#!/usr/bin/env bash
# Copies the jars of a Neo4j server (116 MB, from Maven Central, checksums enforced) to a cache
# folder, once, and prints the folder. Needs mvn. usage: fetch.sh [CACHE]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${1:-${SPOOR_CACHE:-$HOME/.cache/spoor}}
version=$(sed -n 's:.*<neo4j.version>\(.*\)</neo4j.version>.*:\1:p' "$here/pom.xml")
lib=$cache/neo4j-$version

if [ ! -d "$lib" ]; then
  mkdir -p "$cache"
  exec 9> "$cache/neo4j.lock"
  if command -v flock > /dev/null; then flock 9; fi
fi
if [ ! -d "$lib" ]; then
  draft=$(mktemp -d "$cache/neo4j.XXXXXX")
  trap 'rm -rf "$draft"' EXIT
  mvn -q -B --strict-checksums -f "$here/pom.xml" dependency:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$draft/lib" >&2
  mv -T "$draft/lib" "$lib" 2>/dev/null || [ -d "$lib" ]
fi
echo "$lib"
