"""WebKit by the WebDriver protocol (W3C): Debian's MiniBrowser on a screen of its own. Only what the journey needs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.installation import free_port

DRIVER = "WebKitWebDriver"
SCREEN = "Xvfb"
START_S = 30.0
WAIT_S = 60.0
# Names what the protocol returns an element by.
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
MINI_BROWSERS = "webkit2gtk-4.*/MiniBrowser"


class WebDriverError(Exception):
    """The driver refused a command; the message is its own."""


def mini_browser() -> Path | None:
    """WebKit's own little browser, which the driver's package needs."""
    return next(Path("/usr/lib").glob(f"*/{MINI_BROWSERS}"), None)


def missing() -> list[str]:
    """The Debian packages without which there is no WebKit here."""
    packages = {"webkit2gtk-driver": shutil.which(DRIVER) and mini_browser(), "xvfb": shutil.which(SCREEN)}
    return [name for name, found in packages.items() if not found]


@dataclass
class WebKit:
    """One window. Elements are named by CSS selectors."""

    session: str

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return _call(method, f"{self.session}/{path}", body)

    def go(self, url: str) -> None:
        self.call("POST", "url", {"url": url})

    def run(self, script: str, *arguments: Any) -> Any:
        """What `script`, the body of a function, returns."""
        return self.call("POST", "execute/sync", {"script": script, "args": list(arguments)})

    def element(self, selector: str) -> str:
        found = self.call("POST", "element", {"using": "css selector", "value": selector})
        return str(found[ELEMENT])

    def type(self, selector: str, text: str) -> None:
        """Types into a field; for a file's field, the path of the file."""
        self.call("POST", f"element/{self.element(selector)}/value", {"text": text})

    def click(self, selector: str) -> None:
        self.call("POST", f"element/{self.element(selector)}/click", {})

    def until(self, script: str, *arguments: Any, timeout_s: float = WAIT_S) -> Any:
        """Waits until the script returns something true, and returns it."""
        found: Any = None

        def is_there() -> bool:
            nonlocal found
            with suppress(WebDriverError):
                found = self.run(script, *arguments)
            return bool(found)

        if not _wait(is_there, timeout_s):
            shown = self.run("return location.href + '\\n' + document.body.innerText")
            raise AssertionError(f"never true in WebKit: {script}\n{shown}")
        return found


@contextmanager
def webkit(folder: Path) -> Iterator[WebKit]:
    """A window of a new browser whose state lies in `folder`; all it started ends with it."""
    binary = mini_browser()
    if binary is None:
        raise FileNotFoundError("MiniBrowser is not installed")
    port = free_port()
    with _screen() as display, (folder / "webkit.log").open("wb") as log:
        environment = {
            **os.environ,
            "DISPLAY": display,
            "GDK_BACKEND": "x11",
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
        }
        driver = subprocess.Popen([DRIVER, f"--port={port}"], env=environment, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            if not _wait(lambda: _answers(address), START_S):
                raise RuntimeError("WebKit's driver does not answer")
            options = {"binary": str(binary), "args": ["--automation"]}
            wanted = {"browserName": "MiniBrowser", "webkitgtk:browserOptions": options}
            made = _call("POST", f"{address}/session", {"capabilities": {"alwaysMatch": wanted}})
            window = WebKit(f"{address}/session/{made['sessionId']}")
            yield window
            _call("DELETE", window.session)
        finally:
            driver.terminate()
            driver.wait(START_S)


@contextmanager
def _screen() -> Iterator[str]:
    """A screen in memory; the server chooses its number itself."""
    reading, writing = os.pipe()
    command = [SCREEN, "-displayfd", str(writing), "-screen", "0", "1440x900x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as number:
            yield f":{number.readline().strip()}"
    finally:
        server.terminate()
        server.wait(START_S)


def _answers(address: str) -> bool:
    try:
        _call("GET", f"{address}/status")
    except OSError:
        return False
    return True


def _wait(condition: Callable[[], bool], timeout_s: float) -> bool:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _call(method: str, url: str, body: dict[str, Any] | None = None) -> Any:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=WAIT_S) as answer:
            return json.load(answer)["value"]
    except urllib.error.HTTPError as error:
        raise WebDriverError(error.read().decode(errors="replace")) from error
