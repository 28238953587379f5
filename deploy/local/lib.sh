# lib.sh - where a local stack keeps its things; sourced by up, down, start and the tests. Needs bash.
set -euo pipefail
export PATH=$PATH:/usr/sbin:/sbin # nginx is there, which an ordinary user's path leaves out
ROOT=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd -P)
STATE=${WAYFARE_STATE:-$ROOT/.local}
case $STATE in /*) ;; *) STATE=$PWD/$STATE ;; esac
BUILD=${WAYFARE_BUILD:-$ROOT/build}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
# The services, each with a database, a socket and a relay and scheduler of its own; those with a worker.c have a worker too.
SERVICES="identity cases travel diaspora notifications"
PYTHON=/usr/bin/python3
PGBIN=/usr/lib/postgresql/15/bin

say() { printf '%s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# The port of the gateway; the SMTP sink has the next one, the journey's webhook receiver the third after it, the staff's sign-in the fourth.
stack_port() {
    if [ -n "${WAYFARE_PORT:-}" ]; then PORT=$WAYFARE_PORT
    elif [ -f "$STATE/port" ]; then PORT=$(<"$STATE/port")
    else PORT=8180; fi
    case $PORT in ''|*[!0-9]*) die "WAYFARE_PORT must be a number, not '$PORT'" ;; esac
    [ "$PORT" -ge 1024 ] && [ "$PORT" -le 32700 ] || die "WAYFARE_PORT must lie between 1024 and 32700"
    SMTP_PORT=$((PORT + 1)) HOOK_PORT=$((PORT + 3)) STAFF_PORT=$((PORT + 4))
}

# Unix sockets need short paths (107 bytes), so they live in /tmp; the name follows from the state folder.
stack_paths() {
    mkdir -p "$STATE"
    STATE=$(cd "$STATE" && pwd -P)
    export WAYFARE_STATE=$STATE
    if [ -n "${WAYFARE_RUN:-}" ] && [ "$STATE/run" -ef "$WAYFARE_RUN" ]; then RUN=$WAYFARE_RUN # of what up starts: no need to work it out
    else RUN=/tmp/wayfare-$EUID-$(printf %s "$STATE" | sha256sum | cut -c1-10); fi
    export WAYFARE_RUN=$RUN
    if [ -z "${WAYFARE_BUILD:-}" ] && [ -f "$STATE/build" ]; then BUILD=$(<"$STATE/build"); fi # what up was told last
    stack_port
    export WAYFARE_PORT=$PORT
}

# The Redis servers, as many as up was told last: REDIS_NAMES has their programs (redis, redis-2, …), REDIS their address for ours.
stack_redis() {
    local i n=1
    [ ! -f "$STATE/redis-nodes" ] || n=$(<"$STATE/redis-nodes")
    REDIS_NAMES=redis REDIS=unix:$RUN/redis.sock
    for ((i = 2; i <= n; i++)); do REDIS_NAMES+=" redis-$i" REDIS+=,unix:$RUN/redis-$i.sock; done
}

# PostgreSQL refuses to run as root: then it and its data belong to the user postgres.
as_postgres() {
    if [ "$EUID" = 0 ]; then
        setpriv --reuid=postgres --regid=postgres --init-groups --reset-env -- "$@"
    else
        "$@"
    fi
}

# The data folder must be one that the user postgres can enter (not below /root).
pg_data() {
    if [ ! -f "$STATE/pg.path" ]; then
        local folder=$STATE/postgres
        mkdir -p "$folder"
        if [ "$EUID" = 0 ]; then
            chown postgres: "$folder"
            if ! as_postgres test -w "$folder"; then
                rmdir "$folder"
                folder=/var/lib/postgresql/${RUN##*/}
                mkdir -p "$folder" && chown postgres: "$folder"
            fi
        fi
        printf %s "$folder/data" >"$STATE/pg.path"
    fi
    PGDATA=$(<"$STATE/pg.path")
}

supervisor() { supervisorctl -c "$STATE/supervisord.conf" "$@"; }
# supervised start|stop NAME…, supervised end - all at once
supervised() { local word=$1; shift; "$PYTHON" -B "$ROOT/deploy/local/supervised.py" "$word" "$RUN/supervisor.sock" "$@"; }
# By its command line: after a reboot the process with that number may be any other.
stack_running() {
    [ -f "$STATE/supervisord.pid" ] && grep -qaF -- "$STATE/supervisord.conf" "/proc/$(cat "$STATE/supervisord.pid")/cmdline" 2>/dev/null
}
need_stack() { stack_running || die "no stack is up in $STATE; run deploy/local/up"; }

# Waits until a command succeeds; says what it waited for when it does not.
wait_for() {
    local what=$1 tries=$2; shift 2
    local i
    for ((i = 0; i < tries; i++)); do
        if "$@" >/dev/null 2>&1; then return 0; fi
        sleep 0.1
    done
    die "$what did not come up; see $STATE/log"
}

# Installs the packages of a list that are missing, with sudo unless we are root.
install_packages() {
    local list missing=()
    list=$(cat "$@" | sed 's/#.*//' | tr -s ' \n' '\n' | sed '/^$/d')
    local p
    for p in $list; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null || true)" = installed ] || missing+=("$p")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "Installing ${#missing[@]} packages: ${missing[*]}"
    local sudo=()
    if [ "$EUID" != 0 ]; then
        command -v sudo >/dev/null || die "packages are missing and there is no sudo; as root: apt-get install ${missing[*]}"
        sudo=(sudo)
    fi
    # Freshly installed servers must not start by themselves, nor PostgreSQL make a cluster; what is there already stays as it is.
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        "${sudo[@]}" mkdir -p /etc/postgresql-common
        printf 'create_main_cluster = false\n' | "${sudo[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
    fi
    local policy=
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        policy=1
        printf '#!/bin/sh\nexit 101\n' | "${sudo[@]}" tee /usr/sbin/policy-rc.d >/dev/null
        "${sudo[@]}" chmod +x /usr/sbin/policy-rc.d
    fi
    local log; log=$(mktemp)
    "${sudo[@]}" apt-get update -qq >"$log" 2>&1 || true
    if ! "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" >>"$log" 2>&1; then
        [ -z "$policy" ] || "${sudo[@]}" rm -f /usr/sbin/policy-rc.d
        tail -20 "$log" >&2
        die "apt-get could not install the packages (log: $log)"
    fi
    [ -z "$policy" ] || "${sudo[@]}" rm -f /usr/sbin/policy-rc.d
    rm -f "$log"
}

# install_modules FOLDER - what its package-lock.json names, into FOLDER/node_modules; nothing of it runs while it is installed.
install_modules() {
    local folder=$1 mark=$1/node_modules/.installed log
    cmp -s "$folder/package-lock.json" "$mark" && return
    if ! command -v npm >/dev/null; then
        log=$(mktemp)
        printf 'nodejs\nnpm\n' >"$log"
        install_packages "$log"
        rm -f "$log"
    fi
    log=$(mktemp)
    say "Installing the modules of ${folder#"$ROOT"/}"
    (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >"$log" 2>&1 </dev/null ||
        { tail -20 "$log" >&2; die "npm could not install ${folder#"$ROOT"/} (log: $log)"; }
    cp "$folder/package-lock.json" "$mark"
    rm -f "$log"
}

# Builds into $BUILD; WAYFARE_MESON holds further options of meson setup (sanitizers).
build_all() {
    # A third of the time of the default linker, over a hundred programs.
    if command -v ld.gold >/dev/null; then export CC_LD=${CC_LD:-gold}; fi
    [ -f "$BUILD/build.ninja" ] || meson setup "$BUILD" "$ROOT" ${WAYFARE_MESON:-} >"$BUILD.setup.log" 2>&1 ||
        { tail -20 "$BUILD.setup.log" >&2; die "meson setup failed"; }
    rm -f "$BUILD.setup.log"
    ninja -C "$BUILD" >"$BUILD/build.log" 2>&1 || { tail -40 "$BUILD/build.log" >&2; die "the build failed"; }
}
