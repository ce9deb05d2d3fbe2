#compdef galera-selinux
# zsh completion for galera-selinux, which says itself what can stand there; else files may.
_galera_selinux() {
	setopt localoptions extendedglob
	local -a found
	found=("${(@f)$(galera-selinux completion words -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
	found=("${(@)found%%$'\t'*}")
	if [[ -z ${found[1]} ]]; then
		compset -P '--[^=]#='
		_files
	else
		compadd -S '' -- ${(M)found:#*=}
		compadd -- ${found:#*=}
	fi
}
if [[ ${funcstack[1]} == _galera_selinux ]]; then _galera_selinux "$@"; else compdef _galera_selinux galera-selinux; fi
