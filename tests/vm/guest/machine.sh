#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two machines, each with a kernel of its own: what a joiner is denied is here on one, what its donor is on the
# other. Evidence of both makes one module, on node 1; both get it, and each is verified, with the other as donor.
# A third one has no data: garbd is there.
out=$1
cd /var/job || exit 1
. /var/job/node.sh

# ---- what one machine tells the other: files, over the network that only they have ----
mkdir -p /run/board
socat TCP-LISTEN:7000,fork,reuseaddr 'SYSTEM:read -r name && cat "/run/board/$name"' 2>/dev/null &
tell() { # NAME [FILE]
	{ [ -z "${2:-}" ] && echo told || cat "$2"; } >"/run/board/.$1" && mv "/run/board/.$1" "/run/board/$1"
}
await() { # NAME [NODE]: what the other one tells by that name, or another
	local tries
	for ((tries = 0; tries < 600 * slow; tries++)); do
		echo "$1" | socat -t 30 - "TCP:10.77.0.${2:-$other}:7000" >"/run/got.$1" 2>/dev/null
		[ -s "/run/got.$1" ] && return 0
		sleep 2
	done
	echo "node${2:-$other} never told $1" >/dev/ttyS0
	exit 1
}
# Here as there; the marks of cluster.sh are for three nodes on one machine.
try() { # PHASE NAME
	local result=failed begin=$SECONDS lines
	lines=$(audit_lines)
	"$2" >>"$out/exercises.log" 2>&1 && result=ok
	sleep 1
	tail -n +$((lines + 1)) $audit_log >/run/part
	row "$1" "$2" $result "$(denials /run/part)" $((SECONDS - begin))
	[ $result = ok ] || tail -n 20 /var/log/mysql/error.log >/dev/ttyS0
}
# wizard NAME WORD...: into the table, its output into the files of that name.
wizard() {
	local name=$1 begin=$SECONDS status=0
	shift
	measured ./galera-selinux "$@" --answers answers </dev/null >"$out/$name.out" 2>"$out/$name.err" || status=$?
	row wizard "$name" "exit $status" - $((SECONDS - begin)) "$(memory)"
	[ $status = 0 ] || [ $status = 3 ] || tail -n 12 "$out/$name.err" >/dev/ttyS0
	return $status
}
# joins PHASE STEP: this node does all the exercises, with the other one as donor.
joins() {
	local before="" name
	for name in sst ist notify; do
		wizard "$1-$name" run "$2" ${before:+--answer "exercise.done[$before]=done"} --answer "exercise.done[$name]=quit"
		try "$1" $name
		before=$name
	done
	wizard "$1-end" run "$2" --answer "exercise.done[notify]=done"
}
in_turn() { # PHASE STEP: node 2 joins, then node 1
	[ "$node" = 2 ] || await "$1-done"
	joins "$1" "$2"
	tell "$1-done"
	[ "$node" = 1 ] || await "$1-done"
}

# ---- node 3: garbd joins when node 1 wants it to, for each of the phases anew ----
if [ "$node" = 3 ]; then
	getenforce >"$out/mode"
	printf 'GALERA_NODES="10.77.0.1:4567 10.77.0.2:4567"\nGALERA_GROUP="machines"\n' >/etc/default/garb
	systemctl unmask garb
	for phase in learn verify; do
		await "garbd-$phase"
		systemctl restart garb && tell "joins-$phase"
	done
	await end
	ps -o label= -C garbd >"$out/garbd"
	wizard explain explain --json $audit_log
	exit 0
fi
arbitrated() { # PHASE STEP: on node 1
	wizard "$1-garbd" run "$2" --exercise garbd --answer "exercise.done[garbd]=quit"
	tell "garbd-$1"
	await "joins-$1" 3
	local tries
	for ((tries = 0; tries < 60 * slow; tries++)); do
		mariadb -N -B -e "SHOW STATUS LIKE 'wsrep_cluster_size'" | grep -q 3 && break
		sleep 1
	done
	wizard "$1-garbd-end" run "$2" --exercise garbd --answer "exercise.done[garbd]=done"
}

getenforce >"$out/mode"
wizard ports run check ports permissive
if [ "$node" = 1 ]; then
	try learn bootstrap
	tell bootstrapped
	# ---- of what this node was denied as a donor, and nothing else ----
	await learned
	wizard alone run collect review build --log $audit_log --answer collect.incomplete=go-on
	wizard alone-export export -o /root/alone.json
	tell alone /root/alone.json
	await tried
	joins learn exercise
	arbitrated learn exercise
	tell learned
	# ---- with the other node's evidence ----
	await evidence
	mv /run/got.evidence "$out/node2.tar.zst"
	wizard own collect -o "$out/node1.tar.zst" # as the donor that it was
	wizard build run collect review build load enforce --evidence "$out/node1.tar.zst" \
		--evidence "$out/node2.tar.zst" || exit 1
	wizard export export -o /root/result.json
	tell result /root/result.json
	await applied
else
	await bootstrapped
	joins learn exercise
	tell learned
	await alone
	wizard alone apply /run/got.alone --dry-run --json
	tell tried
	await learned
	wizard evidence collect -o /root/evidence.tar.zst
	tell evidence /root/evidence.tar.zst
	await result
	wizard apply apply /run/got.result --json
	wizard again apply /run/got.result --json
	wizard enforce run enforce
	tell applied
fi
cp /var/lib/galera-selinux/galera.te "$out/" 2>/dev/null
in_turn verify verify
semanage permissive -l -n >"$out/permissive" 2>&1 </dev/null

# ---- what is known of the cluster, on node 1 ----
if [ "$node" = 1 ]; then
	arbitrated verify verify
	await verified
	mv /run/got.verified "$out/node2.verified.tar.zst"
	tell end # and be there for a while
	wizard verified collect -o "$out/node1.verified.tar.zst"
	wizard collect run collect review --evidence "$out/node1.verified.tar.zst" --evidence "$out/node2.verified.tar.zst"
	wizard status status
	wizard status-json status --json
else
	wizard verified collect -o /root/verified.tar.zst
	tell verified /root/verified.tar.zst
	wizard status status
	await end
fi
exit 0
