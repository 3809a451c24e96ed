"""Identifiers: 16 random bytes, written as 22 characters base64url."""

import secrets

from siegel.seals.canonical import b64, unb64
from siegel.seals.errors import IntegrityError

ID_SIZE = 16


def new_id() -> str:
    """A new random id."""
    return b64(secrets.token_bytes(ID_SIZE))


def check_id(text: object) -> str:
    """`text`, if it is an id; IntegrityError `not_an_id` otherwise."""
    if not isinstance(text, str):
        raise IntegrityError("not_an_id", "an id is text")
    try:
        unb64(text, ID_SIZE)
    except IntegrityError as error:
        raise IntegrityError("not_an_id", "an id is 22 characters of canonical base64url") from error
    return text
