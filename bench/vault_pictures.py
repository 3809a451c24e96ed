"""A thousand pictures dropped into a vault, with the small ones that the tab makes of them, and the same without.

The same bytes are dropped twice, under names of pictures and under names that say nothing: what differs is the
cost of the small pictures. Twenty pictures are drawn beforehand; each file ends with random bytes of its own.
"""

import time
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page, expect

from siegel.seals.documents import Manifest
from siegel.seals.signed import Signed
from tests.journeys.people import Firm

PICTURES = 1000
DRAWN = 20
WIDTH, HEIGHT = 1280, 960
TIMEOUT_MS = 600_000
# Noise in blocks, which JPEG does not press away, until a picture has about 100 KB.
DRAW = """async ([drawn, width, height]) => {
  globalThis.pictures = [];
  for (let i = 0; i < drawn; i++) {
    const canvas = new OffscreenCanvas(width, height), context = canvas.getContext("2d");
    for (let y = 0; y < height; y += 8)
      for (let x = 0; x < width; x += 8) {
        context.fillStyle = `hsl(${(x + y + 40 * i) / 8 + 60 * Math.random()} 60% ${40 + 30 * Math.random()}%)`;
        context.fillRect(x, y, 8, 8);
      }
    globalThis.pictures.push(await canvas.convertToBlob({ type: "image/jpeg", quality: 0.6 }));
  }
  return globalThis.pictures.reduce((sum, { size }) => sum + size, 0) / drawn;
}"""
DROP = """([count, ending]) => {
  globalThis.blocked = [];
  new PerformanceObserver((list) => globalThis.blocked.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: "longtask" });
  const transfer = new DataTransfer();
  for (let i = 0; i < count; i++) {
    const parts = [globalThis.pictures[i % globalThis.pictures.length], crypto.getRandomValues(new Uint8Array(8))];
    transfer.items.add(new File(parts, `Bild ${i}.${ending}`));
  }
  const drop = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: transfer });
  document.querySelector("[data-drop]").dispatchEvent(drop);
}"""
SHOWN = """async ([vault]) => {
  const manifests = [];
  for (let since = 0, more = true; more; ) {
    const news = await (await fetch(`/api/vaults/${vault}/news?since=${since}`)).json();
    for (const { manifests: some = [] } of news.records) manifests.push(...some);
    more = news.more;
    since += news.records.length;
  }
  return manifests;
}"""
Row = dict[str, Any]


def drop_pictures(page: Page, firm: Firm) -> list[Row]:
    """Files per second with small pictures beside those without; how many got one; the longest that the tab stood."""
    pictures_s, made, blocked_ms = _dropped(page, firm, "jpg")
    plain_s, none, _ = _dropped(page, firm, "bin")
    if none:
        raise RuntimeError("files that are no pictures have small ones")
    speed = _row("browser.drop_1000_pictures", PICTURES / pictures_s, "files/s")
    beside = {"peer": "the same under other names", "peer_value": round(PICTURES / plain_s, 1)}
    return [
        speed | beside | {"ratio": round(plain_s / pictures_s, 2)},
        _row("browser.drop_1000_pictures_made", made, "small pictures"),
        _row("browser.drop_1000_pictures_blocked", max(blocked_ms, default=0.0), "ms"),
    ]


def _dropped(page: Page, firm: Firm, ending: str) -> tuple[float, int, Sequence[float]]:
    """Seconds until all lie in a new vault, how many small pictures they have, the tab's tasks of over 50 ms."""
    vault = firm.new_vault()
    page.goto(vault.url)
    expect(page.locator("[data-state=empty]")).to_be_visible()
    page.evaluate(DRAW, [DRAWN, WIDTH, HEIGHT])
    started = time.perf_counter()
    page.evaluate(DROP, [PICTURES, ending])
    title = f"Hochladen: {PICTURES} von {PICTURES} fertig"
    expect(page.locator("[data-tray-title]")).to_have_text(title, timeout=TIMEOUT_MS)
    seconds = time.perf_counter() - started
    blocked: list[float] = page.evaluate("globalThis.blocked")
    manifests = [Manifest.parse(Signed.from_wire(one)) for one in page.evaluate(SHOWN, [vault.id])]
    return seconds, sum(one.thumbnail is not None for one in manifests), blocked


def _row(name: str, value: float, unit: str) -> Row:
    no_peer = {"goal": None, "peer": None, "peer_value": None, "ratio": None, "held": None}
    return {"name": name, "value": round(value, 1), "unit": unit, **no_peer}
