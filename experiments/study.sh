# What the studies' run.sh share, to be sourced: fails without palsim, and keeps what a folder holds
# until its successor is whole.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export PATH=$PATH:$here/../../build/release/experiments
command -v palsim > /dev/null || { echo "no palsim; run ./dev build first" >&2; exit 2; }

# record FILE COMMAND [ARGUMENT]...: what the command prints becomes the file, if it succeeds.
record() {
  "${@:2}" > "$1.partial"
  mv "$1.partial" "$1"
}
