#!/bin/sh
# Makes the virtual environment and installs Flipcast into it. Usage: environment.sh run|test
# Works as any user on a machine that has only Python >= 3.11 and pip, where the system's Python may
# refuse to install packages (PEP 668) or lack the module ensurepip (Debian without python3-venv).
set -eu
cd "$(dirname "$0")/.."
kind=$1
venv=.venv
lock=deploy/requirements/$kind.txt
stamp=$venv/.$kind-$(cat "$lock" pyproject.toml | cksum | cut -d' ' -f1)
[ -e "$stamp" ] && exit 0

say() { echo "flipcast: $*" >&2; }

find_python() {
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python; do
        command -v "$name" >/dev/null 2>&1 || continue
        "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
        echo "$name"; return
    done
    say "Python 3.11 or newer is needed and was not found."; exit 1
}

python=$(find_python)
if [ ! -x "$venv/bin/python" ]; then
    say "making the environment $venv with $python"
    rm -rf "$venv"
    # Without pip: ensurepip may be missing, and the outer pip can install into any environment.
    "$python" -m venv --without-pip "$venv"
fi

if "$python" -m pip --version >/dev/null 2>&1; then
    pip() { "$python" -m pip --python "$venv/bin/python" "$@"; }
elif "$venv/bin/python" -m ensurepip >/dev/null 2>&1; then
    pip() { "$venv/bin/python" -m pip "$@"; }
else
    say "pip was not found for $python; install python3-pip."; exit 1
fi

say "installing what $lock names (the first time this takes a minute or two)"
pip install --quiet --disable-pip-version-check --requirement "$lock"
# The editable install builds the front end, with the Node.js that the lock brings.
pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
touch "$stamp"
