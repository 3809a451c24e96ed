"""Stands in for the scanner process at its socket: real keys, real signatures, a result the test chooses."""

import json
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

from django.conf import settings

from siegel.keys import scanner
from siegel.lib.age import HybridIdentity
from siegel.seals.derive import Seed
from siegel.seals.scanning import announce_scanner_key, sign_verdict

Answer = dict[str, Any] | bytes | None


class ScannerDouble:
    """`result` and `reason` go into every verdict; `interfere` may answer instead: None hangs, bytes are sent raw."""

    def __init__(self) -> None:
        self.seed = Seed.generate()
        self.identity = HybridIdentity.generate()
        self.result = "clean"
        self.reason: str | None = None
        self.ready = True
        self.signatures = "official"
        self.checks: list[dict[str, Any]] = []
        self.interfere: Callable[[dict[str, Any]], Answer] | None = None

    def answer(self, request: dict[str, Any]) -> Answer:
        if self.interfere and request["op"] == "check":
            return self.interfere(request)
        match request["op"]:
            case "certify-info":
                return {"ok": {"signing_key": self.seed.public_keys(signs_only=True).signing_key}}
            case "status":
                return {"ok": {"ready": self.ready, "signatures": self.signatures, "keys": self._keys(request)}}
        self.checks.append(request)
        return {"ok": {"verdict": self.verdict(request)}}

    def verdict(self, request: dict[str, Any], seed: Seed | None = None) -> dict[str, str]:
        return sign_verdict(
            seed or self.seed,
            firm=request["firm"],
            payload_hash=request["payload_hash"],
            commitment=request["commitment"],
            result=self.result,
            reason=self.reason,
            engine="test",
            database="1",
            now=int(time.time()),
        ).to_wire()

    def _keys(self, request: dict[str, Any]) -> dict[str, Any]:
        recipient = self.identity.recipient().encode()
        return {
            firm: announce_scanner_key(self.seed, firm, recipient, now=int(time.time())).to_wire()
            for firm in request.get("firms", [])
        }


@contextmanager
def answering(double: ScannerDouble) -> Iterator[ScannerDouble]:
    """The double listens at the socket where the server asks."""
    path = Path(settings.SCANNER_SOCKET)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(64)
    Thread(target=_serve, args=(listener, double), daemon=True).start()
    scanner.forget_status()
    try:
        yield double
    finally:
        path.unlink(missing_ok=True)
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        scanner.forget_status()


def _serve(listener: socket.socket, double: ScannerDouble) -> None:
    while True:
        try:
            line, _ = listener.accept()
        except OSError:
            return
        Thread(target=_one, args=(line, double), daemon=True).start()


def _one(line: socket.socket, double: ScannerDouble) -> None:
    with line, line.makefile("rb") as file:
        while prefix := file.read(4):
            [size] = struct.unpack(">I", prefix)
            answer = double.answer(json.loads(file.read(size)))
            if answer is None:
                file.read(1)  # until the other side gives up
                return
            if isinstance(answer, bytes):
                line.sendall(answer)
                return
            text = json.dumps(answer).encode()
            line.sendall(struct.pack(">I", len(text)) + text)
