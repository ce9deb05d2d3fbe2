#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The boots of a power cut, as /var/job/mode says:
#   prepare  the wizard, up to the question whether to load the module, on recorded denials
#   load     it goes on from there, and its screen goes to the console, by which the cut is timed
#   resume   after the cut: what is there, the wizard to its end, and is the store sound?
out=$1
. /var/job/cluster.sh
cd /var/job || exit 1

wizard() {
	./galera-selinux --defaults-group-suffix=.node2 --log recorded.log --answers answers --answer exercise.done=skip \
		"$@" </dev/null
}
store_state() { # NAME
	semodule --list-modules=full 2>&1 | cat >"$out/modules.$1"
	semanage port -l -C -n 2>&1 | cat >"$out/ports.$1"
	sha256sum <"$(ls /etc/selinux/default/policy/policy.*)" >"$out/policy.$1"
}
# Each line with the time at which it came.
timed() {
	local line
	while IFS= read -r line; do
		printf '%s %s\n' "$EPOCHREALTIME" "$line"
	done
}

case $(cat mode) in
prepare)
	wizard --answer load.apply=quit >"$out/wizard.log" 2>&1
	echo $? >"$out/wizard.status"
	;;
load)
	# The log is on the disk line by line, as far as the disk has it.
	wizard 2>&1 | tee /dev/ttyS0 | timed >"$out/wizard.log"
	echo "${PIPESTATUS[0]}" >"$out/wizard.status"
	store_state end
	semodule -B 2>&1 | cat >"$out/rebuild.log"
	store_state rebuilt
	;;
resume)
	getenforce >"$out/mode"
	store_state found
	tail -n 1 /var/lib/galera-selinux/journal >"$out/journal.found"
	wizard >"$out/wizard.log" 2>&1
	echo $? >"$out/wizard.status"
	store_state end
	semodule -B 2>&1 | cat >"$out/rebuild.log"
	echo "${PIPESTATUS[0]}" >"$out/rebuild.status"
	store_state rebuilt
	;;
esac
sync
exit 0
