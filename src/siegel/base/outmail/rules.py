"""What an address and a header may be. Pure.

Addresses: RFC 5321 4.1.2 with RFC 6531 (letters outside ASCII), without quoted names, comments and address literals,
which no person has.
"""

import re
import unicodedata

import idna

from siegel.base.outmail.errors import OutmailError

ADDRESS_MAX_BYTES = 254
LOCAL_MAX_BYTES = 64
# atext of RFC 5322 3.2.3 in groups joined by single dots; beyond ASCII, any letter, digit or mark.
LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
LINE_MAX = 200


def checked_address(text: str) -> str:
    """The address as it is stored: NFC, trimmed, its host in small letters. OutmailError `address_invalid`."""
    address = unicodedata.normalize("NFC", text.strip())
    local, at, host = address.rpartition("@")
    host = host.lower()
    fits = at and LOCAL.fullmatch(local) and len(local.encode()) <= LOCAL_MAX_BYTES
    if not fits or "." not in host or len(f"{local}@{host}".encode()) > ADDRESS_MAX_BYTES:
        raise OutmailError("address_invalid")
    ascii_host(host)
    return f"{local}@{host}"


def ascii_host(host: str) -> str:
    """The host as DNS knows it (IDNA 2008: ß stays ß). OutmailError `address_invalid`."""
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise OutmailError("address_invalid") from error


def one_line(text: str) -> str:
    """Text that is safe in a header: no control or line characters, no runs of spaces, 200 characters at most."""
    plain = "".join(" " if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp") else one for one in text)
    return " ".join(plain.split())[:LINE_MAX]
