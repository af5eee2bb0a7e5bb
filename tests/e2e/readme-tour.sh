#!/usr/bin/env bash
# The tour of README.md, exactly as it is printed there, against a fresh server started by the README's command.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/tour.lib.sh"
need curl

block tour >"$work/tour"
check "README.md has a tour" test -s "$work/tour"

start_server_as_in_readme "$work/data"
cd "$work"
take_tour "$base"
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
