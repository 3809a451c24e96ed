"""What the server gives to browsers, fetched as a stranger's browser would, against the list in the firm's log.

It finds a script that was replaced for everybody, or for one kind of browser; not one that is replaced only for a
person who is signed in, or only for an address that is not ours.
"""

from hashlib import sha256
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx

from siegel.agent.errors import AgentError, OfflineError
from siegel.seals.errors import IntegrityError

SIGN_IN = "/anmeldung"
STATIC = "/static/"
# Nobody replaces a script for a program called siegel.
USER_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
MAX_PAGE_BYTES = 1 << 20
MAX_FILE_BYTES = 64 << 20
ANSWER_S = 60


class _Page(HTMLParser):
    """What a page loads: `urls`; `faults`: what our pages never have."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "script" and not found.get("src"):
            self.faults.append("inline script")
        if tag in ("base", "iframe", "object", "embed") or any(name.startswith("on") for name in found):
            self.faults.append(f"<{tag}>")
        if address := found.get("src") or (found.get("href") if tag == "link" else None):
            self.urls.append(address)


def compare_served(origin: str, files: dict[str, bytes], *, user_agent: str = USER_AGENT) -> int:
    """How many files were fetched and are as listed: all that are listed, and all that the sign-in page loads.

    IntegrityError `web_differs` names the first that is not; AgentError, OfflineError where it could not be told.
    """
    headers = {"User-Agent": user_agent, "Accept-Language": "de"}
    with httpx.Client(base_url=origin, headers=headers, timeout=ANSWER_S) as browser:
        for path in _loaded(browser, origin):
            if path not in files:
                raise IntegrityError("web_differs", f"the sign-in page loads {path}, which is not listed")
        for path, expected in files.items():
            if _hash_of(browser, STATIC + path) != expected:
                raise IntegrityError("web_differs", f"another {path} is served than listed")
    return len(files)


def _loaded(browser: httpx.Client, origin: str) -> list[str]:
    """Paths below /static/ of what the sign-in page loads."""
    headers, content = _get(browser, SIGN_IN, MAX_PAGE_BYTES)
    policy = headers.get("Content-Security-Policy", "")
    if "script-src 'self'" not in policy or "'unsafe-inline'" in policy or "'unsafe-eval'" in policy:
        raise IntegrityError("web_differs", "the sign-in page allows other scripts than its own")
    page = _Page()
    page.feed(content.decode("utf-8", "replace"))
    if page.faults:
        raise IntegrityError("web_differs", f"the sign-in page has {page.faults[0]}")
    paths = []
    for address in page.urls:
        whole = urlsplit(urljoin(origin + SIGN_IN, address))
        if f"{whole.scheme}://{whole.netloc}" != origin or not whole.path.startswith(STATIC):
            raise IntegrityError("web_differs", f"the sign-in page loads {whole.geturl()}")
        paths.append(whole.path.removeprefix(STATIC))
    return paths


def _hash_of(browser: httpx.Client, path: str) -> bytes | None:
    """None where the server has no such file."""
    digest, size = sha256(), 0
    try:
        with browser.stream("GET", path) as answer:
            if answer.status_code == httpx.codes.NOT_FOUND:
                return None
            _require_ok(answer)
            for piece in answer.iter_bytes():
                digest.update(piece)
                size += len(piece)
                if size > MAX_FILE_BYTES:
                    raise AgentError("answer_too_large")
    except httpx.TransportError as error:
        raise OfflineError("offline", server=str(browser.base_url)) from error
    return digest.digest()


def _get(browser: httpx.Client, path: str, most: int) -> tuple[httpx.Headers, bytes]:
    try:
        with browser.stream("GET", path) as answer:
            _require_ok(answer)
            content = b""
            for piece in answer.iter_bytes():
                content += piece
                if len(content) > most:
                    raise AgentError("answer_too_large")
    except httpx.TransportError as error:
        raise OfflineError("offline", server=str(browser.base_url)) from error
    return answer.headers, content


def _require_ok(answer: httpx.Response) -> None:
    if answer.status_code != httpx.codes.OK:
        raise AgentError("web_unreadable", status=answer.status_code)
