#!/usr/bin/env bash
# The command line in a shell: completion by the scripts that the program prints, a bar in a terminal, serve and salvage by name.
source "$(dirname "$0")/lib.sh"
need curl jq
mkdir -p "$work/bin"
printf '#!/bin/sh\nexec dotnet "%s" "$@"\n' "$server_dll" >"$work/bin/docservice"
chmod +x "$work/bin/docservice"
PATH=$work/bin:$PATH

# completed WORD...: what bash offers for a line of these words, the last one unfinished.
completed() {
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  COMP_LINE="$*"
  COMP_POINT=${#COMP_LINE}
  COMPREPLY=()
  _docservice
  printf '%s\n' "${COMPREPLY[@]}" | paste -sd ' '
}

docservice completion bash >"$work/completion"
# shellcheck disable=SC1091
source "$work/completion"
check "bash knows the function" grep -q _docservice <(complete -p docservice)
equal "a command" import "$(completed docservice im)"
equal "an option" --on-conflict "$(completed docservice import --on)"
equal "a value" 'couchdb directory mongodb ndjson' "$(completed docservice import --from '')"
equal "a command of a command" 'revoke rotate' "$(completed docservice keys r | tr ' ' '\n' | grep -v reset | paste -sd ' ')"
equal "nothing, where files are wanted" '' "$(completed docservice import ./some)"

# zsh as from a file in fpath: the file is the function, and its first call completes, too. What zsh would offer is written down.
if command -v zsh >/dev/null; then
  mkdir "$work/zfunc"
  docservice completion zsh >"$work/zfunc/_docservice"
  equal "zsh completes at the first call, and at the next" 'import import -' "$(zsh -f -c '
    compadd() { print -rl -- ${(M)${(P)2}:#${words[-1]}*}; }; compdef() { print sourced; }; _files() { :; }
    fpath=("$1"); autoload -Uz _docservice
    for BUFFER in "docservice im" "docservice im" "docservice import ./some"; do
      words=(${=BUFFER}); CURSOR=${#BUFFER}; _docservice
    done; print -- -' zsh "$work/zfunc" | grep . | paste -sd ' ')"
else
  say "skipped: zsh is not installed"
fi
if command -v fish >/dev/null; then
  docservice completion fish >"$work/docservice.fish"
  equal "fish completes" import "$(cd "$work" && HOME=$work XDG_CONFIG_HOME=$work XDG_DATA_HOME=$work fish -N -c 'source $argv[1]; complete -C "docservice im"' "$work/docservice.fish" 2>&1 | grep -v /)"
else
  say "skipped: fish is not installed"
fi

start_server "$work/data" "${small_journal[@]}"
stop_server
launch "$work/data" "${small_journal[@]}" -- dotnet "$server_dll" serve
equal "serve serves" ready "$(state)"
printf '{"id":"a","body":1}\n' >"$work/a.ndjson"
if command -v script >/dev/null; then
  script -qec "docservice import $work/a.ndjson --url $base" /dev/null >"$work/terminal" </dev/null
  check "in a terminal there is a bar" grep -q '100%' "$work/terminal"
  check "and what has become of the documents" grep -q '1 created' "$work/terminal"
else
  say "skipped: script is not installed"
fi
check "the server stops when asked" stop_server
code=0
docservice salvage --data "$work/data" "${small_journal[@]}" >"$work/salvage" || code=$?
equal "salvage has a name" 0 "$code"
check "and leaves a whole journal alone" grep -q 'nothing was changed' "$work/salvage"
code=0
docservice salvage --data "$work/none" 2>"$work/none.log" || code=$?
equal "without a directory it cannot run" 3 "$code"
finish
