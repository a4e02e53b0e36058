# Completion of sv's commands, options and services for bash: source it, or put it into
# /usr/share/bash-completion/completions/sv

_sv() {
  local word=${COMP_WORDS[COMP_CWORD]} verb= i dir=
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      -w) ((i++)) ;;
      --user) dir=${XDG_CONFIG_HOME:-$HOME/.config}/service ;;
      -*) ;;
      *) verb=${COMP_WORDS[i]} ; break ;;
    esac
  done
  if [[ -z $verb ]]; then
    COMPREPLY=($(compgen -W '-a -k -r -v -w --user status start stop restart reload try-restart check up down once
      pause cont hup alarm interrupt quit term kill exit shutdown force-stop force-reload force-restart force-shutdown
      list metrics log why tree verify signal rolling enable disable scale reset upgrade shell' -- "$word"))
    return
  fi
  case $verb,$word in
    status,-*) COMPREPLY=($(compgen -W '-a -r --json' -- "$word")) ; return ;;
    list,-*) COMPREPLY=($(compgen -W '-a --json' -- "$word")) ; return ;;
    log,-*) COMPREPLY=($(compgen -W '-f -n --since -l' -- "$word")) ; return ;;
    enable,-* | disable,-* | scale,-*) COMPREPLY=($(compgen -W '--now --from' -- "$word")) ; return ;;
  esac
  dir=${dir:-${SVDIR:-/etc/service}}
  [[ $verb = enable ]] && dir=/etc/sv
  COMPREPLY=($(compgen -W "$(cd "$dir" 2>/dev/null && for i in */; do [[ -d $i ]] && printf '%s\n' "${i%/}"; done)" -- "$word"))
  [[ $verb = signal ]] && COMPREPLY+=($(compgen -A signal -- "$word"))
}
complete -F _sv sv
