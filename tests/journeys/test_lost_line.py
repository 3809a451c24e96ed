"""The line is lost in the middle of an upload; it goes on from where the server stands."""

from __future__ import annotations

import os

from playwright.sync_api import CDPSession, Page, Request, expect

from tests.journeys.people import Firm, Vault
from tests.journeys.visits import download_from_pane, expect_done, open_vault, sha256, tray_item, upload
from tests.journeys.watch import Watch

SIZE_BYTES = 40 << 20
SLOW_BYTES_PER_S = 10 << 20
# Two pieces of 16 MiB arrive within the first 80 per cent; a third of the whole is in the second one.
CUT_AT_PERCENT = 50


def line(session: CDPSession, *, offline: bool = False, upload_bytes_per_s: int = -1) -> None:
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": upload_bytes_per_s},
    )


def test_an_upload_goes_on_where_a_lost_line_left_it(
    client: Page, firm: Firm, vault: Vault, watch: Watch, tmp_path_factory: object
) -> None:
    source = firm.folder / "Belege.bin"
    source.write_bytes(os.urandom(SIZE_BYTES))
    begun: list[Request] = []
    offsets: list[int] = []

    def hear(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/api/uploads"):
            begun.append(request)
        if request.method == "PATCH":
            offsets.append(int(request.headers["upload-offset"]))

    client.on("request", hear)
    open_vault(client, vault)
    session = client.context.new_cdp_session(client)
    session.send("Network.enable")
    line(session, upload_bytes_per_s=SLOW_BYTES_PER_S)
    upload(client, source)
    progress = tray_item(client, source.name).locator("progress")
    client.wait_for_function(
        """([bar, per_cent]) => bar.value >= per_cent && bar.parentElement
          .querySelector("[data-stage=send][aria-current]") !== null""",
        arg=[progress.element_handle(), CUT_AT_PERCENT],
    )
    watch.expect(r"net::ERR_INTERNET_DISCONNECTED")
    with client.expect_event("requestfailed"):
        line(session, offline=True)
    line(session)
    expect_done(client, source.name)

    assert len(begun) == 1
    resumed = [offset for offset in offsets if offset % (16 << 20)]
    assert resumed, offsets
    assert all(16 << 20 < offset < SIZE_BYTES for offset in resumed)
    download = download_from_pane(client, source.name)
    assert sha256(download.path()) == sha256(source)
    expect(client.locator("[data-status]")).to_contain_text("ist geprüft und geöffnet.")
