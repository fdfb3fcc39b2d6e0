#!/usr/bin/env bash
# Set everything up, start the platform on this machine, run the daily job, and say where to look.
#
# Usage: ./scripts/run.sh [OPTION]...
#
#   --data DIR       serve a folder of real bars (see docs/how-to/import-bars.md) instead of the sample market
#   --symbols N      size of the fictional sample market (default 500)
#   --port P         port of the page (default: the first free one from 8000)
#   --host H         address to listen on (default 127.0.0.1; anything else opens the page to others)
#   --reset [MODE]   first drop the database, the keys and the files of this mode; live must be named
#   --no-job         only serve; do not run the daily job first
#   --help           this text
#
# With MASSIVE_API_KEY in .env, and neither --data nor --symbols, it runs live; with SEC_CONTACT alone as well,
# without prices. It says which keys it found. DATABASE_URL, REDIS_URL and CACHE_URL (in .env or the
# environment) replace our own servers; each mode gets a database of its own. The users, API tokens and pauses
# of the sample come along when another mode begins.
# Stop it with Ctrl-C. Its data is kept in .runtime/, and nothing is written outside the clone
# (as root where private mounts are not allowed: the servers' data is below /var/lib).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
for argument in "$@"; do
  case "$argument" in
    -h | --help)
      sed -n '2,/^set -e/{/^#/s/^# \{0,1\}//p;}' "${BASH_SOURCE[0]}"
      exit 0
      ;;
  esac
done
# shellcheck source=scripts/lib/setup.sh
. "$root/scripts/lib/setup.sh"

find_python
"$python" -I "$root/investment/ops/local/arguments.py" "$@"
begin_setup
make_venv "$venv" "$root/requirements/local.txt" "$root/requirements/development.txt"
build_frontend
end_setup

from=$PWD
cd "$root"
exec "$venv/bin/python" -m investment.ops.local.starter --from "$from" "$@"
