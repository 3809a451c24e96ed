"""A scanner as a process of its own, and what a client does with it."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

from siegel.lib.age import FileKey, HybridRecipient, Recipient, seal_header, seal_payload
from siegel.lib.merkle import SegmentTree
from siegel.seals.canonical import b64
from siegel.seals.derive import commitment
from siegel.seals.documents import ScannerKey, Verdict
from siegel.seals.ids import new_id
from siegel.seals.signed import Signed

from .conftest import NO_DATABASE


class Scanner:
    """Ends with its context at the latest."""

    def __init__(self, place: Path, clamd: Path, *more: str, **environment: str) -> None:
        self.place = place
        self.socket = place / "run" / "scanner.sock"
        self.firm = new_id()
        self.log = place / "log"
        options = ("--socket", self.socket, "--clamd", clamd, "--key-file", place / "keys" / "scanner.key")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "siegel.scanner",
                    *options,
                    "--spool",
                    place / "spool",
                    "--signatures",
                    NO_DATABASE,
                    *more,
                ],
                stderr=log,
                env={**os.environ, "TMPDIR": str(place), **environment},
            )

    def connect(self) -> socket.socket:
        deadline = time.monotonic() + 30
        while True:
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(60)
            try:
                connection.connect(str(self.socket))
                return connection
            except OSError:
                connection.close()
                assert self.process.poll() is None, self.log.read_text()
                assert time.monotonic() < deadline
                time.sleep(0.02)

    def ask(self, **request: object) -> dict[str, Any]:
        with self.connect() as connection:
            return exchange(connection, json.dumps(request).encode())

    def status(self) -> dict[str, Any]:
        """When it is no longer starting."""
        while True:
            status: dict[str, Any] = self.ask(op="status", firms=[self.firm])["ok"]
            if status["state"] != "starting":
                return status
            time.sleep(0.02)

    def recipient(self) -> HybridRecipient:
        signed = Signed.from_wire(self.status()["keys"][self.firm])
        ScannerKey.verify(signed, self.ask(op="certify-info")["ok"]["signing_key"])
        return HybridRecipient.parse(ScannerKey.parse(signed).recipient)

    def store(self, content: bytes, recipient: Recipient | None = None) -> dict[str, object]:
        """Seal and store an upload; the request that has it checked."""
        file_key, sealed, tree = FileKey.generate(), io.BytesIO(), SegmentTree()
        seal_payload(file_key, io.BytesIO(content), sealed)
        tree.update(sealed.getvalue())
        path = self.place / new_id()
        path.write_bytes(sealed.getvalue())
        return {
            "op": "check",
            "firm": self.firm,
            "path": str(path),
            "payload_hash": b64(tree.root()),
            "commitment": commitment(file_key),
            "scanner_header": b64(seal_header(file_key, [recipient or self.recipient()])),
        }

    def verdict(self, request: dict[str, object]) -> Verdict:
        signed = Signed.from_wire(self.ask(**request)["ok"]["verdict"])
        Verdict.verify(signed, self.ask(op="certify-info")["ok"]["signing_key"])
        verdict = Verdict.parse(signed)
        assert verdict.payload_hash == request["payload_hash"]
        assert verdict.commitment == request["commitment"]
        assert verdict.firm == self.firm
        return verdict

    def code(self, request: dict[str, object]) -> str:
        code: str = self.ask(**request)["error"]["code"]
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)


def exchange(connection: socket.socket, text: bytes) -> dict[str, Any]:
    connection.sendall(len(text).to_bytes(4, "big") + text)
    return receive(connection)


def receive(connection: socket.socket) -> dict[str, Any]:
    size = int.from_bytes(connection.recv(4, socket.MSG_WAITALL), "big")
    answer: dict[str, Any] = json.loads(connection.recv(size, socket.MSG_WAITALL))
    return answer
