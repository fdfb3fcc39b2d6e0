#!/usr/bin/env bash
# Measure what the documents claim about speed, on servers of its own.
#
# Usage: ./scripts/bench.sh [NAME [ARGUMENT]...]
#
#   NAME      a file of benchmarks/ without its .py; without NAME all of them, one after the other
#   --list    the names
#   --help    this text
#
# Each prints a table and, as its last line, one JSON object with its figures.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
case "${1:-}" in
  -h | --help)
    sed -n '2,/^set -e/{/^#/s/^# \{0,1\}//p;}' "${BASH_SOURCE[0]}"
    exit 0
    ;;
esac
# shellcheck source=scripts/lib/setup.sh
. "$root/scripts/lib/setup.sh"

names=()
for file in "$root"/benchmarks/*.py; do
  name=$(basename "$file" .py)
  [ ! -f "$file" ] || [[ "$name" == _* ]] || names+=("$name")
done
if [ "${1:-}" = --list ]; then
  printf '%s\n' "${names[@]}"
  exit 0
fi
if [ "$#" -gt 0 ]; then
  [ -f "$root/benchmarks/$1.py" ] || die "There is no benchmarks/$1.py; there are: ${names[*]}"
  names=("$1")
  shift
fi

find_python
begin_setup
make_venv "$venv" "$root/requirements/development.txt"
let_others_set_up
cd "$root"
for name in "${names[@]}"; do
  guarded "$venv/bin/python" -m investment.ops.local.with_servers --durable \
    "$venv/bin/python" "$root/benchmarks/$name.py" "$@"
done
end_setup
