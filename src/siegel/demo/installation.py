"""Where the demonstration lies, and the server it runs on."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

PORT = 8000
START_S = 120.0


class NotServingError(Exception):
    """The server did not come up; the text says what to do."""


@dataclass(frozen=True)
class Demo:
    """The folder `.demo` and the environment of the server's programs."""

    folder: Path
    environment: dict[str, str]

    @property
    def url(self) -> str:
        return self.environment["SIEGEL_PUBLIC_URL"]

    @property
    def people_file(self) -> Path:
        return self.folder / "people.json"

    @property
    def stick(self) -> Path:
        """Stands for the USB stick on which key files are kept."""
        return self.folder / "usb-stick"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "siegel.site", *words]

    def firm_link(self, slug: str, name: str) -> str | None:
        """A one-time link to found the firm, or None when it is founded."""
        for words in (("link", slug), ("create", slug, "--name", name)):
            done = subprocess.run(
                self.command("firms", *words, "--json"),
                env=self.environment,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode == 0:
                return str(json.loads(done.stdout)["link"])
        return None


def prepare(port: int) -> Demo:
    """The demonstration's folder in the working directory, with its own secrets. NotServingError for a taken port."""
    if _is_taken(port):
        raise NotServingError(f"Port {port} is in use. End the program that uses it, or choose another with --port.")
    folder = Path.cwd() / ".demo"
    demo = Demo(folder, _environment(folder, port))
    for place in (folder, demo.stick):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.chmod(0o700)
    for name in ("secret-key", "pepper"):
        path = folder / name
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48))
    return demo


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _environment(folder: Path, port: int) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("SIEGEL_", "DJANGO_"))}
    return {
        **inherited,
        "SIEGEL_DATA": str(folder / "data"),
        "SIEGEL_SECRET_KEY_FILE": str(folder / "secret-key"),
        "SIEGEL_PEPPER_FILE": str(folder / "pepper"),
        "SIEGEL_HOSTS": "127.0.0.1,localhost",
        "SIEGEL_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SIEGEL_MAIL_FOLDER": str(folder / "mail"),
    }


def wait_until_it_answers(demo: Demo, server: subprocess.Popen[bytes]) -> None:
    """NotServingError when the server ends or stays silent."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise NotServingError("The server ended while starting. Its reason stands in .demo/server.log.")
        try:
            with urllib.request.urlopen(f"{demo.url}/gesund", timeout=5):  # noqa: S310 (our own server on loopback)
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise NotServingError(f"The server did not answer within {START_S:.0f} seconds.")
