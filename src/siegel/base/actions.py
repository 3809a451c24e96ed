"""`@action`: the frame of every change. One transaction, keyword-only, and an audit entry inside it."""

import functools
import inspect
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import transaction

from siegel.base import audit

P = ParamSpec("P")
R = TypeVar("R")


class MissingEntryError(RuntimeError):
    """An action ended without an audit entry: a fault in our code, so its transaction is undone."""


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Run `function` in one transaction and insist that it writes an audit entry (or calls `audit.unchanged`).

    Actions may call actions: those join the transaction, and their entries count for the outer one too.
    """
    kinds = {parameter.kind for parameter in inspect.signature(function).parameters.values()}
    if kinds - {inspect.Parameter.KEYWORD_ONLY}:
        raise TypeError(f"{function.__qualname__}: an action takes keyword arguments only")

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        audit.prepare()
        with transaction.atomic(), audit.frame() as frame:
            result = function(*args, **kwargs)
            if not frame.written:
                raise MissingEntryError(function.__qualname__)
        return result

    return run
