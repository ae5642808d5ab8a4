# What script/demo and script/test share: a Python, .venv, locked packages, the front end. Sourced, not run.
# shellcheck shell=bash

VENV=.venv
LOGS=.cache/logs

say() { printf '  %-12s%s\n' "$1" "$2"; }

die() {
    printf '\n%s\n' "$@" >&2
    exit 1
}

# quietly NAME COMMAND...: one line with the time it took; the command's own words only when it fails.
quietly() {
    local name=$1 log=$LOGS/$1.log started=$SECONDS
    shift
    mkdir -p "$LOGS"
    if ! "$@" >"$log" 2>&1; then
        tail -n 40 "$log" >&2
        die "$name failed: $*" "All of its output is in $PWD/$log"
    fi
    say "$name" "done ($((SECONDS - started)) s)"
}

# apt_install PACKAGE...: root only. Debian starts a server when it installs one; ours are started by ourselves, privately.
apt_install() {
    local policy=/usr/sbin/policy-rc.d made=
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" && made=yes
    fi
    local status=0
    (apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@") </dev/null || status=$?
    [ -z "$made" ] || rm -f "$policy"
    return $status
}

# need PACKAGE...: installs Debian packages, or says exactly what a person has to type.
need() {
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        quietly debian apt_install "$@"
    else
        die "Debian packages are missing. Install them, then start again:" "    sudo apt-get install --no-install-recommends $*"
    fi
}

usable() { command -v "$1" >/dev/null && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
makes_venvs() { usable "$1" && "$1" -c 'import ensurepip, venv' 2>/dev/null; }

# find_python TEST: the first Python that passes.
find_python() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} python3 /usr/bin/python3 python3.13 python3.12 python3.11; do
        "$1" "$candidate" && command -v "$candidate" && return
    done
    return 1
}

# make_venv DIR: a virtual environment with pip or uv in reach; one that no longer works is made again.
make_venv() {
    local venv=$1 python
    [ ! -x "$venv/bin/python" ] || ! usable "$venv/bin/python" || return 0
    rm -rf "$venv"
    if python=$(find_python makes_venvs); then
        quietly venv "$python" -m venv "$venv"
    elif command -v uv >/dev/null; then
        quietly venv uv venv --python '>=3.11' "$venv"
    else
        need python3 python3-venv
        python=$(find_python makes_venvs) || die "No Python 3.11 or newer with the venv module was found. PYTHON=/path/to/python names one."
        quietly venv "$python" -m venv "$venv"
    fi
}

# A mirror that was set for pip shall serve uv as well, which does not read pip's configuration.
share_index() {
    local index
    [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ] || return 0
    index=${PIP_INDEX_URL:-$("$VENV/bin/python" -m pip config get global.index-url 2>/dev/null || true)}
    [ -z "$index" ] || export UV_DEFAULT_INDEX=$index
}

# pip reads this one lock; every later one is read by uv.
install_uv() {
    local lock=requirements/uv.txt
    if "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then
        "$VENV/bin/python" -m pip install --disable-pip-version-check --no-input --require-hashes -r "$lock"
    else
        uv pip install --python "$VENV/bin/python" --require-hashes -r "$lock"
    fi
}

# install_files VENV LOCK...: hashes required. Where uv cannot reach what pip is configured for, pip does it, slower.
install_files() {
    local venv=$1 lock args=()
    shift
    for lock in "$@"; do args+=(-r "$lock"); done
    "$VENV/bin/uv" pip install --python "$venv/bin/python" --require-hashes "${args[@]}" ||
        "$venv/bin/python" -m pip install --disable-pip-version-check --no-input --require-hashes "${args[@]}"
}

# install_locked VENV LOCK...: skipped when exactly these locks are installed already.
install_locked() {
    local venv=$1 stamp now
    shift
    stamp=$venv/.locks-$(basename "${*: -1}" .txt)
    now=$(sha256sum "$@" requirements/uv.txt)
    [ "$(cat "$stamp" 2>/dev/null)" != "$now" ] || return 0
    rm -f "$stamp"
    [ "$(cat "$VENV/.locks-uv" 2>/dev/null)" = "$(sha256sum requirements/uv.txt)" ] && [ -x "$VENV/bin/uv" ] || {
        quietly uv install_uv
        sha256sum requirements/uv.txt >"$VENV/.locks-uv"
    }
    share_index
    quietly packages install_files "$venv" "$@"
    printf '%s\n' "$now" >"$stamp"
}

# Hashed and compressed copies of static files: only when the bundle or a package with static files changed.
collect_static() {
    local stamp=static/collected/.stamp now
    now=$(sha256sum requirements/base.txt static/build/.stamp groupops/settings.py)
    [ "$(cat "$stamp" 2>/dev/null)" != "$now" ] || return 0
    # Nobody opens Redoc, a megabyte to compress. Settings make a state folder; nobody shall find one that this left behind.
    GROUPOPS_STATE=.cache/build "$VENV/bin/python" manage.py collectstatic --noinput --clear --ignore redoc && printf '%s\n' "$now" >"$stamp"
}

# The texts first: a program that starts without them speaks English until it ends.
build_texts() { quietly texts "$VENV/bin/python" -m groupops.frontend --texts; }

build_front_end() {
    quietly "front end" "$VENV/bin/python" -m groupops.frontend
    quietly static collect_static
}

# one_at_a_time: two starts in one clone would install over each other. The lock ends with this shell's subshells.
one_at_a_time() {
    mkdir -p .cache
    exec 9>.cache/install.lock
    flock -n 9 || { say waiting "another script/demo or script/test installs in this clone"; flock 9; }
}

installed() { exec 9>&-; }
