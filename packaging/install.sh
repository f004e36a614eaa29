#!/bin/sh
# Installs NovaCast as a service of this machine, and brings an installation up to date. Run it again at any time: what is
# there already stays.
#   install.sh --owner ada@example.org --name "Ada Byron" --organization "The Lantern"
#   install.sh                     a new version: the data is made ready first, and all stays as it was if that fails
#   install.sh --wheel FILE        of a wheel instead of this checkout
#   install.sh --socket            systemd holds the address: restarts refuse no connection
#   install.sh --uninstall         removes the program and its units; data, settings and backups stay
# Program: /opt/novacast. Settings: /etc/novacast. State: /var/lib/novacast. Backups: /var/backups/novacast.
# DESTDIR=FOLDER puts everything below FOLDER and starts nothing, to look at.
# Exit code: 0 when it is done, 64 for wrong arguments, 69 when something is missing, 1 when the new version was refused.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
top=${DESTDIR:-}
opt=$top/opt/novacast
etc=$top/etc/novacast
state=$top/var/lib/novacast
backups=$top/var/backups/novacast
units=$top/etc/systemd/system
all_units="novacast.service novacast-worker.service novacast-backup.service novacast-backup.timer novacast.socket"

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 69; }
wrong() { say "$*"; exit 64; }

owner='' name='' organization='' wheel='' password='' socket=false uninstall=false
while [ $# -gt 0 ]; do
    case $1 in
        --owner | --name | --organization | --wheel | --password-file)
            [ $# -ge 2 ] || wrong "$1 needs a value."
            case $1 in
                --owner) owner=$2 ;;
                --name) name=$2 ;;
                --organization) organization=$2 ;;
                --wheel) wheel=$2 ;;
                --password-file) password=$2 ;;
            esac
            shift
            ;;
        --socket) socket=true ;;
        --uninstall) uninstall=true ;;
        -h | --help) sed -n '2,12s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) wrong "install.sh does not know $1. See install.sh --help." ;;
    esac
    shift
done

[ -n "$top" ] || [ "$(id -u)" = 0 ] || fail "Run this as root: it makes a user, services and folders of the system."

# Whether systemd runs here, and units can be started.
booted() { [ -z "$top" ] && [ -d /run/systemd/system ]; }
running() { booted && systemctl is-active --quiet "$1"; }

# A command of the program, as the user and with the settings of the service.
as_service() {
    program=$1
    shift
    if [ -n "$top" ]; then
        env NOVACAST_CONFIG="$etc/config.toml" NOVACAST_DATA="$state" "$program" "$@"
    else
        runuser -u novacast -- env NOVACAST_CONFIG="$etc/config.toml" NOVACAST_DATA="$state" "$program" "$@"
    fi
}

remove() {
    for unit in $all_units; do
        if booted; then systemctl disable --now --quiet "$unit" 2>/dev/null || true; fi
        rm -f "$units/$unit"
    done
    rm -f "$top/etc/sysusers.d/novacast.conf" "$top/etc/tmpfiles.d/novacast.conf" "$top/usr/local/bin/novacast"
    rm -rf "$opt"
    if booted; then systemctl daemon-reload; fi
    say "NovaCast is removed. Its data in $state, settings in $etc and backups in $backups are still there,"
    say "and so is the user novacast, who owns them."
}

find_python() {
    for candidate in python3.13 python3.12 python3.11 python3.14 python3; do
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys, venv, ensurepip; raise SystemExit(sys.version_info < (3, 11))' >/dev/null 2>&1
        then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

# A folder for each version that was ever installed, so that the old one is whole while the new one is tried.
install_program() {
    python=$(find_python) ||
        fail "Python 3.11 or later with its venv module is missing. On Debian: apt-get install -y python3-venv"
    source=${wheel:-$root}
    if [ -n "$wheel" ]; then
        [ -f "$wheel" ] || wrong "There is no wheel $wheel."
        mark=$(cksum <"$wheel" | tr -c '0-9\n' -)
    else
        mark=$(date -u +%Y%m%dT%H%M%S)
    fi
    release=$opt/releases/$mark
    if [ ! -x "$release/bin/novacast" ]; then
        say "== Installing the program into $release"
        rm -rf "$release"
        mkdir -p "$opt/releases"
        "$python" -m venv "$release"
        if ! "$release/bin/python" -m pip install --quiet --disable-pip-version-check "$source"; then
            rm -rf "$release"
            fail "The program could not be installed; what pip said is above. Nothing was changed."
        fi
    fi
}

install_system() {
    say "== User, folders and units"
    mkdir -p "$units" "$top/etc/sysusers.d" "$top/etc/tmpfiles.d" "$top/usr/local/bin"
    install -m 644 "$root/systemd/sysusers.d/novacast.conf" "$top/etc/sysusers.d/novacast.conf"
    install -m 644 "$root/systemd/tmpfiles.d/novacast.conf" "$top/etc/tmpfiles.d/novacast.conf"
    if [ -z "$top" ]; then
        if command -v systemd-sysusers >/dev/null 2>&1; then
            systemd-sysusers novacast.conf
        elif ! id novacast >/dev/null 2>&1; then
            useradd --system --home-dir "$state" --shell /usr/sbin/nologin novacast
        fi
        install -d -m 755 "$etc"
        install -d -m 700 "$etc/secrets"
        install -d -m 700 -o novacast -g novacast "$state" "$backups"
    else
        install -d -m 755 "$etc"
        install -d -m 700 "$etc/secrets" "$state" "$backups"
    fi
    for unit in $all_units; do install -m 644 "$root/systemd/$unit" "$units/$unit"; done
    if booted; then systemctl daemon-reload; fi
}

install_settings() {
    [ -f "$etc/config.toml" ] && return
    say "== Settings in $etc/config.toml"
    "$release/bin/novacast" config example >"$etc/config.toml.new"
    sed 's|^#folder = ""$|folder = "/var/backups/novacast"|' "$etc/config.toml.new" >"$etc/config.toml.newer"
    rm "$etc/config.toml.new"
    chmod 644 "$etc/config.toml.newer"
    mv "$etc/config.toml.newer" "$etc/config.toml"
}

# The data is made ready while nobody works on it; where it can't be, the version that was there goes on with it.
make_ready() {
    [ -f "$state/novacast.db" ] || return 0
    was=''
    # The socket first: while it listens, one visitor is enough to start the old version again in the middle.
    for unit in novacast.socket novacast.service novacast-worker.service; do
        if running "$unit"; then was="$was $unit"; fi
    done
    # shellcheck disable=SC2086  # a list of units
    if [ -n "$was" ]; then systemctl stop $was; fi
    if as_service "$release/bin/novacast" upgrade; then return 0; fi
    # shellcheck disable=SC2086  # a list of units
    if [ -n "$was" ]; then systemctl start $was; fi
    say "The new version was refused, and the one that was there goes on. Nothing was changed."
    exit 1
}

# One rename, so that there is always a whole program at /opt/novacast/bin.
switch() {
    before=$(readlink "$opt/current" || true)
    ln -sfn "releases/$mark" "$opt/current.new"
    mv -T "$opt/current.new" "$opt/current"
    ln -sfn current/bin "$opt/bin"
    rm -f "$top/usr/local/bin/novacast"
    install -m 755 "$root/packaging/novacast" "$top/usr/local/bin/novacast"
    # The version before stays, to go back to; older ones go.
    for old in "$opt"/releases/*; do
        case releases/${old##*/} in
            "releases/$mark" | "$before") ;;
            *) rm -rf "$old" ;;
        esac
    done
}

first_owner() {
    if [ -z "$owner" ]; then
        [ -f "$state/novacast.db" ] || say "Nobody owns this venue yet: install.sh --owner ADDRESS --name NAME"
        return 0
    fi
    [ ! -f "$state/novacast.db" ] || { say "This venue has an owner already."; return 0; }
    say "== The first owner"
    if [ -n "$password" ]; then
        as_service "$release/bin/novacast" init --email "$owner" --name "${name:-$owner}" \
            --organization "$organization" --password-file - <"$password"
    else
        as_service "$release/bin/novacast" init --email "$owner" --name "${name:-$owner}" --organization "$organization"
    fi
}

start() {
    booted || return 0
    if [ "$socket" = true ] || systemctl is-enabled --quiet novacast.socket; then
        systemctl enable --quiet novacast.socket
        # Beside a server that holds the address itself the socket could not listen.
        running novacast.socket || systemctl stop novacast.service
        systemctl start novacast.socket
    fi
    systemctl enable --quiet novacast.service novacast-worker.service novacast-backup.timer
    systemctl restart novacast.service novacast-worker.service novacast-backup.timer
    say "NovaCast runs: systemctl status novacast"
}

if [ "$uninstall" = true ]; then
    remove
    exit 0
fi
install_program
install_system
install_settings
make_ready
switch
first_owner
start
say "Done. Backups want a passphrase once: sudo novacast backup init"
