#!/bin/sh
# Tries `make run` and `make test` as a new user would, on a bare Debian 12 with nothing but python3, make and git.
#
#   tools/try-bare-debian.sh FOLDER      as root, with mmdebstrap installed
#
# FOLDER/root becomes the Debian (one that exists is used as it is, for instance with certificates of your own);
# the last commit of this checkout is cloned into it. The network is the machine's own: port 8000 must be free.
set -eu
folder=${1:?usage: tools/try-bare-debian.sh FOLDER}
here=$(cd "$(dirname "$0")/.." && pwd)
root=$folder/root

mkdir -p "$folder"
[ -d "$root" ] || mmdebstrap --quiet --variant=minbase --include=python3,make,git,ca-certificates bookworm "$root"
rm -rf "$root/srv/siegel"
git -c safe.directory='*' clone --quiet "$here" "$root/srv/siegel"

cat >"$root/srv/try" <<'TRY'
set -eu
cd /srv/siegel

serve() { # TITLE: start, wait for the first page, stop by TERM; afterwards nothing may be left running
    make run &
    make=$!
    python3 - "$1" $make <<'WAIT'
import os, sys, time, urllib.request
began = time.monotonic()
while time.monotonic() - began < 900:
    try:
        urllib.request.urlopen("http://127.0.0.1:8000/", timeout=5).read()
        sys.exit(print(f"== {sys.argv[1]}: serves after {time.monotonic() - began:.0f} s"))
    except OSError:
        time.sleep(0.5)
    if open(f"/proc/{sys.argv[2]}/stat").read().rpartition(")")[2].split()[0] == "Z":
        sys.exit("== make run ended by itself")
sys.exit("== no answer after 15 minutes")
WAIT
    kill -TERM $make
    wait $make || true
    sleep 2
    nothing_runs
}

nothing_runs() { # in this process namespace there is only the shell (1), this program, and what was left
    python3 - <<'LEFT'
import os, sys
left = []
for pid in filter(str.isdigit, os.listdir("/proc")):
    if int(pid) not in (1, os.getpid()) and (command := open(f"/proc/{pid}/cmdline").read()):
        left.append(f"{pid}: {command}")
sys.exit("== left running:\n" + "\n".join(left) if left else print("== stopped, nothing is left running"))
LEFT
}

serve "first start"
serve "second start"
make test
nothing_runs
TRY

# A mount and a process namespace: whatever happens inside, nothing of it outlives this script. Shared memory of its own,
# and a root that is a mount point: else nothing inside could make a mount namespace, as some tests do.
exec unshare --mount --pid --fork sh -c '
    mount --bind "$0" "$0" && mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && mount -t tmpfs shm "$0/dev/shm"
    exec env PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/srv chroot "$0" sh /srv/try' "$root"
