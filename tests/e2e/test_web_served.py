"""What a real server gives to browsers is what the list of its collected files says, and one byte more is found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser

from siegel.agent import web_headers
from siegel.agent.web_served import compare_served
from siegel.base.release import listed
from siegel.seals.errors import IntegrityError
from siegel.seals.release import read_release
from tests.installation import Installation

LOADED = {
    "/static/theme.js": "text/javascript",
    "/static/theme.css": "text/css",
    "/static/bundle/shell-1.js": "text/javascript",
    "/static/siegel/assets/x.png": "image/png",
}
PAGE = b"""<!doctype html><html><head><script src="/static/theme.js"></script>
<link rel="stylesheet" href="/static/theme.css"><script type="module" src="/static/bundle/shell-1.js"></script></head>
<body><img src="/static/siegel/assets/x.png" alt=""></body></html>"""


def test_the_sign_in_page_and_all_files_are_as_listed_until_one_of_them_changes(installation: Installation) -> None:
    files = read_release(listed(installation.data / "static"))
    assert compare_served(installation.url, files) == len(files)
    scripts = [path for path in files if path.startswith("bundle/sign_in-")]
    for path in scripts[:1]:
        with pytest.raises(IntegrityError, match=path):
            compare_served(installation.url, {path: bytes(32)} | {p: d for p, d in files.items() if p != path})
    without = {path: digest for path, digest in files.items() if not path.startswith("bundle/shell-")}
    with pytest.raises(IntegrityError, match="not listed"):
        compare_served(installation.url, without)


def test_its_headers_are_those_of_the_browser_that_is_installed_here(browser: Browser) -> None:
    """In their order, for the page and for each kind of file that a page loads: a server tells programs by them."""
    with _listening() as (origin, asked):
        page = browser.new_page()
        page.goto(f"{origin}/anmeldung")
        page.wait_for_load_state("networkidle")
        page.close()
    own = {"/anmeldung": web_headers.of_page(web_headers.USER_AGENT)}
    for path in LOADED:
        own[path] = web_headers.of_file(path, web_headers.USER_AGENT, origin=origin, page=f"{origin}/anmeldung")
    for path, headers in own.items():
        theirs = [pair for pair in asked[path] if pair[0] != "Host"]
        assert [name for name, _ in headers] == [name for name, _ in theirs], path
        for (name, ours), (_, seen) in zip(headers, theirs, strict=True):
            if name in ("Origin", "Referer", "Accept-Encoding") or name.startswith("Sec-"):
                assert ours == seen, (path, name)


@contextmanager
def _listening() -> Iterator[tuple[str, dict[str, list[tuple[str, str]]]]]:
    asked: dict[str, list[tuple[str, str]]] = {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked[self.path] = self.headers.items()
            body = PAGE if self.path == "/anmeldung" else b""
            self.send_response(200)
            self.send_header("Content-Type", LOADED.get(self.path, "text/html; charset=utf-8"))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
