"""What the server gives to browsers, fetched as a stranger's browser would, against the list in the firm's log.

It finds a script that was replaced for everybody, or for one kind of browser; not one that is replaced only for a
person who is signed in, or only for an address that is not ours.
"""

import html
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from importlib.util import find_spec

import httpx

from siegel.agent import web_headers
from siegel.agent.errors import AgentError, OfflineError
from siegel.agent.web_headers import USER_AGENT
from siegel.seals.errors import IntegrityError

SIGN_IN = "/anmeldung"
STATIC = "/static/"
MAX_PAGE_BYTES = 1 << 20
MAX_FILE_BYTES = 64 << 20
ANSWER_S = 60
_DECODERS = {"br": ("brotli", "brotlicffi"), "zstd": ("zstandard",)}
_READABLE = {"gzip", "deflate", "identity"} | {
    name for name, modules in _DECODERS.items() if any(map(find_spec, modules))
}

# Two readers of HTML may differ in what is markup; in this grammar they cannot: every `<` begins one of these tags.
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:[ \t\r\n]+[a-z][a-z0-9-]*(?:="[^"<>]*")?)*)[ \t\r\n]*>')
_ATTRIBUTE = re.compile(r'([a-z][a-z0-9-]*)(?:="([^"]*)")?')
_DOCTYPE = re.compile(r"\s*<!doctype html>", re.IGNORECASE)
# What loads, frames or styles past what is looked at here; our page has none of it.
_FOREIGN = frozenset(
    ("applet", "base", "embed", "frame", "frameset", "iframe", "math", "object", "style", "svg", "template")
)
# Without a name browsers send nothing of it, wherever the form goes: our scripts alone read what is typed.
_TYPED = frozenset(("input", "select", "textarea"))
_SCRIPTS = ([["script-src", "'self'"]], [["script-src", "'self'", "'wasm-unsafe-eval'"]])


def _read_page(page: str) -> list[str]:
    """Addresses of what a page loads. IntegrityError `web_differs` for what our pages never have."""
    start = _DOCTYPE.match(page)
    body = page[start.end() :] if start else page
    if start is None or "<" in _TAG.sub("", body):
        raise IntegrityError("web_differs", "the sign-in page is not written as ours are")
    addresses: list[str] = []
    for found in _TAG.finditer(body):
        if not found[1]:
            pairs = _ATTRIBUTE.findall(found[3])
            attributes = {name: html.unescape(value) for name, value in pairs}
            if len(attributes) < len(pairs):
                raise IntegrityError("web_differs", "the sign-in page says something twice")
            _check_tag(found[2], attributes, is_empty=body.startswith("</", found.end()))
            loads = attributes.get("src") or (attributes.get("href") if found[2] == "link" else None)
            addresses += [loads] if loads else []
    return addresses


def _check_tag(tag: str, attributes: Mapping[str, str], *, is_empty: bool) -> None:
    if tag == "script" and not (attributes.get("src") and is_empty):
        raise IntegrityError("web_differs", "the sign-in page has an inline script")
    if tag in _TYPED and "name" in attributes and attributes.get("type") != "hidden":
        raise IntegrityError("web_differs", "a form of the sign-in page sends what somebody typed")
    if tag in _FOREIGN or "http-equiv" in attributes or any(name.startswith("on") for name in attributes):
        raise IntegrityError("web_differs", f"the sign-in page has a <{tag}> that ours has not")


def _check_headers(headers: httpx.Headers) -> None:
    """The policy lets in our scripts alone, and browsers read the text as it is read here."""
    directives = [words for part in headers.get("Content-Security-Policy", "").split(";") if (words := part.split())]
    scripts = [words for words in directives if words[0].lower().startswith("script-src")]
    if scripts not in _SCRIPTS:
        raise IntegrityError("web_differs", "the sign-in page allows other scripts than its own")
    kind = headers.get("Content-Type", "").replace(" ", "").lower()
    if kind != "text/html;charset=utf-8" or "Refresh" in headers:
        raise IntegrityError("web_differs", "the sign-in page is served otherwise than ours is")


def compare_served(origin: str, files: dict[str, bytes], *, user_agent: str = USER_AGENT) -> int:
    """How many files were fetched and are as listed: all that are listed, and all that the sign-in page loads.

    IntegrityError `web_differs` names the first that is not; AgentError, OfflineError where it could not be told.
    """
    with httpx.Client(base_url=origin, timeout=ANSWER_S) as client:
        browser = _Browser(client, origin, user_agent)
        for path in _loaded(browser):
            if path not in files:
                raise IntegrityError("web_differs", f"the sign-in page loads {path}, which is not listed")
        for path, expected in files.items():
            if _hash_of(browser, STATIC + path) != expected:
                raise IntegrityError("web_differs", f"another {path} is served than listed")
    return len(files)


class _Browser:
    """Asks for the page, and for files as the page does."""

    def __init__(self, client: httpx.Client, origin: str, user_agent: str) -> None:
        self._client, self._origin, self._user_agent = client, origin, user_agent

    @contextmanager
    def page(self) -> Iterator[httpx.Response]:
        """AgentError, OfflineError."""
        with self._answered(SIGN_IN, web_headers.of_page(self._user_agent)) as answer:
            yield answer

    @contextmanager
    def file(self, path: str) -> Iterator[httpx.Response]:
        """AgentError, OfflineError."""
        page = self._origin + SIGN_IN
        headers = web_headers.of_file(path, self._user_agent, origin=self._origin, page=page)
        with self._answered(path, headers) as answer:
            yield answer

    @contextmanager
    def _answered(self, path: str, headers: web_headers.Headers) -> Iterator[httpx.Response]:
        try:
            answer = self._client.send(web_headers.request(self._client, path, headers), stream=True)
            try:
                _require_readable(answer)
                yield answer
            finally:
                answer.close()
        except httpx.TransportError as error:
            raise OfflineError("offline", server=self._origin) from error


def _loaded(browser: _Browser) -> list[str]:
    """Paths below /static/ of what the sign-in page loads; with a query it would be another file than the listed."""
    content = b""
    with browser.page() as answer:
        _require_ok(answer)
        for piece in answer.iter_bytes():
            content += piece
            if len(content) > MAX_PAGE_BYTES:
                raise AgentError("answer_too_large")
        _check_headers(answer.headers)
    try:
        addresses = _read_page(content.decode())
    except UnicodeDecodeError as error:
        raise IntegrityError("web_differs", "the sign-in page is no text") from error
    for address in addresses:
        if not address.startswith(STATIC):
            raise IntegrityError("web_differs", f"the sign-in page loads {address}")
    return [address.removeprefix(STATIC) for address in addresses]


def _hash_of(browser: _Browser, path: str) -> bytes | None:
    """None where the server has no such file."""
    digest, size = sha256(), 0
    with browser.file(path) as answer:
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        _require_ok(answer)
        for piece in answer.iter_bytes():
            digest.update(piece)
            size += len(piece)
            if size > MAX_FILE_BYTES:
                raise AgentError("answer_too_large")
    return digest.digest()


def _require_ok(answer: httpx.Response) -> None:
    if answer.status_code != httpx.codes.OK:
        raise AgentError("web_unreadable", status=answer.status_code)


def _require_readable(answer: httpx.Response) -> None:
    """A browser reads more encodings than are installed here; asked again without them, a server would know us."""
    named = [one.strip().lower() for one in answer.headers.get("Content-Encoding", "").split(",") if one.strip()]
    if missing := [one for one in named if one not in _READABLE]:
        raise AgentError("web_encoding", encoding=missing[0][:20])
