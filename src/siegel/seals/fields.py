"""Takes one JSON object apart, field by field: each exactly once, each of its type and range, none left over."""

import re
from collections.abc import Callable, Collection
from typing import TypeVar

from siegel.seals.canonical import MAX_INTEGER, Json, unb64
from siegel.seals.errors import IntegrityError
from siegel.seals.ids import check_id

Value = TypeVar("Value")
# bech32 of 1216 bytes; the checksum and the keys inside are checked where a certificate is accepted.
RECIPIENT_TEXT = re.compile(r"age1pq1[qpzry9x8gf2tvdw0s3jn54khce6mua7l]{1952}", re.ASCII)
MAX_TEXT = 1024


class Fields:
    """The fields of `value`; every method raises IntegrityError `document_invalid` (or `not_…`) and names the field."""

    def __init__(self, value: Json, what: str) -> None:
        if not isinstance(value, dict):
            raise IntegrityError("document_invalid", f"{what}: not an object")
        self._rest = dict(value)
        self._what = what

    def take(self, name: str) -> Json:
        if name not in self._rest:
            raise self._error(name, "is missing")
        return self._rest.pop(name)

    def done(self) -> None:
        """Refuses what was not taken."""
        for name in self._rest:
            raise self._error(name, "is unknown")

    def null(self, name: str) -> None:
        if self.take(name) is not None:
            raise self._error(name, "must be null")

    def where(self, condition: bool, read: Callable[[str], Value], name: str) -> Value | None:
        """What `read` makes of the field where the condition holds; elsewhere the field must be null."""
        if condition:
            return read(name)
        self.null(name)
        return None

    def nullable(self, read: Callable[[str], Value], name: str) -> Value | None:
        """None where the field is null, else what `read` makes of it; a missing field is an error all the same."""
        return self.where(self._rest.get(name, False) is not None, read, name)

    def optional(self, read: Callable[[str], Value], name: str) -> Value | None:
        """None where the field is missing, else what `read` makes of it: null is an error."""
        return read(name) if name in self._rest else None

    def present(self, read: Callable[[str], Value], name: str) -> Value | None:
        """What `read` makes of a field that may be missing or null; on the wire only, never in signed text."""
        if self._rest.get(name) is None:
            self._rest.pop(name, None)
            return None
        return read(name)

    def text(self, name: str) -> str:
        value = self.take(name)
        if not isinstance(value, str) or len(value) > MAX_TEXT:
            raise self._error(name, f"must be text of at most {MAX_TEXT} characters")
        return value

    def choice(self, name: str, among: Collection[str]) -> str:
        value = self.text(name)
        if value not in among:
            raise self._error(name, "has an unknown value")
        return value

    def integer(self, name: str, low: int, high: int = MAX_INTEGER) -> int:
        value = self.take(name)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self._error(name, f"must be an integer from {low} to {high}")
        return value

    def flag(self, name: str) -> bool:
        value = self.take(name)
        if not isinstance(value, bool):
            raise self._error(name, "must be true or false")
        return value

    def time(self, name: str) -> int:
        """Whole seconds since 1970, UTC."""
        return self.integer(name, 0)

    def id(self, name: str) -> str:
        return check_id(self.take(name))

    def hash(self, name: str) -> str:
        """32 bytes as b64: a hash, a key id, a signing key."""
        value = self.text(name)
        unb64(value, 32)
        return value

    def binary(self, name: str) -> bytes:
        """Bytes of any size, as b64."""
        value = self.take(name)
        if not isinstance(value, str):
            raise self._error(name, "must be base64url")
        return unb64(value)

    def recipient(self, name: str) -> str:
        value = self.take(name)
        if not isinstance(value, str) or not RECIPIENT_TEXT.fullmatch(value):
            raise self._error(name, "must be a hybrid recipient")
        return value

    def items(self, name: str) -> list[Json]:
        value = self.take(name)
        if not isinstance(value, list):
            raise self._error(name, "must be a list")
        return value

    def strings(self, name: str) -> list[str]:
        """A list of texts, sorted, each once."""
        items = self.items(name)
        values = [value for value in items if isinstance(value, str)]
        if len(values) != len(items) or values != sorted(set(values)):
            raise self._error(name, "must be a sorted list of texts, each once")
        return values

    def _error(self, name: str, problem: str) -> IntegrityError:
        return IntegrityError("document_invalid", f"{self._what}: {name} {problem}")
