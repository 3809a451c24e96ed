"""The tests' island over real HTTP: what a browser does with keys, against an installation of the bench."""

import http.client
import json
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client

from siegel.keys.tests import island

TIMEOUT_S = 900.0


class Answer:
    """As much of a response as the island reads."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status_code = response.status
        self.content = response.read()
        self._headers = response.headers

    def json(self) -> Any:
        return json.loads(self.content)

    def __getitem__(self, name: str) -> str:
        return self._headers[name]


class LiveBrowser(Client):
    """The test browser, whose requests leave the process: cookies and the CSRF token as a real one sends them."""

    url = ""

    def generic(  # type: ignore[override]
        self, method: str, path: str, data: Any = b"", content_type: str = "", secure: bool = False, **more: Any
    ) -> Answer:
        headers = {**(more.get("headers") or {}), **self.credentials()}
        if content_type:
            headers["Content-Type"] = content_type
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=TIMEOUT_S)
        try:
            connection.request(method, path, data.encode() if isinstance(data, str) else data, headers)
            response = connection.getresponse()
            for line in response.headers.get_all("Set-Cookie", []):
                self.cookies.update(SimpleCookie(line))
            return Answer(response)
        finally:
            connection.close()

    def credentials(self) -> dict[str, str]:
        """Headers by which the server knows this browser; one GET first, that plants the CSRF cookie."""
        if settings.CSRF_COOKIE_NAME not in self.cookies:
            self.cookies[settings.CSRF_COOKIE_NAME] = ""
            self.generic("GET", "/api/session")
        cookies = "; ".join(f"{name}={one.value}" for name, one in self.cookies.items() if one.value)
        return {"Cookie": cookies, "X-CSRFToken": self.cookies[settings.CSRF_COOKIE_NAME].value}


def point_islands_at(url: str) -> None:
    """From now on every browser that the islands open is a live one at `url`."""
    LiveBrowser.url = url
    vars(island).update(Browser=LiveBrowser, ORIGIN=url)


def found(token: str, slug: str) -> island.Island:
    """The owner of a firm that `siegel-server firms create` made."""
    owner, body = island.founding(token, slug, LiveBrowser())
    island.post(owner.browser, "set-up", body)
    return owner


def browser_of(person: island.Island) -> LiveBrowser:
    assert isinstance(person.browser, LiveBrowser)
    return person.browser
