#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The limit of permissive on a real system: the timer confines the domain though a run is at work, and gives back the
# module that was disabled.
out=$1
. /var/job/cluster.sh
cd /var/job || exit 1

policy_state() {
	semodule --list-modules=full 2>&1 | cat >"$out/modules.$1"
	semanage permissive -l -n 2>&1 | cat >"$out/permissive.$1"
}
# Not from here: the domain of semodule may not read var_t.
checkmodule -M -m -o MySQL_galera.mod doc-MySQL_galera.te && semodule_package -o /root/MySQL_galera.pp -m MySQL_galera.mod &&
	semodule -i /root/MySQL_galera.pp
policy_state before
./galera-selinux --defaults-group-suffix=.node2 run check ports permissive --answers answers --answer permissive.limit=5m </dev/null >"$out/limit.log" 2>&1
policy_state limited
systemctl list-timers --all --no-pager galera-selinux-limit.timer >"$out/timer" 2>&1
./galera-selinux --defaults-group-suffix=.node2 run exercise --exercise sst --timeout 1h --yes </dev/null >"$out/run.log" 2>&1
echo $? >"$out/stopped"
# What has stopped it builds the policy then.
for _ in {1..60}; do
	systemctl is-active -q galera-selinux-limit.service || break
	sleep 5
done
policy_state over
journalctl -u galera-selinux-limit.service --no-pager >"$out/service" 2>&1
journalctl -t galera-selinux --no-pager | tail -n 3 >"$out/syslog" 2>&1
./galera-selinux --defaults-group-suffix=.node2 status >"$out/told" 2>&1
exit 0
