#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Causes that no rule can mend, made here one by one: each is to be found, and to be gone after its advice.
out=$1
. /var/job/cluster.sh
cd /var/job || exit 1
export COLUMNS=1000

# wizard NAME ARGUMENT...: its output into NAME.log, its exit status into NAME.status.
wizard() {
	local name=$1 begin=$SECONDS status=0
	shift
	./galera-selinux --defaults-group-suffix=.node2 --answers answers "$@" </dev/null >"$out/$name.log" 2>&1 || status=$?
	echo $status >"$out/$name.status"
	row wizard "$name" "exit $status" - $((SECONDS - begin))
}
# advice NAME FINDING: the command below that finding of the check; it is what is done.
advice() {
	local command
	command=$(grep -A 1 -F "($2)" "$out/$1.log" | sed -n '2s/^ *//p')
	echo "$command" >"$out/$1.advice"
	timeout $((300 * slow)) bash -c "$command" >>"$out/advice.log" 2>&1
}
domain_of() { # NODE
	ps -o label= -p "$(cat "/run/mysqld/node$1.pid")" 2>/dev/null | cut -d : -f 3
}

wizard sound run check

# ---- auditd is stopped ----
systemctl kill auditd
for ((tries = 0; tries < 30; tries++)); do
	pidof auditd >/dev/null || break
	sleep 1
done
wizard auditd run check
advice auditd audit
wizard auditd-mended run check

# ---- 4444/tcp is another service's, by somebody's local label ----
semanage port -m -t http_port_t -p tcp 4444 || semanage port -a -t http_port_t -p tcp 4444
semanage port -l -C -n 2>&1 | cat >"$out/port.before"
wizard port plan
wizard port-mended run ports
semanage port -l -C -n 2>&1 | cat >"$out/port.after"
wizard port-undone undo --yes
semanage port -l -C -n 2>&1 | cat >"$out/port.undone"
semanage port -d -p tcp 4444

# ---- the domain was left permissive, by hand ----
semanage permissive -a mysqld_t
wizard permissive run check

# ---- the executable has another label: the server runs outside of its domain ----
chcon -t bin_t /usr/sbin/mariadbd
bootstrap >>"$out/exercises.log" 2>&1
domain_of 1 >"$out/executable.domain"
wizard executable run check
stop 1
advice executable executable
bootstrap >>"$out/exercises.log" 2>&1
domain_of 1 >"$out/executable-mended.domain"
wizard executable-mended run check

# ---- the server was started by hand: the same, with every label right ----
stop 1
sed -i 's/safe_to_bootstrap: 0/safe_to_bootstrap: 1/' /var/lib/mysql/grastate.dat
install -d -o mysql -g mysql /run/mysqld
setpriv --reuid=mysql --regid=mysql --clear-groups \
	/usr/sbin/mariadbd --defaults-group-suffix=.node1 --wsrep-new-cluster >>"$out/exercises.log" 2>&1 &
for ((tries = 0; tries < 60 * slow; tries++)); do
	[ -n "$(domain_of 1)" ] && break
	sleep 1
done
domain_of 1 >"$out/by-hand.domain"
wizard by-hand run check
kill "$(cat /run/mysqld/node1.pid)"
wait
bootstrap >>"$out/exercises.log" 2>&1
domain_of 1 >"$out/by-hand-mended.domain"
wizard by-hand-mended run check

# ---- the data directory was moved, and its new place has no label ----
start 2 >>"$out/exercises.log" 2>&1
stop 2
cp -r --preserve=mode,ownership /var/lib/mysql-node2 /srv/galera
sed -i 's|^datadir=/var/lib/mysql-node2|datadir=/srv/galera|' /etc/mysql/mariadb.conf.d/99-lab.cnf
stat -c %C /srv/galera /srv/galera/ibdata1 >"$out/directory.labels"
wizard directory run check
wizard directory-ports run ports
stat -c %C /srv/galera /srv/galera/ibdata1 >"$out/directory-mended.labels"
wizard directory-mended run check
start 2 >>"$out/exercises.log" 2>&1 && echo synced >"$out/directory-mended.server"

# ---- the permissive status goes as the check has said ----
wizard permissive-enforce run enforce
semanage permissive -l -n 2>&1 | cat >"$out/permissive-mended.list"
wizard permissive-mended run check
stop_all
exit 0
