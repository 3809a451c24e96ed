"""The same pages in WebKit, which has neither all native algorithms nor a file system to write to as Chromium has."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.people import Firm, Vault
from tests.journeys.webkit import WebKit, missing, webkit

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"WebKit is not installed: {', '.join(missing())}")

OPENED = "return !!document.querySelector('[data-state=list]:not([hidden]), [data-state=empty]:not([hidden])')"
NAMES = "return [...document.querySelectorAll('tbody[data-rows] [data-name]')].map((one) => one.textContent)"
STORED = "return document.querySelector('[data-tray-items] [data-stage=done].done') !== null"
# What is shown, read by the page itself.
KEEP_SHOWN = """
  window.shown = null;
  const make = URL.createObjectURL;
  URL.createObjectURL = (blob) => {
    blob.arrayBuffer().then(async (bytes) => {
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      window.shown = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    });
    return make.call(URL, blob);
  };
"""


# What this journey is for: the algorithms that WebKit lacks are done by our own code.
HAS_NATIVE_CIPHER = """
  return crypto.subtle.importKey("raw-secret", new Uint8Array(32), "ChaCha20-Poly1305", false, ["encrypt"])
    .then(() => true, () => false);
"""
SELF_RECORD = "return fetch('/api/account/self').then((answer) => answer.json()).then(({ number }) => number)"


@pytest.fixture
def window(tmp_path: Path) -> Iterator[WebKit]:
    with webkit(tmp_path) as opened:
        yield opened


def test_in_webkit_a_client_signs_in_uploads_a_document_and_opens_it(
    window: WebKit, firm: Firm, vault: Vault, tmp_path: Path
) -> None:
    document = tmp_path / "Bescheid.txt"
    document.write_text("Einkommensteuer 2025\n" * 20_000)
    window.go(firm.door)
    window.type("#username", firm.client.username)
    window.type("#password", firm.client.password)
    window.click("form[data-form=sign-in] [data-submit]")
    window.until(f"return location.href === '{firm.url}/'")
    assert not window.run(HAS_NATIVE_CIPHER)
    window.go(vault.url)
    window.until(OPENED)
    window.type("#file-input", str(document))
    window.until(STORED)
    window.until(f"{NAMES}.join() === 'Bescheid.txt'")
    window.go(vault.url)
    window.until(OPENED)
    assert window.until(SELF_RECORD) > 0
    window.run(KEEP_SHOWN)
    window.click("tbody[data-rows] a[data-open]")
    window.until("return !!document.querySelector('[data-pane] [data-action=view]:not([hidden])')")
    window.click("[data-pane] [data-action=view]")
    assert window.until("return window.shown") == hashlib.sha256(document.read_bytes()).hexdigest()
