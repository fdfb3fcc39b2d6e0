#!/usr/bin/env bash
# Set everything up and run every check and test, on servers and ports of their own.
#
# Usage: ./scripts/test.sh [--fast] [PYTEST ARGUMENT]...
#
#   --fast    the quick part alone: no slow test, no browser, no coverage, no frontend
#   --help    this text
#
# With pytest arguments (paths, -k, -x …) only pytest runs, with those arguments.
# Safe beside a running ./scripts/run.sh. Exit code 0 means that everything passed.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
fast=
selected=()
for argument in "$@"; do
  case "$argument" in
    -h | --help)
      sed -n '2,/^set -e/{/^#/s/^# \{0,1\}//p;}' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    --fast) fast=1 ;;
    *) selected+=("$argument") ;;
  esac
done
# shellcheck source=scripts/lib/setup.sh
. "$root/scripts/lib/setup.sh"
cd "$root"

failed=()

# check NAME COMMAND...: run one check; all are run, even after one has failed.
check() {
  local name="$1" started=$SECONDS
  shift
  printf '── %s\n' "$name"
  if guarded "$@"; then
    printf '   passed in %d s\n' $((SECONDS - started))
  else
    printf '   FAILED after %d s\n' $((SECONDS - started))
    failed+=("$name")
  fi
}

# meanwhile NAME COMMAND...: begin a check beside the ones that follow; `waited` says how it went.
meanwhile() {
  beside_name="$1"
  beside_log="$state/$1.log"
  beside_started=$SECONDS
  guarded "${@:2}" >"$beside_log" 2>&1 &
  beside=$!
}

waited() {
  printf '── %s, meanwhile\n' "$beside_name"
  if wait "$beside"; then
    printf '   passed within %d s\n' $((SECONDS - beside_started))
  else
    cat "$beside_log"
    printf '   FAILED\n'
    failed+=("$beside_name")
  fi
}

# with_servers COMMAND...: beside fresh embedded servers.
with_servers() {
  check "$1" "$venv/bin/python" -m investment.ops.local.with_servers "$venv/bin/python" -m "${@:2}"
}

find_python
begin_setup
make_venv "$venv" "$root/requirements/development.txt"
PATH="$venv/bin:$PATH"

if [ "${#selected[@]}" -gt 0 ]; then
  quick=()
  [ -z "$fast" ] || quick=(-m "not slow and not browser and not sdk")
  with_servers "tests" pytest "${quick[@]}" "${selected[@]}"
elif [ -n "$fast" ]; then
  check "ruff" ruff check --quiet .
  check "ruff format" ruff format --check --quiet .
  check "import contracts" lint-imports
  with_servers "tests, the quick part" pytest -q -n 2 -m "not slow and not browser and not sdk"
else
  (make_venv "$root/.venv-sdk" "$root/requirements/sdk-judges.txt") &
  judges=$!
  build_frontend
  find_browser
  wait "$judges"
  check "ruff" ruff check --quiet .
  check "ruff format" ruff format --check --quiet .
  check "import contracts" lint-imports
  [ ! -d "$web" ] || install_frontend
  find_node
  # What only reads takes the processor time that the tests leave: nice within its session, and its session
  # (which Linux may weigh as one) beside others. mypy's Django plugin loads the settings, which connect to
  # nothing.
  # shellcheck disable=SC2016  # the inner shell expands these
  meanwhile "types and lint" env DATABASE_URL=postgres://none@none/none REDIS_URL=redis://none/0 \
    CACHE_URL=redis://none/0 DJANGO_SECRET_KEY=none nice sh -c '
      [ ! -w /proc/self/autogroup ] || echo 10 >/proc/self/autogroup
      code=0
      mypy . || code=1
      if [ -d "$1" ]; then
        npm --prefix "$1" run --silent lint || code=1
        npm --prefix "$1" run --silent types || code=1
      fi
      exit "$code"' sh "$web"
  if command -v shellcheck >/dev/null 2>&1; then
    check "shellcheck" sh -c 'git ls-files "*.sh" .ci/run | xargs shellcheck --external-sources'
  fi
  [ ! -d "$web" ] || check "frontend: tests" npm --prefix "$web" run --silent test
  with_servers "tests" pytest -n 3 --dist worksteal --cov=investment --cov-report=term --cov-fail-under=90
  waited
fi
end_setup

if [ "${#failed[@]}" -gt 0 ]; then
  printf '\nFAILED: %s\n' "$(printf '%s, ' "${failed[@]}" | sed 's/, $//')"
  exit 1
fi
printf '\nEverything passed.\n'
