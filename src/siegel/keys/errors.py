"""KeysError: what keys and chains refuse. Codes and texts stand in `messages.py`.

Beside it, for those who ask the scanner process:

    ScannerSilentError     it is there but gave no usable answer
    └── ScannerRefusedError    it answered that it cannot do this; `code` says why
"""

from siegel.base.errors import DomainError


class KeysError(DomainError):
    """A rule of keys and chains refused what was asked."""


class ScannerSilentError(Exception):
    """The scanner is there but gave no usable answer: it hung, broke off or answered nonsense."""


class ScannerRefusedError(ScannerSilentError):
    """The scanner answered an error."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
