# bash completion for galera-selinux, which says itself what can stand there; else files may.
_galera_selinux() {
	local line=${COMP_LINE:0:COMP_POINT} word
	local -a words
	IFS=$' \t' read -ra words <<<"$line"
	[[ $line != *[[:space:]] ]] || words+=('')
	mapfile -t COMPREPLY < <(galera-selinux completion words -- "${words[@]:1}" 2>/dev/null | cut -f 1)
	[[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace
	# Where = ends a word for bash, what stands before it is there already.
	word=${words[-1]}
	[[ $COMP_WORDBREAKS != *=* ]] || COMPREPLY=("${COMPREPLY[@]#"${word%"${word##*=}"}"}")
	return 0
}
complete -o default -F _galera_selinux galera-selinux
