#!/usr/bin/env bash
# Runs the test command of the action's inputs by `qlite exec`; its exit code is that of the command, or the verdict's.
set -euo pipefail

flags=()
if [[ -n ${QLITE_CASSETTES:-} ]]; then flags+=(--cassettes "$QLITE_CASSETTES"); fi
if [[ ${QLITE_FAIL_UNUSED:-false} == true ]]; then flags+=(--fail-unused); fi
if [[ -n ${QLITE_REPORT:-} ]]; then flags+=(--report "$QLITE_REPORT"); fi
words=${QLITE_ARGS:-}
read -ra args <<<"${words//$'\n'/ }"

fixtures=()
while IFS= read -r line; do
  line=${line#"${line%%[![:space:]]*}"}
  line=${line%"${line##*[![:space:]]}"}
  if [[ -n $line ]]; then fixtures+=("$line"); fi
done <<<"${QLITE_FIXTURES:-}"

exec "$QLITE_BIN" exec ${flags[@]+"${flags[@]}"} ${args[@]+"${args[@]}"} ${fixtures[@]+"${fixtures[@]}"} -- \
  bash -eo pipefail -c "$QLITE_COMMAND"
