#!/usr/bin/env bash
# setup.sh [build]: installs the Debian packages that are missing; with "build" only what compiling needs.
set -euo pipefail

BUILD="gcc libc6-dev cmake ninja-build pkg-config python3 libjansson-dev libyaml-dev libcurl4-openssl-dev libssl-dev
    zlib1g-dev libcmocka-dev libarchive-dev lxc-dev dpkg-dev perl make python3-venv"
OTHERS="git ca-certificates openssl python3-pip clang clang-tidy clang-format cppcheck shellcheck binutils
    qemu-user-static sudo busybox-static strace"
# Its package starts a server for everybody, so only where no service manager would do that.
[ -d /run/systemd/system ] || OTHERS="$OTHERS openssh-server"

# The runtime libraries of clang's sanitizers carry clang's version in their name.
clang_runtime() {
    local version
    version=$(clang -dumpversion 2>/dev/null || apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-//p')
    [ -z "$version" ] || echo "libclang-rt-${version%%.*}-dev"
}

missing() {
    local package
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || echo "$package"
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

install() {
    echo "installing from Debian: $*" >&2
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >"$log" 2>&1
}

if ! command -v dpkg-query >/dev/null; then
    echo "This is neither Debian nor Ubuntu; needed are the counterparts of: $BUILD $OTHERS" >&2
    exit 0
fi

wanted=$BUILD
[ "${1:-}" = build ] || wanted="$BUILD $OTHERS"
# shellcheck disable=SC2086 # lists of words
needed=$(missing $wanted)
if [ "${1:-}" != build ] && [ -z "$needed" ]; then
    needed=$(missing "$(clang_runtime)")
fi
[ -n "$needed" ] || exit 0

if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    echo "Missing, and neither root nor sudo is at hand to install it: $needed" | tr '\n' ' ' >&2
    exit 1
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "reading Debian's package lists" >&2
as_root apt-get update -q >"$log" 2>&1 || true
if [ "${1:-}" != build ]; then
    needed="$needed $(missing "$(clang_runtime)")"
fi
# shellcheck disable=SC2086 # lists of words
if ! install $needed; then
    # One package that the distribution lacks must not keep the others away.
    for package in $needed; do
        install "$package" || echo "cannot install $package: $(grep -m1 '^E:' "$log" || tail -n1 "$log")" >&2
    done
fi
# shellcheck disable=SC2086 # lists of words
left=$(missing $BUILD)
if [ -n "$left" ]; then
    echo "Cannot build without: $left" | tr '\n' ' ' >&2
    exit 1
fi
