"""What can go wrong on the command line besides the errors of `siegel.seals` and `siegel.lib.age`.

    AgentError           refused by a rule or a circumstance (exit code 1)
    ├── UsageError       the command does not make sense as it was given (exit code 2)
    ├── ServerError      the server answered an error; `text` is its own, in the person's language
    └── OfflineError     the server cannot be reached, also after trying again

Texts for people stand in `messages.py`, by code.
"""

# Exit codes beside 0.
REFUSED, WRONG_USAGE, BROKEN, INTERRUPTED = 1, 2, 3, 130


class AgentError(Exception):
    """`code` picks the text for people, `params` fill it."""

    exit_code = REFUSED

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class UsageError(AgentError):
    """The command does not make sense as it was given."""

    exit_code = WRONG_USAGE


class ServerError(AgentError):
    """The server answered `status` with `{code, message}`."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(code)
        self.status = status
        self.text = text


class OfflineError(AgentError):
    """No answer, also after trying again."""
