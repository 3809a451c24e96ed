"""The errors of the room; the tree is drawn in the package docstring."""


class SealError(Exception):
    """Base of all errors of the room.

    `code` is for machines and never changes; the text is English for developers and names no secret.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class IntegrityError(SealError):
    """Something was altered, forged, left out or rolled back. Stop; nothing may be believed or released."""


class RefusedError(SealError):
    """A rule forbids what was asked of us; nothing was altered and nothing was made."""


class UnlockError(SealError):
    """A password, passphrase, code or key does not open what it was tried on."""
