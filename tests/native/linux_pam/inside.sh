#!/bin/sh
# A machine of its own for one test: everything it may change is thrown away with it.
# Run by root, in new namespaces for mounts and processes; what it needs is in the environment.
set -eu

# What follows is written here, and is gone when the last process of this namespace is.
mount -t tmpfs -o mode=0755 tmpfs "$SCRATCH"
for place in /etc /var /home /run /usr/sbin; do
    layers="$SCRATCH/layers$place"
    mkdir -p "$layers/upper" "$layers/work"
    mount -t overlay -o "lowerdir=$place,upperdir=$layers/upper,workdir=$layers/work" \
        overlay "$place"
done

# Linux-PAM's helpers, as its modules expect them.
cp -p "$SUITE"/sbin/* /usr/sbin/

# The policy for what has none, and which modules pamkit takes.
printf '%s required pam_deny.so\n' auth account password session >/etc/pam.d/other
printf '%s\n' "$SETTINGS" >/etc/pamkit.conf
chmod 0644 /etc/pam.d/other /etc/pamkit.conf

# A host that the tests take for a known one: known whatever the network is.
printf '192.0.2.80 www.example.com\n' >>/etc/hosts

if [ -n "$INSTALLED_IN" ]; then
    # The library to judge takes the place of the machine's, for helpers and tools as well.
    mkdir "$SCRATCH/libraries"
    cp -pL "$LIBRARY"/*.so* "$SCRATCH/libraries/"
    mount -t overlay -o "lowerdir=$SCRATCH/libraries:$INSTALLED_IN" overlay "$INSTALLED_IN"
    mount --bind "$SUITE/security" "$INSTALLED_IN/security"
    cmp "$LIBRARY/libpam.so.0" "$INSTALLED_IN/libpam.so.0"
fi

# Not by exec: the first process of a namespace is no process like others, and a test must be one.
"$@"
