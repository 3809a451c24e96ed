"""The line is lost in the middle of an upload; it goes on from where the server stands."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Request, expect

from tests.journeys.line import Line, line_to
from tests.journeys.people import Firm, Vault
from tests.journeys.visits import (
    Visit,
    come_in,
    download_from_pane,
    expect_done,
    open_vault,
    sha256,
    tray_item,
    upload,
)
from tests.journeys.watch import Watch

SIZE_BYTES = 40 << 20
# What the page sends in one request.
CHUNK_BYTES = 16 << 20
SLOW_BYTES_PER_S = 16 << 20


@pytest.fixture
def line(firm: Firm) -> Iterator[Line]:
    with line_to(firm.url) as line:
        yield line


def wait_until_cut_short(staging: Path) -> None:
    """Until the second request has begun to arrive and is far from its end."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        arrived = max((path.stat().st_size for path in staging.glob("*")), default=0)
        if CHUNK_BYTES < arrived < 2 * CHUNK_BYTES - (4 << 20):
            return
        time.sleep(0.01)
    raise AssertionError("the upload never stood in the middle of a request")


def test_an_upload_goes_on_where_a_lost_line_left_it(
    visit: Visit, firm: Firm, vault: Vault, line: Line, watch: Watch, tmp_path: Path
) -> None:
    source = tmp_path / "Belege.bin"
    source.write_bytes(os.urandom(SIZE_BYTES))
    client = come_in(visit(proxy=line.proxy), firm, firm.client)
    begun: list[Request] = []
    offsets: list[int] = []

    def hear(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/api/uploads"):
            begun.append(request)
        if request.method == "PATCH":
            offsets.append(int(request.headers["upload-offset"]))

    client.on("request", hear)
    open_vault(client, vault)
    line.bytes_per_s = SLOW_BYTES_PER_S
    upload(client, source)
    wait_until_cut_short(firm.installation.data / "staging")
    watch.expect(r"^failed: .* net::ERR_")
    with client.expect_event("requestfailed"):
        line.cut()
    expect(tray_item(client, source.name).locator("[data-stage=send]")).to_have_attribute("aria-current", "step")
    line.bytes_per_s = 0
    line.mend()
    expect_done(client, source.name)

    assert len(begun) == 1
    resumed = [offset for offset in offsets if offset % CHUNK_BYTES]
    assert resumed, offsets
    assert CHUNK_BYTES < resumed[0] < 2 * CHUNK_BYTES
    download = download_from_pane(client, source.name)
    assert sha256(download.path()) == sha256(source)
    expect(client.locator("[data-status]")).to_contain_text("ist geprüft und gespeichert.")
