"""Sealing in the browser, against plain age-encryption in the same tab of the same Chromium.

The page `web/bench/` is built by Vite, served on loopback and measured through Playwright. Both sides seal the same
48 MiB that lie in memory; our pieces are taken as they come, the peer is taken in the faster of its two ways (to a
stream, or to one array). All runs take turns, and each figure is the fastest of its runs: on a shared machine the
slower ones measure the neighbours.

`opfs_seal` writes what it seals into the browser's own file system, hashed as an upload hashes it; the peer is the
library's stream piped into a file there. `zip` makes one archive of 500 files, 1 GiB together, that are opened and
verified; its peer only opens them. `zip_memory` is the most memory that the tab had to itself meanwhile (private pages,
as the browser's own task manager counts), looked at twenty times a second.
"""

from __future__ import annotations

import functools
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.server_processes import command_of, descendants, private_kib

WEB = Path(__file__).resolve().parents[1] / "web"
PAGE = WEB / "dist" / "bench"
SIZE_BYTES = 48 << 20
ROUNDS = 12
GOAL = 5.0
DISK_GOAL = 1.3
ZIP_FILES = 500
ZIP_BYTES = 1 << 30
ZIP_ROUNDS = 3
ZIP_GOAL = 0.6
ZIP_GOAL_MB = 300.0
ZIP_TIMEOUT_MS = 180_000
WATCH_S = 0.05
CHROMIUM = "/usr/bin/chromium"


def measure() -> list[dict[str, object]]:
    """The figures, each {name, value, unit, goal, peer, peer_value, ratio, held}; values in MiB/s."""
    _build_page()
    with served_page() as page:
        page.wait_for_function("'measure' in globalThis")
        seconds: dict[str, list[float]] = page.evaluate(f"measure({SIZE_BYTES}, {ROUNDS})")
    fastest = {name: min(runs) for name, runs in seconds.items()}
    peer = min(fastest["peer_stream"], fastest["peer_whole"])
    return [
        _figure("browser.seal_vs_age_encryption", fastest["seal"], peer, GOAL),
        _figure("browser.seal_whole_vs_age_encryption", fastest["seal_whole"], fastest["peer_whole"], None),
        _figure("browser.seal_and_hash_vs_age_encryption", fastest["seal_and_hash"], peer, None),
        _figure("vault.opfs_seal_vs_age", fastest["disk"], fastest["peer_disk"], DISK_GOAL),
        *_zip(),
    ]


def _zip() -> list[dict[str, object]]:
    """In a browser of its own, so that its memory is the archive's."""
    with served_page() as page:
        page.wait_for_function("'measureZip' in globalThis")
        page.set_default_timeout(ZIP_TIMEOUT_MS)
        with _watched_tab() as memory_mb:
            seconds = page.evaluate(f"measureZip({ZIP_FILES}, {ZIP_BYTES}, {ZIP_ROUNDS})")
    speed = _figure("vault.zip_vs_decrypt", min(seconds["zip"]), min(seconds["open"]), ZIP_GOAL, ZIP_BYTES)
    most_mb = max(memory_mb)
    memory = {"name": "vault.zip_memory", "value": round(most_mb, 1), "unit": "MB", "goal": ZIP_GOAL_MB}
    return [
        {**speed, "peer": "the same files opened only"},
        {**memory, "peer": None, "peer_value": None, "ratio": None, "held": most_mb <= ZIP_GOAL_MB},
    ]


@contextmanager
def _watched_tab() -> Iterator[list[float]]:
    """Megabytes that the largest page below this process has to itself, as often as it was looked at meanwhile."""
    family = descendants(os.getpid())
    # Chromium writes the words of its renderers' command lines with spaces between them
    tabs = [pid for pid in family if any("--type=renderer" in word for word in command_of(pid))]
    seen: list[float] = []
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(WATCH_S):
            seen.append(max(map(private_kib, tabs)) * 1024 / 1e6)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        is_over.set()
        thread.join()


def _figure(
    name: str, ours_s: float, peer_s: float, goal: float | None, size_bytes: int = SIZE_BYTES
) -> dict[str, object]:
    ratio = peer_s / ours_s
    return {
        "name": name,
        "value": round(size_bytes / ours_s / (1 << 20), 1),
        "unit": "MiB/s",
        "goal": goal,
        "peer": "age-encryption",
        "peer_value": round(size_bytes / peer_s / (1 << 20), 1),
        "ratio": round(ratio, 2),
        "held": None if goal is None else ratio >= goal,
    }


def _build_page() -> None:
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    if node is None:
        raise FileNotFoundError("node is not installed")
    vite = WEB / "node_modules" / "vite" / "bin" / "vite.js"
    command = [node, str(vite), "build", "--config", "bench/vite.config.ts", "--logLevel", "warn"]
    subprocess.run(command, cwd=WEB, check=True, timeout=120)


@contextmanager
def built_page() -> Iterator[Page]:
    """The page of `web/bench/`, built anew, in a browser of its own."""
    _build_page()
    with served_page() as page:
        yield page


@contextmanager
def served_page() -> Iterator[Page]:
    """The same as it was built last."""
    with _served(PAGE) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(address)
        yield page
        browser.close()


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """The bench prints its figures and nothing else."""


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """The folder on a free port of loopback, a secure context as WebCrypto needs it."""
    handler = functools.partial(_QuietHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
