#!/usr/bin/env bash
# Every browser test. PALSIM_COMMAND is the palsim under test. Without a browser or npm's packages it
# says so and skips; with PALSIM_PEERS=required that is a failure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

lacking=
[ -d node_modules/playwright-core ] || lacking="web/node_modules (npm ci --ignore-scripts in web/)"
[ -x "${PALSIM_CHROMIUM:-/usr/bin/chromium}" ] || lacking="Debian's chromium"
command -v node >/dev/null || lacking="node"
if [ -n "$lacking" ]; then
  [ "${PALSIM_PEERS:-}" != required ] || { echo "PALSIM_PEERS=required, but no $lacking" >&2; exit 1; }
  echo "skipped: no $lacking"
  exit 77  # what ctest takes for skipped
fi
exec node --test
