# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the tests of the machine, after their name for it is set: machine=NAME. What they keep is in
# $out, $(BUILD)/vm/NAME; the job that is made ready for the machine is $job.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
vm=$PWD/tests/vm
out=$(realpath -m "$BUILD")/vm/$machine
job=$scratch/job

vm_why_not() {
	local own
	[ "$(id -u)" = 0 ] || { echo "root is needed to make the machine's disk"; return; }
	own=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	[[ $own == @(bookworm|trixie) && ${SUITE:-$own} == "$own" ]] ||
		{ echo "a machine of Debian ${SUITE:-12 or 13} wants a host that is one: the program is built with its libsepol"; return; }
	! ldd "$program" | grep -q libasan || { echo "the sanitizers' libraries are not in the machine"; return; }
	"$vm/deps" >"$scratch/deps.log" 2>&1 || echo "qemu or mmdebstrap cannot be installed: $(tail -n 1 "$scratch/deps.log")"
}
# vm_begin WHAT: where there can be no machine, the test is skipped and over.
vm_begin() {
	local reason
	reason=$(vm_why_not)
	if [ -n "$reason" ]; then
		skip "$1" "$reason"
		finish
		exit 0
	fi
	rm -rf "$out"
	mkdir -p "$out"
}
# vm_job SCRIPT [FILE...]: what the next boot does: guest/SCRIPT, with the program and these files.
vm_job() {
	local script=$1
	shift
	rm -rf "$job"
	mkdir -p "$job"
	cp "$program" "$fixtures/answers/all-yes" "$vm/guest/cluster.sh" "$@" "$job/"
	mv "$job/all-yes" "$job/answers"
	cp "$vm/guest/$script" "$job/run"
	chmod +x "$job/run"
}
# vm_boot [DIRECTORY [WORD...]]: results into that directory of $out.
vm_boot() {
	local into=$out/${1:-}
	shift $(($# > 0))
	# Machines that boot at the same time are of one image.
	image=$(flock "$vm/image" "$vm/image" 2>"$out/image.log") || { tail -n 20 "$out/image.log"; return 1; }
	"$vm/boot" "$image" "$job" "$into" "$@"
}
content() { cat "$out/$1" 2>/dev/null; }
# The columns of the table: phase, name, result, denials, seconds.
result() { awk -F '\t' -v p="$1" -v n="$2" '$1 == p && $2 == n { print $3 }' "$out/${3:-}/table.tsv"; }
logged() { awk -F '\t' -v p="$1" -v n="$2" '$1 == p && $2 == n { print $4 }' "$out/${3:-}/table.tsv"; }
