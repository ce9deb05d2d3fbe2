#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The wizard's whole job on a real SELinux kernel, with a real cluster: before it the node does not even
# start; after it everything passes confined; undone, it fails as before.
out=$1
. /var/job/cluster.sh
cd /var/job || exit 1

policy_state() { # what undo must give back
	semanage port -l -C -n 2>&1 | cat >"$out/ports.$1"
	semodule --list-modules=full 2>&1 | cat >"$out/modules.$1"
	semanage permissive -l -n 2>&1 | cat >"$out/permissive.$1"
	sha256sum /etc/selinux/default/policy/policy.* >"$out/policy.$1"
}
session=/var/lib/galera-selinux
# keep EXERCISE: the wizard's own evidence of it, and the servers' logs of the same time, as a recording.
keep() {
	local evidence phase
	# shellcheck disable=SC2012 # the newest; their names are the wizard's
	evidence=$(ls -t $session/evidence/*-"$1".log 2>/dev/null | head -n 1)
	[ -n "$evidence" ] || return
	phase=$(basename "$evidence" | sed 's/-.*//')
	cut_logs walk "$phase" "$1"
	cp "$evidence" "$out/recording/$phase/$1/audit.log"
}
# walk DONE QUIT: run the wizard; the exercise DONE has been done, QUIT is yet to be. Prints its exit status.
walk() {
	local begin=$SECONDS status=0
	local answers=()
	[ -z "$1" ] || answers+=(--answer "exercise.done[$1]=done")
	[ -z "$2" ] || answers+=(--answer "exercise.done[$2]=quit")
	printf '\n==== done: %s, yet to be done: %s\n' "${1:--}" "${2:--}" >>"$out/wizard.log"
	measured ./galera-selinux --defaults-group-suffix=.node2 --answers answers "${answers[@]}" </dev/null >>"$out/wizard.log" 2>&1 || status=$?
	row wizard "${1:--}->${2:--}" "exit $status" - $((SECONDS - begin)) "$(memory)"
	[ -z "$1" ] || keep "$1"
	mark_logs walk
	[ $status = 3 ] || [ $status = 0 ] || tail -n 12 "$out/wizard.log" >/dev/ttyS0
	echo $status
}
# monitor STATE: what a monitor is told then.
monitor() {
	local status=0
	./galera-selinux --defaults-group-suffix=.node2 status --check >"$out/monitor.$1" 2>>"$out/status.err" || status=$?
	echo "exit $status" >>"$out/monitor.$1"
}

getenforce >"$out/mode.before"
monitor before
for name in bootstrap sst ist notify; do
	try before $name
done
stop_all
# As somebody has left the node who followed the documentation: with its wide module. Not from here: the
# domain of semodule may not read var_t.
checkmodule -M -m -o MySQL_galera.mod doc-MySQL_galera.te && semodule_package -o /root/MySQL_galera.pp -m MySQL_galera.mod &&
	semodule -i /root/MySQL_galera.pp
policy_state before
cat /sys/fs/selinux/policy >policy.old

# ---- the wizard: to the first exercise, then exercise by exercise ----
walk "" sst >"$out/walk.1"
systemctl list-timers --all --no-pager galera-selinux-limit.timer >"$out/timer.walk" 2>&1
monitor permissive
try permissive bootstrap && try permissive sst
walk sst ist >"$out/walk.2"
try permissive ist
walk ist notify >"$out/walk.3"
# With the other SST method beside, so that what it needs is learned, too.
try permissive sst_mariabackup
try permissive notify
status=$(walk notify sst)
# Once with the system permissive for a while: that proves nothing, and is to be done again.
setenforce 0
try verify-0 sst
setenforce 1
walk sst ist >"$out/walk.toggled"
./galera-selinux --defaults-group-suffix=.node2 status --json >"$out/status.toggled.json" 2>>"$out/status.err"
walk "" sst >/dev/null
for round in 1 2 3; do
	try "verify-$round" sst
	walk sst ist >/dev/null
	try "verify-$round" ist
	walk ist notify >/dev/null
	try "verify-$round" sst_mariabackup
	try "verify-$round" notify
	status=$(walk notify sst)
	[ "$status" = 3 ] || break
done
echo "$status" >"$out/walk.end"

# ---- after: everything, confined ----
policy_state after
systemctl list-timers --all --no-pager galera-selinux-limit.timer >"$out/timer.after" 2>&1
getenforce >"$out/mode.after"
journalctl -t galera-selinux --no-pager >"$out/syslog" 2>&1
cp $session/galera.* $session/journal "$out/" 2>/dev/null
# The others were done under this very policy, in the last round.
echo "$round" >"$out/round"
stop_all
for name in bootstrap crash; do
	try after $name
done
mariadbd --version >"$out/version" 2>/dev/null
dpkg-query -W -f '${Version}' galera-4 >"$out/version.galera"
(. /etc/os-release && echo "${NAME%% *} $VERSION_ID") >"$out/version.system"
monitor after
mv $audit_log $audit_log.away
monitor blind
mv $audit_log.away $audit_log
mount --bind /dev/null /sys/fs/selinux/policy
monitor unseen
umount /sys/fs/selinux/policy
sha256sum /etc/selinux/default/policy/policy.* >"$out/policy.again.before"
walk "" "" >"$out/walk.again"
sha256sum /etc/selinux/default/policy/policy.* >"$out/policy.again.after"
./galera-selinux --defaults-group-suffix=.node2 status --json >"$out/status.json" 2>"$out/status.err"

# As a change leaves the kernel that was cut off before it was loaded. It takes a policy in one piece.
dd if=policy.old of=/sys/fs/selinux/load bs=64M 2>>"$out/status.err"
./galera-selinux --defaults-group-suffix=.node2 status >"$out/unloaded.status" 2>&1
monitor unloaded
./galera-selinux --defaults-group-suffix=.node2 run check </dev/null >"$out/unloaded.log" 2>&1

# ---- undone ----
stop_all
./galera-selinux undo --yes </dev/null >"$out/undo.log" 2>&1
echo $? >"$out/undo.status"
policy_state undone

semodule -r MySQL_galera
for name in bootstrap sst ist notify; do
	try undone $name
done
stop_all
exit 0
