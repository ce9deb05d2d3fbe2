# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the *.test scripts: TAP, a scratch directory, the program.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
BUILD=${BUILD:-build}
program=$PWD/$BUILD/galera-selinux
fixtures=$PWD/tests/fixtures
# TMPDIR is this test's own, where tests/run has started it.
scratch=$(mktemp -d "${TMPDIR:-/tmp}/galera-selinux.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
export LC_ALL=C.UTF-8 NO_COLOR=1
unset COLUMNS
ran=0
# The policy that the tests copy and judge by: the one below STORE (make check STORE=ROOT), else this host's.
STORE=${STORE:-}
rehearse=("$program" rehearse ${STORE:+--store "$STORE"})

# ok NAME COMMAND...: one test, which passes when the command exits 0.
ok() {
	local name=$1 said
	shift
	ran=$((ran + 1))
	if said=$("$@" 2>&1); then
		echo "ok $ran - $name"
	else
		echo "not ok $ran - $name"
		printf '%s\n' "$said" | tail -n 25 | sed 's/^/# /'
	fi
}
skip() { # NAME REASON
	ran=$((ran + 1))
	echo "ok $ran - $1 # SKIP $2"
}
finish() {
	echo "1..$ran"
}
# exits STATUS NAME COMMAND...: the command's exit status is this one; what it prints goes to
# $scratch/NAME.out and $scratch/NAME.err.
exits() {
	local wanted=$1 name=$2 status=0
	shift 2
	"$@" </dev/null >"$scratch/$name.out" 2>"$scratch/$name.err" || status=$?
	[ "$status" = "$wanted" ] && return
	echo "exit status $status, not $wanted: $*"
	tail -n 15 "$scratch/$name.out" "$scratch/$name.err"
	return 1
}
# says PATTERN FILE: an extended regular expression that a line of the file matches.
says() {
	grep -Eq -e "$1" "$2" && return
	echo "nothing in $2 matches: $1"
	cat "$2"
	return 1
}
# tells PATTERN FILE: as says, but the file is one line, as it was before it was wrapped.
tells() {
	tr -s ' \n' ' ' <"$2" | grep -Eq -e "$1" && return
	echo "nothing in $2 matches: $1"
	tail -n 20 "$2"
	return 1
}
is() { # FOUND WANTED
	[ "$1" = "$2" ] && return
	printf 'found:  %s\nwanted: %s\n' "$1" "$2"
	return 1
}
policy_type() { # ROOT
	sed -n 's/^SELINUXTYPE=//p' "$1/etc/selinux/config"
}
kernel_policy() { # ROOT, or "$STORE"
	ls "$1/etc/selinux/$(policy_type "$1")/policy"/policy.*[0-9] | sort -V | tail -n 1
}
modules() { # ROOT
	semodule -p "$1" -s "$(policy_type "$1")" --list-modules=full
}
local_ports() { # ROOT
	grep -v '^#' "$1/var/lib/selinux/$(policy_type "$1")/active/ports.local" 2>/dev/null
}
# ---- what is to be expected of a policy: setools take a second to read one, so each is asked once ----
once() { # FUNCTION POLICY [ARGUMENT...]: what it prints
	local kept=$scratch/once.${*//[^A-Za-z0-9.]/_}
	[ -e "$kept" ] || "$@" >"$kept"
	cat "$kept"
}
granted() { # POLICY TARGET CLASS: what mysqld_t may do, whatever the booleans are, a permission a line
	sesearch "$1" -A -s mysqld_t -t "${2/#self/mysqld_t}" -c "$3" 2>/dev/null | grep -v ' \]:' |
		sed -nE 's/^allow [^:]*:[^ ]+ \{? ?([^};]*[^}; ]).*/\1/p' | tr ' ' '\n' | sort -u
}
# needed POLICY: what a server was seen to need on a real kernel, and this policy does not allow: a rule of galera.te a
# line, without its braces.
needed() { once ask_needed "$1"; }
ask_needed() {
	local target class permissions lacking
	while read -r target class permissions; do
		lacking=$(comm -23 <(tr ' ' '\n' <<<"$permissions") <(granted "$1" "$target" "$class") | xargs)
		[ -z "$lacking" ] || echo "allow mysqld_t $target $class $lacking"
	done <<-'END'
		initrc_tmp_t file write
		rsync_exec_t file execute execute_no_trans getattr map open read
		self process setpgid
	END
}
needed_rules() { # POLICY: how many
	needed "$1" | grep -c .
}
needed_permissions() { # POLICY
	needed "$1" | awk '{ n += NF - 4 } END { print n + 0 }'
}
# port_type POLICY PORT: of the narrowest range; a local label, which is ours, stands before the policy's own, and seinfo
# has both.
port_type() {
	seinfo "$1" --portcon "$2" | awk '$2 == "tcp" {
		width = split($3, range, "-") == 2 ? range[2] - range[1] : 0
		split($4, part, ":")
		if (!type || width < least || (width == least && part[3] == "mysqld_port_t")) { least = width; type = part[3] }
	} END { print type }'
}
# port_wanted POLICY PORT: the label that it should have with this policy, which is its own, where the server may use it.
port_wanted() {
	local type
	type=$(once port_type "$1" "$2")
	[ "$(once granted "$1" "$type" tcp_socket | grep -cx 'name_bind\|name_connect')" = 2 ] || type=mysqld_port_t
	echo "$type"
}
ports_to_label() { # POLICY: of the ports of the recorded server those that want another label, a line each
	local port
	for port in 4567 4568 4444; do
		[ "$(once port_type "$1" $port)" = "$(port_wanted "$1" $port)" ] || echo $port
	done
}
# make_root ROOT [OPTION...]: a scratch root, by a rehearsal that stops before its first change.
make_root() {
	local root=$1
	shift
	# Where no port needs a label, the next step is the first that changes something.
	exits 3 make_root "${rehearse[@]}" --keep "$root" --yes --answer ports.apply=quit --answer permissive.apply=quit "$@"
}
# server_process ROOT DATA PID: the server's process as the root's own /proc has it, in place of the one before.
server_process() {
	local process=$1/proc/$3
	rm -rf "$1/proc"
	mkdir -p "$process" "$1$2"
	ln -s /usr/sbin/mariadbd "$process/exe"
	ln -s "$(realpath "$1$2")" "$process/cwd"
	echo "$3 (mariadbd) S 1 0 0 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 $(date +%s%N)" >"$process/stat"
	printf 'Name:\tmariadbd\nUid:\t%s\t%s\n' "$(id -u)" "$(id -u)" >"$process/status"
}
group_state() { # ROOT DATA UUID: its grastate.dat
	printf '# GALERA saved state\nversion: 2.1\nuuid:    %s\nseqno:   -1\n' "$3" >"$1$2/grastate.dat"
}
# shrink ROOT: take most modules out of its policy, so that it is built in a quarter of the time. Where another
# distribution's modules need each other otherwise, all stay.
shrink() {
	local type modules
	type=$(policy_type "$1")
	modules=$(semodule -p "$1" -s "$type" -l | grep -vxE 'base|mysql|rsync|unconfined|logrotate|cron|su|sudo|getty|ssh|xdg|dbadm|init|guest|xguest|sysadm|staff|unprivuser|xserver')
	# shellcheck disable=SC2086 # names are words
	semodule -n -p "$1" -s "$type" -X 100 -r $modules >/dev/null 2>&1 || semodule -n -p "$1" -s "$type" -B 2>/dev/null
}
# tiny_root ROOT: likewise, of a policy that is built in no time, in which the server is hardly more than a type.
tiny_root() {
	mkdir -p "$1/etc/selinux/tiny" "$1/var/lib/selinux" &&
		printf 'SELINUX=enforcing\nSELINUXTYPE=tiny\n' >"$1/etc/selinux/config" &&
		printf 'module-store = direct\nexpand-check = 0\n' >"$1/etc/selinux/semanage.conf" &&
		semodule -X 100 -p "$1" -s tiny -i "$fixtures/policy/tiny.cil"
}
# targeted_root ROOT: a small policy of our own with the traits of the targeted ones, for `rehearse --store DIR`.
targeted_root() {
	local policy=$fixtures/policy/targeted store=$1
	mkdir -p "$store/etc/selinux/targeted/contexts/files" "$store/var/lib/selinux" "$store/cil" || return
	printf 'SELINUX=enforcing\nSELINUXTYPE=targeted\n' >"$store/etc/selinux/config"
	printf 'module-store = direct\nexpand-check = 0\n' >"$store/etc/selinux/semanage.conf"
	echo '/usr/sbin /usr/bin' >"$store/etc/selinux/targeted/contexts/files/file_contexts.subs_dist"
	{
		printf '(category c%d)' {0..1023}
		echo "(categoryorder ($(printf 'c%d ' {0..1023})))"
		cat "$policy/base.cil"
	} >"$store/cil/base.cil"
	semodule -n -X 100 -p "$store" -s targeted -i "$store/cil/base.cil" -i "$policy/mysql.cil"
}
# needs_met ROOT: likewise, with the server's module at another priority, which lets it do all that Galera needs.
needs_met() {
	targeted_root "$1" &&
		cat "$fixtures/policy/targeted/"{mysql,needs}.cil >"$1/cil/mysql.cil" &&
		semodule -n -X 200 -p "$1" -s targeted -i "$1/cil/mysql.cil"
}
# small_store: of a whole targeted store, if one is given, a commit takes ten seconds; it can be cut in the same places
# of any.
small_store() {
	[ -z "$STORE" ] || { targeted_root "$scratch/store" && rehearse=("$program" rehearse --store "$scratch/store"); }
}
# system ROOT: a sum of all that a run could change but the session itself.
system() {
	find "$1/etc" "$1/var/lib/selinux" -type f ! -name '*.LOCK' -print0 2>/dev/null | sort -z |
		xargs -0 sha256sum | sha256sum
}
