"""Refusals that people get to read. Each room has one subclass and its texts in `messages.py`.

DomainError
├── BaseError       busy, disk_full, throttled, bad_request, not_found, signed_out, csrf, unexpected
├── AccountsError   (siegel.accounts.errors)
├── FirmsError      (siegel.firms.errors)
└── …               the rooms above
"""

import functools
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.utils import translation

# code → (German, English); both may contain the error's parameters as {name}
Messages = dict[str, tuple[str, str]]


class DomainError(Exception):
    """A rule refused what was asked. `code` is for machines and picks the text; `params` fill it."""

    def __init__(self, code: str, *, status: int = 400, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.params = params


class BaseError(DomainError):
    """What any request may meet."""


def message_of(code: str, **params: object) -> str:
    """The text of `code` in the language of the request; KeyError if no room's `messages.py` has it."""
    german, english = _messages()[code]
    language = translation.get_language() or "de"
    return (english if language.startswith("en") else german).format(**params)


@functools.cache
def _messages() -> Messages:
    """The texts of all rooms that are installed. A code has one text in the whole house."""
    found: Messages = {}
    for config in apps.get_app_configs():
        name = f"{config.name}.messages"
        if not config.name.startswith("siegel.") or find_spec(name) is None:
            continue
        texts: Messages = import_module(name).MESSAGES
        if twice := found.keys() & texts.keys():
            raise ValueError(f"{name} repeats the codes {sorted(twice)}")
        found |= texts
    return found
