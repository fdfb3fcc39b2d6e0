#!/bin/sh
# Run a command that lives no longer than the program which started us.
#
# Usage: lifeline.sh [--restart] COMMAND [ARGUMENT...]
#
#   --restart   start COMMAND again when it ends by itself; gives up after five quick ends in a row
#
# The program which started us holds the write end of the FIFO $LIFELINE_FIFO open, and its process id is
# $LIFELINE_OWNER. COMMAND runs in a process group of its own; at the FIFO's end of file (however the
# owner died) the whole group is killed. SIGTERM, SIGINT and SIGHUP are passed on, as SIGTERM, to COMMAND alone,
# so that it can end its own children in order.
set -u

restart=
if [ "${1:-}" = --restart ]; then
  restart=1
  shift
fi
case "${1:-}" in
  "" | -h | --help)
    sed -n '2,/^set -u/{/^#/s/^# \{0,1\}//p;}' "$0"
    [ -n "${1:-}" ]
    exit
    ;;
esac

# Opening for reading alone would wait for ever if the owner has just died: a writer (us) must exist meanwhile.
# shellcheck disable=SC2094  # nothing is written
exec 8<>"$LIFELINE_FIFO" 9<"$LIFELINE_FIFO" 8>&-
kill -0 "$LIFELINE_OWNER" 2>/dev/null || exit 1

stopping=
leader=
stop() {
  stopping=1
  [ -z "$leader" ] || kill -TERM "$leader" 2>/dev/null
}
trap stop TERM INT HUP

quick_ends=0
while :; do
  [ -z "$stopping" ] || exit 143
  started=$(date +%s)
  # The watcher belongs to the group it kills, so that it is there even when we are killed by force.
  # shellcheck disable=SC2016  # the inner shell expands these
  setsid sh -c '
    us=$1
    shift
    (
      trap "" TERM INT HUP
      while read -r _; do :; done
      kill -TERM "$us" 2>/dev/null
      kill -KILL 0
    ) <&9 >/dev/null 2>&1 &
    exec "$@" 9<&-
  ' lifeline "$$" "$@" &
  leader=$!
  code=0
  while kill -0 "$leader" 2>/dev/null; do
    # A signal that came while the command was being started may have been lost: say it again.
    while [ -n "$stopping" ] && [ $(($(date +%s) - started)) -lt 3 ] && kill -TERM "$leader" 2>/dev/null; do
      sleep 0.2
    done
    wait "$leader"
    code=$?
  done
  kill -KILL "-$leader" 2>/dev/null # the watcher, and whatever the command left behind
  leader=
  if [ -n "$stopping" ] || [ -z "$restart" ] || ! kill -0 "$LIFELINE_OWNER" 2>/dev/null; then
    exit "$code"
  fi
  if [ $(($(date +%s) - started)) -lt 10 ]; then quick_ends=$((quick_ends + 1)); else quick_ends=0; fi
  if [ "$quick_ends" -ge 5 ]; then
    echo "lifeline: $1 ended five times in a row (last code $code); giving up" >&2
    exit "$code"
  fi
  echo "lifeline: $1 ended with code $code; starting it again" >&2
  sleep 1
done
