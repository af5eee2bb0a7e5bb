#!/usr/bin/env bash
# The tour of README.md, exactly as it is printed there, against a fresh server started by the README's command.
# In the block after <!-- tour -->, a comment "# text -> 201 more text" stands above a command: the status that its
# output must show and text that it must contain.
source "$(dirname "$0")/lib.sh"
need curl

# block NAME: the lines of the code block that follows the comment NAME in README.md.
block() {
  awk -v mark="<!-- $1 -->" '$0 == mark { wanted = 1; next } wanted && /^```/ { if (inside) exit; inside = 1; next } inside' "$root/README.md"
}
block tour >"$work/tour"
check "README.md has a tour" test -s "$work/tour"

# judge EXPECTATION FILE: the output in the file shows the expected status and contains the expected text.
judge() {
  local status=${1%% *} text=
  [[ $1 != *' '* ]] || text=${1#* }
  # Not out of a pipe: grep ends at the first match, and whoever writes more than a pipe holds would be ended by a signal.
  grep -q "^HTTP/1\.1 $status " "$2" && { [[ -z $text ]] || grep -qF -- "$text" "$2"; }
}

start_server_as_in_readme "$work/data"
cd "$work"
expectation='' command='' commands=0
while IFS= read -r line || [[ -n $line ]]; do
  case $line in
    '#'*'-> '*) expectation=${line##*-> } ;;
    '#'* | '') ;;
    *\\) command+=${line%\\} ;;
    *)
      command+=$line
      commands=$((commands + 1))
      # In this shell, so that a variable set by one line is there for the next.
      eval "${command//http:\/\/localhost:5080/$base}" >"$work/output" 2>"$work/errors" || printf 'exit code %d\n' $? >>"$work/output"
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
refuses "a wrong expectation is noticed" judge 299 "$work/output"
check "the tour has several steps ($commands)" test "$commands" -ge 8
check "the server stops when asked" stop_server

# What the README says of the files, about a document that the tour has left.
ln -s "$root/docs" "$work/docs"
block files >"$work/files"
while IFS= read -r line; do
  if bash -c "$line" >"$work/output" 2>"$work/errors"; then
    pass "$line"
  else
    fail "$line: $(cat "$work/output" "$work/errors")"
  fi
done <"$work/files"
check "the files' commands are three" test "$(wc -l <"$work/files")" -eq 3
equal "the document alone is what was sent" '{"n":1}' "$(tail -n +2 "$work"/data/docs/*/notes%2F1.json)"
finish
