#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A node that is managed from without, by ssh: see collection.test.
out=$1
cd /var/job || exit 1
. /var/job/node.sh
ip link set eth1 up && ip address add 10.0.2.15/24 dev eth1
install -m 0755 galera-selinux /usr/sbin/
install -D -m 0600 key.pub /root/.ssh/authorized_keys
restorecon -RF /usr/sbin/galera-selinux /root/.ssh
systemctl unmask ssh && systemctl start ssh
until [ -e /run/end ]; do sleep 2; done
cp /var/log/mysql/error.log "$out/"
