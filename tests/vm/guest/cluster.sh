# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced in the machine: the cluster, and the exercises as an operator does them. Node 2 is the one that
# the wizard works on; node 1 is its donor.
audit_log=/var/log/audit/audit.log
# How many times slower than alone; every limit is that much longer.
slow=$(sed -n 's/.*vm\.slow=\([0-9]*\).*/\1/p' /proc/cmdline)

sql() { # NODE STATEMENT
	mariadb -S "/run/mysqld/node$1.sock" -N -B -e "$2"
}
synced() { # NODE: wait until it is Synced
	local tries
	for ((tries = 0; tries < 240 * slow; tries++)); do
		[ "$(sql "$1" "SHOW STATUS LIKE 'wsrep_local_state_comment'" 2>/dev/null | cut -f 2)" = Synced ] && return 0
		systemctl is-active -q "galera@node$1" || return 1
		sleep 1
	done
	return 1
}
start() { systemctl start "galera@node$1" && synced "$1"; }
stop() { systemctl stop "galera@node$1"; }
stop_all() {
	stop 3
	stop 2
	stop 1
	systemctl reset-failed 'galera@*' 2>/dev/null
	return 0
}

bootstrap() {
	local status=0
	sed -i 's/safe_to_bootstrap: 0/safe_to_bootstrap: 1/' /var/lib/mysql/grastate.dat 2>/dev/null
	systemctl set-environment _WSREP_NEW_CLUSTER=--wsrep-new-cluster
	systemctl start galera@node1 || status=1
	systemctl unset-environment _WSREP_NEW_CLUSTER
	[ $status = 0 ] && synced 1
}
sst() {
	stop 2
	rm -f /var/lib/mysql-node2/grastate.dat
	start 2
}
sst_mariabackup() {
	sql 1 "CREATE USER IF NOT EXISTS sst@localhost IDENTIFIED BY 'sstpw';
		GRANT RELOAD, PROCESS, LOCK TABLES, BINLOG MONITOR, REPLICA MONITOR ON *.* TO sst@localhost" || return 1
	sed -i 's/^wsrep_sst_method=.*/wsrep_sst_method=mariabackup/' /etc/mysql/mariadb.conf.d/99-lab.cnf
	sst
	local status=$?
	sed -i 's/^wsrep_sst_method=.*/wsrep_sst_method=rsync/' /etc/mysql/mariadb.conf.d/99-lab.cnf
	return $status
}
ist() {
	local status=0
	stop 2
	sql 1 "CREATE DATABASE galera_selinux_probe; CREATE TABLE galera_selinux_probe.t (i INT PRIMARY KEY);
		INSERT INTO galera_selinux_probe.t SELECT seq FROM galera_selinux_probe.seq_1_to_100; DROP DATABASE galera_selinux_probe" || status=1
	start 2 && return $status
}
notify() { systemctl restart galera@node2 && synced 2; }
crash() {
	kill -9 "$(cat /run/mysqld/node2.pid)"
	local tries
	for ((tries = 0; tries < 60 * slow; tries++)); do
		systemctl is-active -q galera@node2 || break
		sleep 1
	done
	systemctl reset-failed galera@node2 2>/dev/null
	start 2
}

# ---- what is kept: of each exercise its part of the logs, as a recording has it ----
audit_lines() { wc -l <$audit_log; }
mark_logs() { # NAME: where the logs end now
	local node
	mkdir -p "/run/marks/$1"
	audit_lines >"/run/marks/$1/audit"
	for node in 1 2 3; do
		{ wc -c <"/var/log/mysql/node$node.log" || echo 0; } 2>/dev/null >"/run/marks/$1/node$node"
	done
}
cut_logs() { # NAME PHASE EXERCISE: what came since, into the recording
	local into=/var/job/out/recording/$2/$3 node
	mkdir -p "$into"
	tail -n +$(($(cat "/run/marks/$1/audit") + 1)) $audit_log >"$into/audit.log"
	for node in 1 2 3; do
		tail -c +$(($(cat "/run/marks/$1/node$node") + 1)) "/var/log/mysql/node$node.log" >"$into/node$node.log" 2>/dev/null
		[ -s "$into/node$node.log" ] || rm -f "$into/node$node.log"
	done
}
# denials FILE: of the server's domain.
denials() { grep 'avc: *denied' "$1" | grep -c 'scontext=[^ ]*:mysqld_t'; }
# row PHASE NAME RESULT DENIALS SECONDS [MIB]: into the table, and onto the console for who waits.
row() {
	(IFS=$'\t' && echo "$*") | tee -a /var/job/out/table.tsv >/dev/ttyS0
}
# measured COMMAND WORD...: and `memory` is then the most that it had of it, in MiB.
measured() { /usr/bin/time -q -f %M -o /run/memory "$@"; }
memory() { echo $(($(cat /run/memory) / 1024)); }
# try PHASE NAME: do it, note the result, the denials and the time.
try() {
	local phase=$1 name=$2 result=failed begin=$SECONDS
	mark_logs try
	if timeout $((300 * slow)) bash -c ". /var/job/cluster.sh; $name" >>/var/job/out/exercises.log 2>&1; then result=ok; fi
	sleep 1 # auditd writes behind
	cut_logs try "$phase" "$name"
	row "$phase" "$name" $result "$(denials "/var/job/out/recording/$phase/$name/audit.log")" $((SECONDS - begin))
	[ $result = ok ]
}
