"""What goes over the scanner's socket: JSON objects, each after its length as u32 big-endian.

A connection carries any number of requests, one after the other. A request is `{"op": …, …}`; the answer is
`{"ok": {…}}` or `{"error": {"code": …, "message": …}}`.
"""

from __future__ import annotations

import json
from io import BufferedIOBase

from siegel.seals.canonical import Json

from .errors import RequestError

MAX_MESSAGE_BYTES = 256 * 1024


def read_message(stream: BufferedIOBase) -> dict[str, Json] | None:
    """The next object; null at the end of the connection. RequestError for anything else."""
    prefix = stream.read(4)
    if not prefix:
        return None
    size = int.from_bytes(prefix, "big")
    if len(prefix) < 4 or size > MAX_MESSAGE_BYTES:
        raise RequestError("no message, or a message that is too long")
    text = stream.read(size)
    if len(text) < size:
        raise RequestError("the message is cut off")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RequestError("not JSON") from error
    if not isinstance(message, dict):
        raise RequestError("not an object")
    return message


def write_message(stream: BufferedIOBase, message: dict[str, Json]) -> None:
    text = json.dumps(message).encode()
    stream.write(len(text).to_bytes(4, "big") + text)
    stream.flush()
