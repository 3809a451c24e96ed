"""The parts of an e-mail, decoded: attachments, bodies, and those of forwarded mails in it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from .archives import Members
from .unreadable import EncryptedError

_SMIME_SEALED = ("enveloped-data", "authenveloped-data")
_MBOX_SEPARATOR = re.compile(rb"^From \S", re.MULTILINE)


def parts(fd: int) -> Members:
    """Every part that is not a mere container of parts; of all mails when the file is an mbox.

    Held in memory while read; the caller bounds the size. An unparsable mail is a body without parts.
    """
    size_bytes = os.fstat(fd).st_size
    content = os.pread(fd, size_bytes, 0)
    for mail in _mails(content):
        yield from _parts(BytesParser(policy=compat32).parsebytes(mail))


def _mails(content: bytes) -> Iterator[bytes]:
    if not content.startswith(b"From "):
        yield content
        return
    starts = [match.start() for match in _MBOX_SEPARATOR.finditer(content)]
    for start, end in zip(starts, [*starts[1:], len(content)], strict=True):
        yield content[start:end]


def _parts(mail: Message) -> Members:
    for part in mail.walk():
        if part.get_content_type() == "multipart/encrypted" or part.get_param("smime-type") in _SMIME_SEALED:
            yield EncryptedError()
        if part.is_multipart():
            continue
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            yield iter([payload])
