"""Asks a witness over HTTP to cosign a head (C2SP tlog-witness, `add-checkpoint`). Uses no database.

WitnessCallError; `code`, and whether another log would fare no better now (`of_service`):

    unreachable   no line, no answer in time, no certificate that is trusted        of_service
    http          an answer that is none of the protocol's                          of_service
    oversized     an answer of more than MAX_ANSWER_BYTES                           of_service
    unknown_log   the witness does not know this log
    refused       the witness does not take the signature, or the request, for valid
    stale         the witness holds another size, which `held` names
    proof         the witness finds that the log has not grown from the head it holds
"""

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from siegel.base.posting import PostError, post
from siegel.lib import tlog

TIMEOUT_S = 10.0
MAX_ANSWER_BYTES = 1 << 16
REQUEST_TYPE = "text/plain; charset=utf-8"
_CODES = {400: "refused", 403: "refused", 404: "unknown_log", 422: "proof"}
_OF_SERVICE = {"unreachable", "http", "oversized"}


class WitnessCallError(Exception):
    """As above."""

    def __init__(self, code: str, held: int | None = None) -> None:
        super().__init__(code)
        self.code, self.held = code, held
        self.of_service = code in _OF_SERVICE


@dataclass(frozen=True)
class WitnessService:
    """`url`: the submission prefix; `key`: the witness's verifier key, None where the firms name it themselves."""

    url: str
    key: str | None = None

    @property
    def host(self) -> str:
        return str(urlsplit(self.url).hostname)


def add_checkpoint(service: WitnessService, request: tlog.AddCheckpoint) -> list[tlog.Signature]:
    """The signature lines of the answer, none of them verified. WitnessCallError."""
    url = f"{service.url.rstrip('/')}/add-checkpoint"
    try:
        answer = post(url, request.encode(), kind=REQUEST_TYPE, timeout_s=TIMEOUT_S, most_bytes=MAX_ANSWER_BYTES)
    except PostError as error:
        raise WitnessCallError(error.code) from error
    try:
        if answer.status == HTTPStatus.CONFLICT and answer.kind == tlog.SIZE_TYPE:
            raise WitnessCallError("stale", _size(answer.body))
        if answer.status != HTTPStatus.OK:
            raise WitnessCallError(_CODES.get(answer.status, "http"))
        lines = answer.body.decode().removesuffix("\n").split("\n")
        return [tlog.Signature.parse(line) for line in lines[: tlog.MAX_SIGNATURES]]
    except (UnicodeDecodeError, tlog.TlogError, ValueError) as error:
        raise WitnessCallError("http") from error


def _size(answer: bytes) -> int:
    text = answer.decode("ascii").removesuffix("\n")
    if not text.isdigit() or len(text) > 19:
        raise ValueError("not a size")
    return int(text)
