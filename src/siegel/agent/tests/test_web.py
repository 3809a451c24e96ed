"""`siegel web verify`: a server that gives other files to browsers than its log names, and one that logs others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from siegel.agent import web_online
from siegel.agent.errors import AgentError
from siegel.agent.tests.server import Server, Wire
from siegel.agent.tests.test_log import Log, log
from siegel.agent.tests.test_main import Run, online, run
from siegel.agent.web_headers import USER_AGENT
from siegel.agent.web_served import compare_served
from siegel.lib import sshsig, tlog
from siegel.seals.canonical import b64, encode
from siegel.seals.errors import IntegrityError
from siegel.seals.release import NAMESPACE, read_release, write_release

__all__ = ["log", "online", "run"]
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'"
PAGE = """<!doctype html><html><head><script src="/static/theme.js"></script>
<link rel="stylesheet" href="/static/theme.css"><link rel="modulepreload" href="/static/bundle/shell-1.js">
<script type="module" src="/static/bundle/sign_in-1.js"></script></head><body></body></html>"""
FILES = {name: name.encode() * 50 for name in ("theme.js", "theme.css", "bundle/shell-1.js", "bundle/sign_in-1.js")}
FILES["bundle/saving-1.js"] = b"a service worker, loaded later"
LISTED = {name: sha256(content).digest() for name, content in FILES.items()}


class Site:
    """What is served; `tamper(path, user agent, content)` gives what goes out, None for 404."""

    def __init__(self) -> None:
        self.page, self.policy, self.status = PAGE, POLICY, 200
        self.headers = {"Content-Type": "text/html; charset=utf-8"}
        self.tamper: Callable[[str, str, bytes], bytes | None] = lambda _path, _agent, content: content
        self.origin = ""
        self.asked: dict[str, list[tuple[str, str]]] = {}

    def body(self, path: str, agent: str) -> bytes | None:
        if path == "/anmeldung":
            return self.page.encode()
        content = FILES.get(path.removeprefix("/static/"))
        return self.tamper(path, agent, content) if content is not None else None


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked[self.path] = self.headers.items()
            body = site.body(self.path, self.headers["User-Agent"])
            self.send_response(404 if body is None else site.status)
            self.send_header("Content-Security-Policy", site.policy)
            for name, value in site.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.origin = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield site
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_is_served_as_listed_is_the_same(site: Site) -> None:
    assert compare_served(site.origin, LISTED) == len(FILES)


def test_one_byte_altered_for_one_browser_is_found_by_whoever_asks_as_that_browser(site: Site) -> None:
    def tamper(path: str, agent: str, content: bytes) -> bytes:
        return content[:-1] + b"!" if path.endswith("saving-1.js") and "Chrome" in agent else content

    site.tamper = tamper
    with pytest.raises(IntegrityError, match=r"saving-1\.js") as caught:
        compare_served(site.origin, LISTED)
    assert caught.value.code == "web_differs"
    assert compare_served(site.origin, LISTED, user_agent="Mozilla/5.0 Firefox/140.0") == len(FILES)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</head>", "<script>steal()</script></head>"),
        ("</head>", '<script src="/static/other.js"></script></head>'),
        ("</head>", '<script src="https://evil.example/static/theme.js"></script></head>'),
        ("</head>", '<script src="/elsewhere/theme.js"></script></head>'),
        ("<head>", '<head><base href="https://evil.example/">'),
        ("<body>", '<body onload="steal()">'),
        ("<body>", '<body><iframe src="/static/theme.js"></iframe>'),
        # the listed name, but another file: the query is the server's to answer by
        ("theme.js", "theme.js?v=2"),
        ("</head>", '<script src="/static/theme.js">steal()</script></head>'),
        # what other readers of HTML take for markup where Python's does not, or the other way round
        ("<body>", '<body><!--><script src="https://evil.example/x.js"></script>-->'),
        ("<body>", '<body><svg><style><script src="/api/x.js"></script></style></svg>'),
        ("<body>", '<body><svg><script href="/api/x.js" src="/static/theme.js"></script></svg>'),
        ("<body>", '<body><noscript><p title="</noscript><script src=/api/x.js></script>"></p></noscript>'),
        ("<body>", "<body><script/src=/api/x.js></script>"),
        ("<body>", '<body><SCRIPT SRC="/api/x.js"></SCRIPT>'),
        ("</head>", '<script src="https://evil.example/x.js" src="/static/theme.js"></script></head>'),
        ("<body>", '<body><form method="post" action="/elsewhere"><input type="password" name="password"></form>'),
        ("<head>", '<head><meta http-equiv="refresh" content="0;url=https://evil.example/">'),
    ],
)
def test_a_page_that_loads_something_else_is_found(site: Site, old: str, new: str) -> None:
    site.page = PAGE.replace(old, new)
    with pytest.raises(IntegrityError) as caught:
        compare_served(site.origin, LISTED)
    assert caught.value.code == "web_differs"


@pytest.mark.parametrize(
    "policy",
    [
        "",
        "script-src 'self' 'unsafe-inline'",
        "script-src *",
        "script-src 'self' https://evil.example",
        "script-src 'self' 'nonce-abc'",
        "x-script-src 'self'",
        "script-src *; script-src 'self'",
        "script-src 'self'; script-src-elem *",
    ],
)
def test_a_page_whose_policy_lets_other_scripts_in_is_found(site: Site, policy: str) -> None:
    site.policy = policy
    with pytest.raises(IntegrityError):
        compare_served(site.origin, LISTED)


@pytest.mark.parametrize("header", [("Content-Type", "text/html; charset=utf-16"), ("Refresh", "0;url=/elsewhere")])
def test_a_page_that_browsers_would_read_otherwise_is_found(site: Site, header: tuple[str, str]) -> None:
    site.headers.update([header])
    with pytest.raises(IntegrityError):
        compare_served(site.origin, LISTED)


def test_a_listed_file_that_is_not_there_is_found_and_an_error_is_no_difference(site: Site) -> None:
    site.tamper = lambda path, _agent, content: None if path.endswith("saving-1.js") else content
    with pytest.raises(IntegrityError):
        compare_served(site.origin, LISTED)
    site.status = 503
    with pytest.raises(AgentError) as caught:
        compare_served(site.origin, LISTED)
    assert caught.value.code == "web_unreadable"


def test_what_is_fetched_names_no_program_and_comes_as_a_page_asks_for_it(site: Site) -> None:
    site.headers["Set-Cookie"] = "siegel_csrf=abc; Path=/"
    compare_served(site.origin, LISTED)
    sent = {path: dict(headers) for path, headers in site.asked.items()}
    assert not any("httpx" in text or "siegel/" in text for headers in sent.values() for text in headers.values())
    assert "Referer" not in sent["/anmeldung"]
    destinations = {path: headers["Sec-Fetch-Dest"] for path, headers in sent.items()}
    assert destinations["/anmeldung"] == "document"
    assert destinations["/static/theme.css"] == "style"
    for path in ("/static/theme.js", "/static/bundle/shell-1.js"):
        assert destinations[path] == "script"
        assert sent[path]["Referer"] == f"{site.origin}/anmeldung"
        assert sent[path]["Cookie"] == "siegel_csrf=abc"
        assert ("Origin" in sent[path]) == ("bundle" in path)


def test_an_encoding_that_is_not_installed_is_no_difference_and_is_not_asked_for_again(site: Site) -> None:
    site.headers["Content-Encoding"] = "x-none"
    with pytest.raises(AgentError) as caught:
        compare_served(site.origin, LISTED)
    assert caught.value.code == "web_encoding"
    assert list(site.asked) == ["/anmeldung"]


@pytest.mark.parametrize(
    "document", [b"", b"{}", b"[]", b'{"files":[["a","AA"]],"v":1}', b'{"files": [], "v": 1}', b'{"files":[],"v":2}']
)
def test_what_is_no_list_of_files_is_refused(document: bytes) -> None:
    with pytest.raises(IntegrityError):
        read_release(document)
    assert read_release(write_release(LISTED)) == LISTED


class Release:
    """The server's answers about its release, and the key that signs it."""

    def __init__(self, log: Log) -> None:
        self.log, self.document = log, write_release(LISTED)
        self.signature: str | None = None
        log.grow(30)  # behind the places of the certificates that other tests show
        log.grow(1, "release_served", release=b64(sha256(self.document).digest()))
        self.index: int | None = len(log.entries) - 1
        self.key = Ed25519PrivateKey.generate()

    def answer(self) -> Wire:
        return {"document": b64(self.document), "signature": self.signature, "index": self.index}

    def proof(self, index: int) -> bytes:
        size = len(self.log.entries)
        hashes = tlog.inclusion_proof(index, size, self.log.read)
        extra = encode({"key": "", "leaf": b64(self.log.entries[index]), "personal": None, "salt": None})
        return tlog.ProofFile(index, tuple(hashes), self.log.note(size), extra).encode()

    def sign(self) -> None:
        self.signature = sshsig.armor(sshsig.sign(self.key, NAMESPACE, self.document))

    def key_file(self) -> str:
        line = self.key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        Path("release.pub").write_bytes(line + b" releases\n")
        return "release.pub"


@pytest.fixture
def release(log: Log, server: Server, monkeypatch: pytest.MonkeyPatch) -> Release:
    """A server whose files are as listed."""
    release, before = Release(log), server.handle

    def handle(request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/")
        if path == "audit/release":
            return httpx.Response(200, json=release.answer())
        if path.endswith("/proof"):
            return httpx.Response(200, stream=httpx.ByteStream(release.proof(int(path.split("/")[2]))))
        return before(request)

    monkeypatch.setattr(server, "handle", handle)
    monkeypatch.setattr(web_online, "compare_served", lambda _origin, files, **_more: len(files))
    return release


def test_what_is_served_logged_and_signed_exits_0(release: Release, run: Run) -> None:
    assert run("web", "verify") == 0
    release.sign()
    assert run("web", "verify", "--release-key", release.key_file()) == 0
    assert run("web", "verify", "--json") == 0


def test_a_release_without_the_signature_of_the_key_that_was_pinned_exits_3(release: Release, run: Run) -> None:
    release.sign()
    assert run("web", "verify", "--release-key", release.key_file()) == 0
    release.signature = None
    assert run("web", "verify") == 3
    release.key = Ed25519PrivateKey.generate()
    release.sign()
    assert run("web", "verify") == 3


def test_a_list_that_the_log_does_not_name_exits_3(release: Release, run: Run) -> None:
    release.document = write_release({**LISTED, "other.js": bytes(32)})
    assert run("web", "verify") == 3


def test_an_entry_about_something_else_exits_3(release: Release, run: Run) -> None:
    release.index = 0
    assert run("web", "verify") == 3


def test_a_list_that_is_not_logged_yet_exits_1(release: Release, run: Run) -> None:
    release.index = None
    assert run("web", "verify") == 1


def test_what_is_no_key_of_releases_exits_1(release: Release, run: Run) -> None:
    Path("wrong.pub").write_text("ssh-rsa AAAA\n")
    assert run("web", "verify", "--release-key", "wrong.pub") == 1


def test_a_witness_looks_at_what_is_served_too(release: Release, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("audit", "witness") == 0

    def differs(*_arguments: Any, **_more: Any) -> int:
        raise IntegrityError("web_differs", "another file")

    monkeypatch.setattr(web_online, "compare_served", differs)
    assert run("audit", "witness") == 3


def test_the_browser_it_asks_as_is_none_of_ours() -> None:
    assert "siegel" not in USER_AGENT.lower()
