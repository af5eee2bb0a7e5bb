# The tour of README.md, for scripts that take it. Source this file behind lib.sh.
# In the block after <!-- tour -->, a comment "# text -> 201 more text" stands above a command: the status that its
# output must show and text that it must contain.
# shellcheck shell=bash

# block NAME: the lines of the code block that follows the comment NAME in README.md.
block() {
  awk -v mark="<!-- $1 -->" '$0 == mark { wanted = 1; next } wanted && /^```/ { if (inside) exit; inside = 1; next } inside' "$root/README.md"
}
# judge EXPECTATION FILE: the output in the file shows the expected status and contains the expected text.
judge() {
  local status=${1%% *} text=
  [[ $1 != *' '* ]] || text=${1#* }
  # Not out of a pipe: grep ends at the first match, and whoever writes more than a pipe holds would be ended by a signal.
  grep -q "^HTTP/1\.1 $status " "$2" && { [[ -z $text ]] || grep -qF -- "$text" "$2"; }
}

# take_tour ADDRESS [PREFIX]: one check for each command with an expectation, against a fresh server at that address; paths that
# answers are expected to name lie below the prefix. Sets $commands to how many there were.
take_tour() {
  local address=$1 prefix=${2-} expectation='' command='' line
  commands=0
  block tour >"$work/tour"
  while IFS= read -r line || [[ -n $line ]]; do
    case $line in
      '#'*'-> '*) expectation=${line##*-> } && expectation=${expectation//: \/docs/: $prefix/docs} ;;
      '#'* | '') ;;
      *\\) command+=${line%\\} ;;
      *)
        command+=$line
        commands=$((commands + 1))
        # In this shell, so that a variable set by one line is there for the next.
        eval "${command//http:\/\/localhost:5080/$address}" >"$work/output" 2>"$work/errors" || printf 'exit code %d\n' $? >>"$work/output"
        if [[ -n $expectation ]]; then
          if judge "$expectation" "$work/output"; then
            pass "$command -> $expectation"
          else
            fail "$command: expected '$expectation', got:"
            cat "$work/output" "$work/errors"
          fi
        elif [[ -s $work/errors ]]; then
          fail "$command: $(cat "$work/errors")"
        fi
        expectation='' command=''
        ;;
    esac
  done <"$work/tour"
}
