"""One installation and one browser per test process; both start when the first test asks for them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from siegel.site import bundles
from tests.installation import Installation, installed

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """With pages built and a scanner that works."""
    if not (Path(bundles.__file__).parent / "static" / "bundle" / "manifest.json").exists():
        pytest.skip("the web bundle is not built (npm --prefix web run build)")
    if not Path("/usr/sbin/clamd").exists():
        pytest.skip("clamd is not installed (clamav-daemon)")
    with installed(tmp_path_factory.mktemp("installation")) as running:
        running.wait_for_scanner()
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's event loop runs in this thread for as long as the browser does; the tests of the database that
        # follow in this process run in the same thread, one after the other, and are no asynchronous code.
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        started = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield started
        started.close()
