"""Timestamps by RFC 3161: asks a service to sign that a text existed now, and believes its answer only when it fits.

TimestampError, by `code`:

    unreachable   no connection, or no answer in time          of_service
    http          not the answer of a timestamp service        of_service
    oversized     longer than any                              of_service
    malformed     no answer by RFC 3161
    refused       the service says that it does not stamp      of_service
    nonce         an answer to another question
    imprint       a stamp on another text
    time          a stamp of another time than now
    certificate   the signature does not hold, or leads to none of the certificates that are trusted
    roots         no certificates to trust on this machine     of_service
"""

import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from siegel.base.posting import PostError, post

TIMEOUT_S = 20.0
MAX_ANSWER_BYTES = 1 << 16
MAX_SKEW_S = 600
REQUEST_TYPE = "application/timestamp-query"
ANSWER_TYPE = "application/timestamp-reply"
_CERTIFICATES = 0xA0  # [0] IMPLICIT of SignedData (RFC 5652, 5.1)
_SHA256 = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")
# What the libraries raise for stamps and certificates that do not hold, or are none; anything else is a fault of ours.
_ODD = (
    VerificationError,
    ValueError,
    TypeError,  # of `cryptography`, for a few malformed extensions
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
_OF_SERVICE = {"unreachable", "http", "oversized", "refused", "roots"}


class TimestampError(Exception):
    """`code` as above; `of_service`: another text would fare no better now."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.of_service = code in _OF_SERVICE


@dataclass(frozen=True)
class TimestampService:
    """`ca_file`: the certificates that stamps must lead to, and, with https, the service; None for the system's."""

    url: str
    ca_file: Path | None

    @property
    def host(self) -> str:
        return str(urlsplit(self.url).hostname)


@dataclass(frozen=True, slots=True)
class Stamp:
    """`answer`: the whole TimeStampResp in DER. `at`: the time it states, in whole seconds."""

    answer: bytes
    at: int


class _Element(NamedTuple):
    """Where an element of DER begins, its contents begin, and both end."""

    begin: int
    content: int
    end: int


def ask(service: TimestampService, text: bytes) -> Stamp:
    """A stamp of the service on `text`, verified. TimestampError."""
    request = TimestampRequestBuilder().data(text).hash_algorithm(HashAlgorithm.SHA256).build()
    answer = _post(service, request.as_bytes())
    parsed = _parse(answer)
    if parsed.status != 0:
        raise TimestampError("refused")
    at = _moment(parsed, text, nonce=request.nonce)
    _require_trusted(parsed, text, _roots(service.ca_file))
    if abs(at - time.time()) > MAX_SKEW_S:
        raise TimestampError("time")
    return Stamp(answer, at)


def verify(answer: bytes, text: bytes, ca_file: Path | None) -> int:
    """The time of a stored stamp on `text`, which must have been valid then. TimestampError."""
    parsed = _parse(answer)
    at = _moment(parsed, text, nonce=None)
    _require_trusted(parsed, text, _roots(ca_file))
    return at


def _parse(answer: bytes) -> TimeStampResponse:
    try:
        return decode_timestamp_response(_with_sorted_certificates(answer))
    except ValueError as error:
        raise TimestampError("malformed") from error


def _with_sorted_certificates(answer: bytes) -> bytes:
    """OpenSSL leaves the certificates in the order of the chain; the parser takes a SET as DER has it. Unsigned anyway.

    ValueError for what is no DER.
    """
    parts = list(_elements(answer, 0, len(answer)))
    for place in (0, 1, 1, 0):  # TimeStampResp, its token, [0] of ContentInfo, SignedData
        if len(parts) <= place:
            return answer  # a refusal has no token
        parts = list(_elements(answer, parts[place].content, parts[place].end))
    for part in parts:
        if answer[part.begin] == _CERTIFICATES:
            held = [answer[one.begin : one.end] for one in _elements(answer, part.content, part.end)]
            return answer[: part.content] + b"".join(sorted(held)) + answer[part.end :]
    return answer


def _elements(der: bytes, at: int, end: int) -> Iterator[_Element]:
    """The elements that follow each other. ValueError."""
    while at < end:
        if end - at < 2:
            raise ValueError("not DER")
        begin, length, at = at, der[at + 1], at + 2
        if length & 0x80:
            count = length & 0x7F
            if not 0 < count <= 4 or end - at < count:
                raise ValueError("not DER")
            length, at = int.from_bytes(der[at : at + count], "big"), at + count
        if length > end - at:
            raise ValueError("not DER")
        yield _Element(begin, at, at + length)
        at += length


def _moment(parsed: TimeStampResponse, text: bytes, *, nonce: int | None) -> int:
    """When it was stamped, by its own word; TimestampError for a stamp on something else."""
    try:
        info = parsed.tst_info
        imprint, stated = info.message_imprint, info.nonce
        at = int(info.gen_time.timestamp())
    except ValueError as error:
        raise TimestampError("malformed") from error
    if nonce is not None and stated != nonce:
        raise TimestampError("nonce")
    if imprint.hash_algorithm != _SHA256 or imprint.message != sha256(text).digest():
        raise TimestampError("imprint")
    return at


def _require_trusted(parsed: TimeStampResponse, text: bytes, roots: tuple[x509.Certificate, ...]) -> None:
    """Signature, chain at the time of the stamp, and a certificate that is for timestamps alone (RFC 3161, 2.3)."""
    try:
        issuers = {one.issuer for one in map(x509.load_der_x509_certificate, parsed.signed_data.certificates)}
        # A store of all the system's roots would take thirty times as long to build.
        near = [one for one in roots if one.subject in issuers]
        if near and VerifierBuilder(roots=near).build().verify(parsed, sha256(text).digest()):
            return
    except _ODD as error:
        raise TimestampError("certificate") from error
    raise TimestampError("certificate")


@lru_cache(maxsize=2)
def _roots(ca_file: Path | None) -> tuple[x509.Certificate, ...]:
    """TimestampError `roots` when there are none to be read."""
    paths = ssl.get_default_verify_paths()
    system = [paths.cafile, f"{paths.capath}/ca-certificates.crt", "/etc/ssl/certs/ca-certificates.crt"]
    for path in [ca_file] if ca_file else [Path(one) for one in system if one]:
        if path.is_file():
            try:
                return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
            except (OSError, ValueError) as error:
                raise TimestampError("roots") from error
    raise TimestampError("roots")


def _post(service: TimestampService, request: bytes) -> bytes:
    try:
        # What the stamps lead to may be another authority than that of the line, so the system's count too.
        answer = post(
            service.url,
            request,
            kind=REQUEST_TYPE,
            timeout_s=TIMEOUT_S,
            most_bytes=MAX_ANSWER_BYTES,
            ca_file=service.ca_file,
        )
    except PostError as error:
        raise TimestampError(error.code) from error
    if answer.status != HTTPStatus.OK or answer.kind != ANSWER_TYPE:
        raise TimestampError("http")
    return answer.body
