"""What can go wrong; drawn as a tree in the package's docstring."""


class NotaryError(Exception):
    """`code` is for machines, the message for developers."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class RequestError(NotaryError):
    """Not one of our messages."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "notary.request")


class RefusedError(NotaryError):
    """The head is not the last one grown on; the code is that of `siegel.lib.tlog`."""


class SetUpError(NotaryError):
    """The process cannot run."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "notary.set_up")
