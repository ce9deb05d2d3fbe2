# fish completion for galera-selinux, which says itself what can stand there; else files may.
function __galera_selinux
	set -l found (galera-selinux completion words -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)
	if set -q found[1]
		printf '%s\n' $found
	else
		set -l before (string match -r -- '^--[^=]*=' (commandline -ct))
		for path in (__fish_complete_path (string replace -r -- '^--[^=]*=' '' (commandline -ct)))
			echo "$before$path"
		end
	end
end
complete -c galera-selinux -f -a '(__galera_selinux)'
