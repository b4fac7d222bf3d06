#!/usr/bin/env bash
# Run a command where the programs of these tests are installed, without installing them here.
#
#   tests/native/programs/with_packages.sh .venv/bin/python -m pytest tests/native/programs
#
# /usr, /etc and /var are overlaid in a private mount namespace.  What is installed is kept in the
# directory PAMKIT_PACKAGES, if that is named, for the next time; root and a Debian are needed.
set -euo pipefail

packages=(
    openssh-server openssh-client sudo login passwd util-linux cron at vsftpd pamtester
    opendoas vlock dovecot-core python3-pam libauthen-pam-perl
)

if [[ ${1-} != --inside ]]; then
    if [[ -n ${PAMKIT_PACKAGES-} ]]; then
        exec unshare -m --propagation private -- "$0" --inside "$PAMKIT_PACKAGES" "$@"
    fi
    place=$(mktemp -d)
    trap 'rm -rf "$place"' EXIT
    unshare -m --propagation private -- "$0" --inside "$place" "$@"
    exit
fi

place=$2
shift 2
chmod 755 "$place"
for name in usr etc var; do
    mkdir -p "$place/$name" "$place/.$name"
    mount -t overlay overlay \
        -o "lowerdir=/$name,upperdir=$place/$name,workdir=$place/.$name" "/$name"
done
if [[ ! -e $place/installed ]]; then
    # No daemon is to be started because its package came.
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq update
    apt-get -qq install --no-install-recommends "${packages[@]}" >/dev/null
    touch "$place/installed"
fi
exec "$@"
