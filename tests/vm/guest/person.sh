#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A person sets up the node at a terminal. Then the policy package is installed anew under it.
out=$1
. /var/job/cluster.sh
cd /var/job || exit 1
export TERM=xterm

status() { # NAME: which steps are done, by the wizard
	./galera-selinux --defaults-group-suffix=.node2 status --json </dev/null 2>>"$out/status.err" |
		jq -r '.steps[] | "\(.name) \(.state)"' >"$out/status.$1"
}
policy_state() { # NAME: what the wizard has set
	semanage port -l -C -n 2>&1 | cat >"$out/ports.$1"
	semodule --list-modules=full | grep -E '^[0-9]+ (galera|permissive)' >"$out/modules.$1"
	sha256sum <"$(ls /etc/selinux/default/policy/policy.*)" >"$out/policy.$1"
}

begin=$SECONDS
expect person.exp "$out" "$slow" >"$out/expect.log" 2>&1
row wizard person "$(sed -n 's/^finished /exit /p' "$out/outcome")" - $((SECONDS - begin))
cp /var/lib/galera-selinux/galera.te "$out/" 2>/dev/null
status finished
policy_state finished
try after sst

# ---- the policy package is installed anew ----
begin=$SECONDS reinstalled=0
DEBIAN_FRONTEND=noninteractive dpkg -i /opt/selinux-policy-default_*.deb >"$out/reinstall.log" 2>&1 || reinstalled=$?
row package reinstalled "exit $reinstalled" - $((SECONDS - begin))
status reinstalled
policy_state reinstalled
getenforce >"$out/mode.reinstalled"
try reinstalled sst
./galera-selinux --defaults-group-suffix=.node2 --answers answers </dev/null >"$out/again.log" 2>&1
echo $? >"$out/again.status"
policy_state again
stop_all
exit 0
