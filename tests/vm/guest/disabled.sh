#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SELinux is disabled by a boot option: the check's advice is followed, over three boots.
out=$1
. /var/job/cluster.sh
cd /var/job || exit 1
export COLUMNS=1000

./galera-selinux --defaults-group-suffix=.node2 run check </dev/null >"$out/check.log" 2>&1
echo $? >"$out/check.status"
if ! selinuxenabled; then
	sed -i 's/^SELINUX=.*/SELINUX=permissive/' /etc/selinux/config
	touch /.autorelabel
	sync
	exit 0
fi
getenforce >"$out/mode.before"
# What the first boot made without a label.
stat -c %C /var/lib/galera-selinux/journal >"$out/label"
./galera-selinux --defaults-group-suffix=.node2 run enforce --answer enforce.system=yes --yes </dev/null >"$out/enforce.log" 2>&1
echo $? >"$out/enforce.status"
getenforce >"$out/mode.after"
grep '^SELINUX=' /etc/selinux/config >"$out/config"
exit 0
