"""Up and down with the client that costs little, the same for us and for the peer."""

import base64
import filecmp
import http.client
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.installation import Installation

CHILD = [sys.executable, str(Path(__file__).with_name("server_child.py"))]
CHILD_TIMEOUT_S = 300
PATCH_BYTES = 64 << 20
RANGE_BYTES = 100_000
TUS = {"Tus-Resumable": "1.0.0"}
Plan = dict[str, Any]


def request(method: str, path: str, status: int, headers: dict[str, str], part: tuple[int, int] = (0, 0)) -> Plan:
    offset, length = part
    named = {"method": method, "path": path, "status": status, "headers": headers}
    return {**named, "offset": offset, "length": length}


def transfer(host: str, file: Path, requests: list[Plan]) -> Plan:
    """What the child answers: seconds, bytes received last, and the last Location."""
    plan = json.dumps({"host": host, "file": str(file), "requests": requests})
    done = subprocess.run(CHILD, input=plan, capture_output=True, text=True, timeout=CHILD_TIMEOUT_S, check=False)
    if done.returncode:
        raise RuntimeError(f"transfer failed: {done.stderr.strip()[-500:]}")
    answer: Plan = json.loads(done.stdout)
    return answer


def received_all(answer: Plan, file: Path) -> float:
    """Seconds; RuntimeError when the answer was not as long as the file."""
    if answer["received"] != file.stat().st_size:
        raise RuntimeError(f"received {answer['received']} bytes")
    return float(answer["seconds"])


class PeerLine:
    """nginx stores and sends the same file as one PUT and one GET."""

    def __init__(self, host: str, folder: Path, file: Path) -> None:
        self._host, self._file, self._stored = host, file, folder / "files" / "payload"

    def upload(self) -> float:
        part = (0, self._file.stat().st_size)
        answer = transfer(self._host, self._file, [request("PUT", "/payload", 201, {}, part)])
        return float(answer["seconds"])

    def tidy(self) -> None:
        """After an upload: what nginx left to be written must not slow down whoever comes next."""
        with self._stored.open("rb") as file:
            os.fsync(file.fileno())
        self._stored.unlink()

    def download(self) -> float:
        return received_all(transfer(self._host, self._file, [request("GET", "/payload", 200, {})]), self._file)


class VaultLine:
    """Our server: an upload by tus in several PATCHes, a version's payload."""

    def __init__(self, installation: Installation, headers: dict[str, str], file: Path, vault: str) -> None:
        self._installation, self._headers, self._file, self._vault = installation, headers, file, vault
        self._host = urlsplit(installation.url).netloc
        self._upload = ""

    def upload(self) -> float:
        """From creation to the last byte's answer."""
        size = self._file.stat().st_size
        mark = base64.b64encode(self._vault.encode()).decode()
        begin = {**TUS, **self._headers, "Upload-Length": str(size), "Upload-Metadata": f"vault {mark}"}
        requests = [request("POST", "/api/uploads", 201, begin)]
        stream = {**TUS, **self._headers, "Content-Type": "application/offset+octet-stream"}
        for offset in range(0, size, PATCH_BYTES):
            part = (offset, min(PATCH_BYTES, size - offset))
            requests.append(request("PATCH", "", 204, {**stream, "Upload-Offset": str(offset)}, part))
        answer = transfer(self._host, self._file, requests)
        self._upload = answer["location"].rpartition("/")[2]
        return float(answer["seconds"])

    def tidy(self) -> None:
        """After an upload: removes it. RuntimeError unless what arrived are the bytes that were sent."""
        if not filecmp.cmp(self._installation.data / "staging" / self._upload, self._file, shallow=False):
            raise RuntimeError("other bytes arrived than were sent")
        terminate = request("DELETE", f"/api/uploads/{self._upload}", 204, {**TUS, **self._headers})
        transfer(self._host, self._file, [terminate])

    def download(self, version: "Version") -> float:
        answer = transfer(self._host, self._file, [request("GET", version.path, 200, self._headers)])
        return received_all(answer, version.blob)

    def check_ranges(self, version: "Version") -> None:
        """Any part of the version is given for itself. RuntimeError otherwise."""
        size = version.blob.stat().st_size
        for first in (0, size // 3, size - RANGE_BYTES):
            self._check_range(version, first, size)

    def _check_range(self, version: "Version", first: int, size: int) -> None:
        last = first + RANGE_BYTES - 1
        connection = http.client.HTTPConnection(self._host, timeout=CHILD_TIMEOUT_S)
        connection.request("GET", version.path, headers={**self._headers, "Range": f"bytes={first}-{last}"})
        response = connection.getresponse()
        with version.blob.open("rb") as file:
            file.seek(first)
            same = response.read() == file.read(RANGE_BYTES)
        connection.close()
        if (response.status, response.headers["Content-Range"]) != (206, f"bytes {first}-{last}/{size}") or not same:
            raise RuntimeError(f"range from {first}: {response.status} {response.headers['Content-Range']}")


@dataclass(frozen=True)
class Version:
    """A published version: the path of its payload, and where that is stored."""

    path: str
    blob: Path
