"""Asks the process that holds the log key (`siegel.notary`), over its socket."""

import socket
from dataclasses import dataclass

from django.conf import settings

from siegel.private_socket import MessageError, framed, read_message
from siegel.seals.canonical import Json, b64, unb64

MAX_ANSWER_BYTES = 1 << 16
TIMEOUT_S = 3.0


class NotaryError(Exception):
    """`code`: `notary.silent` when nobody answers (no log key), else why it does not sign."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Last:
    """The notary's key for an origin, and the last head it signed there, at which second; size 0 if none.

    `opening`: the first head of the origin that follows, as a signed note; None while this one goes on.
    """

    vkey: str
    size: int
    root: bytes | None
    at: int | None = None
    opening: str | None = None


def last(origin: str) -> Last:
    """NotaryError."""
    match _ask({"op": "last", "origin": origin}):
        case {"vkey": str(vkey), "opening": None | str() as opening, "size": None}:
            return Last(vkey, 0, None, None, opening)
        case {
            "vkey": str(vkey),
            "opening": None | str() as opening,
            "size": int(size),
            "root": str(root),
            "at": int(at),
        }:
            return Last(vkey, size, unb64(root), at, opening)
    raise NotaryError("notary.silent")


def sign(text: str, proof: list[bytes]) -> str:
    """The signature line on a checkpoint's text. NotaryError, with the codes of `siegel.lib.tlog` when it refuses."""
    match _ask({"op": "sign", "text": text, "proof": [b64(digest) for digest in proof]}):
        case {"line": str(line)}:
            return line
    raise NotaryError("notary.silent")


def begin(text: str, of: str) -> str:
    """Ends the origin `of`; this head as the signed note with which the one that follows begins. NotaryError."""
    match _ask({"op": "begin", "text": text, "of": of}):
        case {"note": str(note)}:
            return note
    raise NotaryError("notary.silent")


def _ask(request: dict[str, Json]) -> dict[str, Json]:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(TIMEOUT_S)
            line.connect(str(settings.LOG_KEY_SOCKET))
            line.sendall(framed(request))
            with line.makefile("rb") as stream:
                answer = read_message(stream, MAX_ANSWER_BYTES)
    except (OSError, MessageError) as error:
        raise NotaryError("notary.silent") from error
    match answer:
        case {"ok": dict(result)}:
            return result
        case {"error": {"code": str(code)}}:
            raise NotaryError(code)
    raise NotaryError("notary.silent")
