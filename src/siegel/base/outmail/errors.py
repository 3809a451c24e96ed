"""
OutmailError
├── address_invalid   no address that mail can be sent to
└── DeliveryError     (transport) what a mail server answered, or did not
"""

from siegel.base.errors import DomainError


class OutmailError(DomainError):
    """Refusals of mails: address_invalid."""


class DeliveryError(Exception):
    """A mail was not taken. `code` is for the queue's page, `reply` the three digits of the server, if it gave any.

    `permanent`: trying again would get the same answer. `of_server`: it is not about this mail, all others would fail
    alike.
    """

    def __init__(
        self, code: str, *, reply: int | None = None, permanent: bool = False, of_server: bool = False
    ) -> None:
        super().__init__(code)
        self.code = code
        self.reply = reply
        self.permanent = permanent
        self.of_server = of_server
