"""The server's API over HTTP (docs/formats.md, section 10): JSON calls, resumable uploads, downloads with ranges.

Nothing here is believed: what comes back is checked by whoever asked.
"""

import base64
import platform
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, BinaryIO, TypeAlias

import httpx

from siegel.agent.errors import AgentError, OfflineError, ServerError, UsageError

Wire: TypeAlias = dict[str, Any]
CSRF_COOKIE = "siegel_csrf"
LANGUAGE_COOKIE = "siegel_language"
TUS = {"Tus-Resumable": "1.0.0"}
STREAM_TYPE = "application/offset+octet-stream"
PIECE_SIZE = 1 << 18
# Small payloads go with the request that creates the upload.
SINGLE_REQUEST_SIZE = 1 << 20
PAUSES_S = (0.5, 1, 2, 4, 8, 15, 15, 15)
# A server that has not answered yet is more likely at another address than away for a moment.
FIRST_PAUSES = 2
CONNECT_S = 10
ANSWER_S = 60
SCAN_S = 1200
# Of anything but a payload. The largest honest answer, a page of news, has about 15 MB.
MAX_ANSWER_BYTES = 64 << 20
BUSY = (423, 429, 502, 503, 504)
# Refusals with such a status that waiting does not change.
FINAL = ("no_scanner", "scanner_not_certified")
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")


def said_of_us() -> str:
    """What the program calls itself: with the computer's name people tell their sessions apart."""
    computer = re.sub(r"[^A-Za-z0-9._-]", "-", platform.node())[:30]
    return f"siegel ({computer})" if computer else "siegel"


class Api:
    """One server. Threads may share it.

    `renew` signs in again when the session has ended; None where nobody can.
    """

    def __init__(
        self,
        server: str,
        *,
        cookies: Mapping[str, str] | None = None,
        language: str = "de",
        transport: httpx.BaseTransport | None = None,
        pauses_s: tuple[float, ...] = PAUSES_S,
    ) -> None:
        self.origin = origin_of(server)
        self.renew: Callable[[], object] | None = None
        self._pauses_s = pauses_s
        self._lock = threading.Lock()
        self._answered = False
        self._sessions = 0
        self._renewer: int | None = None
        self._http = httpx.Client(
            base_url=self.origin,
            cookies={LANGUAGE_COOKIE: language, **(cookies or {})},
            headers={"Origin": self.origin, "Accept": "application/json", "User-Agent": said_of_us()},
            timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S),
            transport=transport,
        )

    def cookies(self) -> dict[str, str]:
        return {cookie.name: cookie.value or "" for cookie in self._http.cookies.jar}

    def close(self) -> None:
        self._http.close()

    # JSON

    def get(self, path: str) -> Wire:
        """ServerError, OfflineError."""
        return _json(self._again(lambda: self._send("GET", path)))

    def post(
        self, path: str, body: Mapping[str, Any], *, repeatable: bool = False, timeout_s: float = ANSWER_S
    ) -> Wire:
        """Sends once, or where the server takes the same twice (`repeatable`) until there is an answer."""

        def send() -> httpx.Response:
            return self._send("POST", path, json=body, timeout=httpx.Timeout(timeout_s, connect=CONNECT_S))

        return _json(self._again(send) if repeatable else self._once(send))

    def delete(self, path: str) -> Wire:
        """ServerError, OfflineError."""
        return _json(self._once(lambda: self._send("DELETE", path)))

    # Uploads

    def upload(
        self, vault: str, payload: BinaryIO, size: int, progress: Callable[[int], None], *, replaces: str = ""
    ) -> str:
        """Uploads `size` bytes and returns the upload's id; `progress` is told how many have arrived.

        `replaces`: hash of the manifest of what is sealed anew; its bytes do not count against the limits then.
        After a lost connection it goes on where the server stands, as long as something arrives between two losses.
        """
        headers = {**TUS, "Upload-Length": str(size), "Upload-Metadata": _metadata(vault=vault, replaces=replaces)}
        if size <= SINGLE_REQUEST_SIZE:
            payload.seek(0)
            content = payload.read(size)
            headers["Content-Type"] = STREAM_TYPE
            created = self._again(lambda: self._send("POST", "uploads", content=content, headers=headers))
        else:
            created = self._again(lambda: self._send("POST", "uploads", headers=headers))
        upload = str(created.headers.get("Location", "")).rpartition("/")[2]
        arrived = _whole(created.headers.get("Upload-Offset", "0"))
        progress(arrived)
        losses = 0
        while arrived < size:
            before = arrived
            arrived = self._append(upload, payload, arrived, size, progress)
            losses = 0 if arrived > before else losses + 1
            if losses > len(self._pauses_s):
                raise OfflineError("connection_lost")
            if arrived < size:
                time.sleep(self._pauses_s[max(losses - 1, 0)] if self._pauses_s else 0)
        return upload

    def upload_small(self, vault: str, payloads: Sequence[bytes]) -> list[str]:
        """Uploads many small payloads in one request and returns the ids of their uploads, in order.

        After a lost connection all of them are sent again; what had arrived expires.
        """
        headers = {
            **TUS,
            "Content-Type": STREAM_TYPE,
            "Upload-Lengths": ",".join(str(len(payload)) for payload in payloads),
            "Upload-Metadata": _metadata(vault=vault),
        }
        content = b"".join(payloads)
        answer = _json(self._again(lambda: self._send("POST", "uploads/small", content=content, headers=headers)))
        uploads = answer.get("uploads")
        if not isinstance(uploads, list) or len(uploads) != len(payloads):
            raise AgentError("answer_invalid")
        return [str(upload) for upload in uploads]

    def _append(self, upload: str, payload: BinaryIO, offset: int, size: int, progress: Callable[[int], None]) -> int:
        """One PATCH from `offset`; where the server stands afterwards, however it ended."""
        payload.seek(offset)
        headers = {
            **TUS,
            "Content-Type": STREAM_TYPE,
            "Content-Length": str(size - offset),
            "Upload-Offset": str(offset),
        }
        body = _pieces(payload, offset, size, progress)
        try:
            answer = self._send("PATCH", f"uploads/{upload}", content=body, headers=headers)
        except httpx.TransportError:
            return self._offset(upload)
        if answer.status_code in (*BUSY, 400, 401, 409):
            # Cut on the way, or an earlier request still holds it: ask where it stands. 401 is renewed by asking.
            return self._offset(upload)
        _refuse(answer)
        return _whole(answer.headers.get("Upload-Offset"))

    def _offset(self, upload: str) -> int:
        answer = self._again(lambda: self._send("HEAD", f"uploads/{upload}", headers=TUS))
        return _whole(answer.headers.get("Upload-Offset"))

    # Downloads

    def download(self, path: str) -> "Download":
        """A payload as a source that survives lost connections."""
        return Download(self, path, self._pauses_s)

    def stream(self, path: str, offset: int) -> httpx.Response:
        """The open answer with the bytes from `offset` on; to be closed by the caller. ServerError, TransportError."""
        headers = {"Range": f"bytes={offset}-"} if offset else {}
        answer = self._renewing(lambda: self._http.send(self._request("GET", path, headers=headers), stream=True))
        if answer.status_code >= 400:
            _refuse(_read(answer))
        if offset and answer.status_code != 206:
            answer.close()
            raise AgentError("answer_invalid")
        return answer

    # Sending

    def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        answer = _read(self._http.send(self._request(method, path, **more), stream=True))
        self._answered = True
        return answer

    def _request(self, method: str, path: str, **more: Any) -> httpx.Request:
        headers = dict(more.pop("headers", {}))
        if method not in ("GET", "HEAD"):
            headers["X-CSRFToken"] = self._csrf()
        return self._http.build_request(method, f"/api/{path}", headers=headers, **more)

    def _csrf(self) -> str:
        """The token, which the server's first answer plants."""
        if CSRF_COOKIE not in self.cookies():
            self._send("GET", "session")
        return self.cookies().get(CSRF_COOKIE, "")

    def _once(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        """One answer. OfflineError without one."""
        try:
            answer = self._renewing(send)
        except httpx.TransportError as error:
            raise OfflineError("offline", server=self.origin) from error
        _refuse(answer)
        return answer

    def _again(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        """An answer, asked for again after losses and while the server is busy."""
        for number, pause_s in enumerate(self._pauses_s):
            try:
                answer = self._renewing(send)
            except httpx.TransportError:
                if number >= FIRST_PAUSES and not self._answered:
                    break
                time.sleep(pause_s)
                continue
            if answer.status_code in BUSY and _code(answer) not in FINAL:
                time.sleep(pause_s)
                continue
            _refuse(answer)
            return answer
        return self._once(send)

    def _renewing(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        """An answer; when the session has ended, another one after signing in again."""
        seen = self._sessions
        answer = send()
        if answer.status_code != 401 or self.renew is None or self._renewer == threading.get_ident():
            return answer
        answer.close()
        with self._lock:
            # Threads that fail together sign in once.
            if self._sessions == seen:
                self._renewer = threading.get_ident()
                try:
                    self.renew()
                finally:
                    self._renewer = None
                self._sessions += 1
        return send()


class Download:
    """The bytes of a payload, in order; a lost connection is taken up again where it broke."""

    def __init__(self, api: Api, path: str, pauses_s: tuple[float, ...]) -> None:
        self._api = api
        self._path = path
        self._pauses_s = pauses_s
        self._answer: httpx.Response | None = None
        self._pieces: Iterator[bytes] = iter(())
        self._rest = b""
        self._offset = 0
        self._losses = 0

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end only. OfflineError when nothing arrives any more."""
        while not self._rest:
            try:
                if self._answer is None:
                    self._answer = self._api.stream(self._path, self._offset)
                    self._pieces = self._answer.iter_raw()
                self._rest = next(self._pieces, b"")
                if not self._rest:
                    return b""
                self._losses = 0
            except httpx.TransportError as error:
                self._lost(error)
        piece, self._rest = self._rest[:size], self._rest[size:]
        self._offset += len(piece)
        return piece

    def close(self) -> None:
        if self._answer is not None:
            self._answer.close()
            self._answer = None

    def _lost(self, error: httpx.TransportError) -> None:
        self.close()
        if self._losses >= len(self._pauses_s):
            raise OfflineError("connection_lost") from error
        time.sleep(self._pauses_s[self._losses])
        self._losses += 1


def origin_of(server: str) -> str:
    """`scheme://host[:port]` of an address as people give it; UsageError `server_invalid`, `server_insecure`.

    Plain http is for this machine only: elsewhere anybody on the way could read names and sessions.
    """
    try:
        url = httpx.URL(server if "://" in server else f"https://{server}")
    except httpx.InvalidURL as error:
        raise UsageError("server_invalid", server=server) from error
    if url.scheme not in ("http", "https") or not url.host:
        raise UsageError("server_invalid", server=server)
    if url.scheme == "http" and url.host not in LOCAL_HOSTS:
        raise UsageError("server_insecure", server=server)
    port = f":{url.port}" if url.port else ""
    host = f"[{url.host}]" if ":" in url.host else url.host
    return f"{url.scheme}://{host}{port}"


def _metadata(**told: str) -> str:
    return ",".join(f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in told.items() if text)


def _pieces(payload: BinaryIO, offset: int, size: int, progress: Callable[[int], None]) -> Iterator[bytes]:
    while offset < size and (piece := payload.read(min(PIECE_SIZE, size - offset))):
        yield piece
        offset += len(piece)
        progress(offset)


def _read(answer: httpx.Response) -> httpx.Response:
    """The open answer with its content, unpacked; AgentError `answer_too_large`, TransportError."""
    content = bytearray()
    with closing(answer):
        for piece in answer.iter_bytes():
            content += piece
            if max(len(content), answer.num_bytes_downloaded) > MAX_ANSWER_BYTES:
                raise AgentError("answer_too_large")
    headers = answer.headers.copy()
    headers.pop("Content-Encoding", None)
    return httpx.Response(answer.status_code, headers=headers, content=bytes(content), request=answer.request)


def _json(answer: httpx.Response) -> Wire:
    try:
        value = answer.json()
    except ValueError as error:
        raise AgentError("answer_invalid") from error
    if not isinstance(value, dict):
        raise AgentError("answer_invalid")
    return value


def _refuse(answer: httpx.Response) -> None:
    """ServerError for an answer that is an error."""
    if answer.status_code >= 400:
        text = _field(answer, "message") or f"HTTP {answer.status_code}"
        raise ServerError(answer.status_code, _code(answer) or "server_error", text)
    if answer.status_code >= 300:
        raise AgentError("answer_invalid")


def _code(answer: httpx.Response) -> str:
    return _field(answer, "code")


def _field(answer: httpx.Response, name: str) -> str:
    try:
        value = answer.json()
    except (ValueError, httpx.ResponseNotRead):
        return ""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _whole(text: str | None) -> int:
    if text is None or not text.isdigit():
        raise AgentError("answer_invalid")
    return int(text)
