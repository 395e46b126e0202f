#!/bin/sh
# Makes the corpus anew: sh test/corpus/generate.sh [SCENARIO...]
# Needs python3.10 and python3.12 (or PYTHON310 and PYTHON312) and, the first time, PyPI.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${CORPUS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/cosyvoice-telegraf/corpus}

packages() { # NAME PYTHON: a virtual environment with requirements/NAME.txt
	wanted=$here/requirements/$1.txt
	if ! cmp -s "$wanted" "$cache/$1/installed.txt"; then
		"$2" -c '' || { echo "$2 does not run: name another by PYTHON310 or PYTHON312" >&2; exit 1; }
		echo "installing the packages of $1 (once)"
		"$2" -m venv --clear "$cache/$1"
		"$cache/$1/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$wanted"
		cp "$wanted" "$cache/$1/installed.txt"
	fi
}

packages upstream "${PYTHON310:-python3.10}"
packages old "${PYTHON310:-python3.10}"
packages new "${PYTHON312:-python3.12}"
exec "$cache/upstream/bin/python" -B "$here/generate.py" "$cache" "$@"
