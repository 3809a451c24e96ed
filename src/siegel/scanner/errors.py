"""The errors of the room; the tree is drawn in the package docstring."""

from __future__ import annotations


class ScannerError(Exception):
    """`code` is for machines and never changes; the text is English for developers and names no content."""

    code = "scanner"

    def __init__(self, text: str, code: str | None = None) -> None:
        super().__init__(text)
        self.code = code or self.code


class RequestError(ScannerError):
    """Not a request of ours."""

    code = "bad_request"


class KeyGoneError(ScannerError):
    """The header is for a key that expired or died with an earlier process: the author's client makes a new one."""

    code = "scanner_key_gone"


class UploadError(ScannerError):
    """Header, commitment, hash and payload do not belong together; `code` says which."""


class BusyError(ScannerError):
    """No room within the time limit; to be tried again."""

    code = "busy"


class SetUpError(ScannerError):
    """The process cannot start like this."""

    code = "set_up"
