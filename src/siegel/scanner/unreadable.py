"""Why a container, or one member of it, could not be looked into.

UnreadableError     damaged, or packed in a way we do not know    broken
  EncryptedError    needs a password                              encrypted
  TooLargeError     would not fit                                 limit_size
"""


class UnreadableError(Exception):
    reason = "broken"


class EncryptedError(UnreadableError):
    reason = "encrypted"


class TooLargeError(UnreadableError):
    reason = "limit_size"
