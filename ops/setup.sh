#!/bin/sh
# Make .venv with the locked dependencies and wirewatch itself: setup.sh PYTHON LOCKFILE
set -eu
python=$1 lock=$2
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
    echo "wirewatch needs Python 3.11 or newer; $python is not. Set it with: make PYTHON=/path/to/python3" >&2
    exit 2
}
if [ ! -x .venv/bin/python ]; then
    "$python" -m venv .venv || {
        echo "The venv module is missing; on Debian: apt-get install python3-venv" >&2
        exit 2
    }
fi
# The lock holds everything: were pip to resolve, it would look at releases newer than those in it, and refuse them.
.venv/bin/python -m pip install --quiet --no-deps --require-hashes -r "$lock"
.venv/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
.venv/bin/python -m pip check >/dev/null || {
    .venv/bin/python -m pip check >&2
    exit 1
}
