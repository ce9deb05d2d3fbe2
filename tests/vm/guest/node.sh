# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced in the machine: one node of two, or their arbitrator, 3, with a kernel and a network of its own.
. /var/job/cluster.sh
node=$(sed -n 's/.*vm\.node=\([0-9]*\).*/\1/p' /proc/cmdline)
other=$((node == 1 ? 2 : 1))
hostname "node$node"
ip link set eth0 up && ip address add "10.77.0.$node/24" dev eth0

# ---- the server, as its package has it ----
sed "s/NUMBER/$node/" node.cnf >/etc/mysql/mariadb.conf.d/99-lab.cnf
systemctl unmask mariadb
synced() { # whatever its number
	local tries
	for ((tries = 0; tries < 240 * slow; tries++)); do
		[ "$(mariadb -N -B -e "SHOW STATUS LIKE 'wsrep_local_state_comment'" 2>/dev/null | cut -f 2)" = Synced ] && return 0
		systemctl is-active -q mariadb || return 1
		sleep 1
	done
	return 1
}
start() { systemctl start mariadb && synced; }
stop() { systemctl stop mariadb; }
bootstrap() {
	galera_new_cluster && synced &&
		mariadb -e "CREATE USER probe@'%' IDENTIFIED BY 'probe'; GRANT ALL ON probe.* TO probe@'%'; CREATE DATABASE probe"
}
sst() {
	stop
	rm -f /var/lib/mysql/grastate.dat
	start
}
ist() {
	stop
	mariadb -h "10.77.0.$other" -u probe -pprobe -e "CREATE TABLE probe.t (i INT PRIMARY KEY); DROP TABLE probe.t"
	start
}
notify() { systemctl restart mariadb && synced; }
