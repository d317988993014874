#!/bin/sh
# Installs Calvox @VERSION@ on Linux x86-64, or puts it in place of an older version. Needs Python and no network.
# It only looks for a Python that will do; install.py beside it checks and installs. `sh install.sh --help` tells the options.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
pythons="@PYTHONS@"

for version in $pythons; do
    for python in ${PYTHON:-} "python$version" python3; do
        if "$python" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$version')" >/dev/null 2>&1; then
            exec "$python" -I -B "$here/install.py" "$@"
        fi
    done
done

case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in
    fr*) echo "Aucun Python qui convienne n’a été trouvé (il faut l’une de ces versions : $pythons)." >&2
         echo "Installez-le depuis le support de votre distribution, ou nommez-le : PYTHON=/chemin/python3 sh install.sh" >&2 ;;
    *) echo "No Python that will do was found (one of these is needed: $pythons)." >&2
       echo "Install it from your distribution's medium, or name it: PYTHON=/path/to/python3 sh install.sh" >&2 ;;
esac
exit 1
