# A real browser for scripts that need one. Source this file behind lib.sh.
# shellcheck shell=bash

# has_browser FILE...: whether there is a browser for the scripts in these files, which then stand in $work beside what they need
# to drive it; "why" says why not. Needs chromium, npm and its registry.
has_browser() {
  local tool
  for tool in npm node chromium; do
    command -v "$tool" >/dev/null || { why="$tool is not installed" && return 1; }
  done
  cp "$root/tests/e2e/swagger/package.json" "$@" "$work"
  (cd "$work" && timeout 120 npm install --ignore-scripts --no-audit --no-fund --no-package-lock) >"$work/npm.log" 2>&1 ||
    { why="playwright-core could not be installed: $(tail -n 1 "$work/npm.log")" && return 1; }
}

# told FILE COUNT: one check for each line "ok TEXT" or "FAIL TEXT" of the file, of which there must be so many.
told() {
  local line
  while read -r line; do
    case $line in
      "ok "*) pass "${line#ok }" ;;
      "FAIL "*) fail "${line#FAIL }" ;;
    esac
  done <"$1"
  [[ $(wc -l <"$1") -eq $2 ]] || fail "not all was looked at: $(wc -l <"$1") of $2"
}
