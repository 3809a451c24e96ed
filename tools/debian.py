"""Programs that come from the operating system: found, or installed through apt where we may."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

PIP_WHEELS = Path("/usr/share/python-wheels")


class MissingPackagesError(Exception):
    """Something is missing that we may not install; the message says what to type."""

    def __init__(self, packages: list[str]) -> None:
        super().__init__(
            f"Siegel needs {', '.join(packages)}; as an administrator run: "
            f"apt-get install --no-install-recommends {' '.join(packages)}"
        )


@dataclass(frozen=True)
class Need:
    """A Debian package and the sign by which we see that what we want of it is there, whoever installed it."""

    package: str
    is_met: Callable[[], bool]
    units: tuple[str, ...] = ()
    """Services that the package would start; Siegel starts what it needs itself."""


def has_program(name: str) -> bool:
    return shutil.which(name, path=os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin") is not None


def has_library(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def pip_wheel() -> Path | None:
    """Debian's pip as a wheel, which runs without being installed."""
    return next(PIP_WHEELS.glob("pip-*.whl"), None)


def has_pip() -> bool:
    return importlib.util.find_spec("pip") is not None or pip_wheel() is not None


PIP = Need("python3-pip-whl", has_pip)
CLAMD = Need(
    "clamav-daemon",
    lambda: has_program("clamd"),
    ("clamav-daemon.service", "clamav-daemon.socket", "clamav-freshclam.service"),
)
LIBARCHIVE = Need("libarchive13", lambda: has_library("libarchive.so.13"))
WEBKIT = Need("webkit2gtk-driver", lambda: has_program("WebKitWebDriver"))
# WebKit shows its window somewhere.
SCREEN = Need("xvfb", lambda: has_program("Xvfb"))
CHROMIUM = Need("chromium", lambda: has_program("chromium"))
# The browser driver's own Node is linked against it.
LIBATOMIC = Need("libatomic1", lambda: has_library("libatomic.so.1"))
AGE = Need("age", lambda: has_program("age"))
SSH_KEYGEN = Need("openssh-client", lambda: has_program("ssh-keygen"))
OPENSSL = Need("openssl", lambda: has_program("openssl"))
NGINX = Need("nginx", lambda: has_program("nginx"), ("nginx.service",))
POSTGRESQL = Need("postgresql", lambda: any(Path("/usr/lib/postgresql").glob("*/bin/initdb")), ("postgresql.service",))

CHECK = (PIP,)
SCANNER = (CLAMD, LIBARCHIVE)
TEST = (*CHECK, *SCANNER, CHROMIUM, LIBATOMIC, AGE, SSH_KEYGEN, WEBKIT, SCREEN, POSTGRESQL)
BENCH = (*TEST, NGINX, OPENSSL)

# apt starts the services of what it installs, unless policy-rc.d forbids it (the only door Debian has for that);
# on a machine with systemd they would also start at the next boot, so new ones are switched off.
# A fresh machine has no package lists and an old one has stale ones: both show as a failed first try.
INSTALL = r"""
set -eu
export DEBIAN_FRONTEND=noninteractive
if [ ! -e /usr/sbin/policy-rc.d ]; then
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
    chmod 0755 /usr/sbin/policy-rc.d
fi
fresh=
for unit in $UNITS; do
    [ ! -d /run/systemd/system ] || systemctl cat "$unit" >/dev/null 2>&1 || fresh="$fresh $unit"
done
apt() { apt-get -o DPkg::Lock::Timeout=300 -qq "$@" </dev/null; }
log=$(mktemp)
install() { apt --yes --no-install-recommends install "$@" >"$log" 2>&1; }
if ! install "$@"; then
    apt update
    install "$@" || { cat "$log" >&2; exit 1; }
fi
rm "$log"
[ -z "$fresh" ] || [ ! -d /run/systemd/system ] || systemctl disable --quiet $fresh
"""


def _become_root() -> list[str] | None:
    """The words before a command that make it run as root; None where we may not."""
    if os.geteuid() == 0:
        return []
    if has_program("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0:
        return ["sudo", "-n"]
    return None


def install_missing(needs: Iterable[Need]) -> None:
    """All of `needs` are met afterwards.

    Raises MissingPackagesError where apt is missing, may not be used, or does not help.
    """
    missing = [need for need in needs if not need.is_met()]
    if not missing:
        return
    packages = [need.package for need in missing]
    root = _become_root() if has_program("apt-get") else None
    if root is not None:
        print(f"Installing with apt: {', '.join(packages)}", flush=True)
        units = " ".join(unit for need in missing for unit in need.units)
        done = subprocess.run([*root, "env", f"UNITS={units}", "sh", "-c", INSTALL, "sh", *packages], check=False)
        if done.returncode == 0 and all(need.is_met() for need in missing):
            return
    raise MissingPackagesError(packages)
