#!/usr/bin/env bash
# What `cmake --install` puts in place works away from the checkout, and is no more than that needs:
# install_test.sh BUILD_FOLDER SOURCE_FOLDER.
set -euo pipefail
build=$1 source=$2
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
fail() { echo "install_test: $*" >&2; exit 1; }

cmake --install "$build" --prefix "$place/usr" >/dev/null
unset PALSIM_HOME
cd "$place"
palsim=usr/bin/palsim
"$palsim" predict gptneo_8m_tinystories_t4 --format json >prediction.json
"$palsim" report prediction.json --out report.html >/dev/null
grep -q '"methods"' report.html || fail "the report holds no prediction"

core=share/palsim/build/web/palsim_core.js
if [ -f "$source/build/web/palsim_core.js" ]; then
  cmp "$source/build/web/palsim_core.js" "usr/$core" || fail "the explorer's core is another one"
  "$palsim" explore --out explorer.html >/dev/null
  grep -q palsimModule explorer.html || fail "the explorer lacks its core"
elif [ -e "usr/$core" ]; then
  fail "a core from nowhere"
fi

for unneeded in core node_modules screenshots tests vendor/charts.entry.js; do
  [ ! -e "usr/share/palsim/web/$unneeded" ] || fail "web/$unneeded is of no use there"
done
