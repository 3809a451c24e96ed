"""The mail addresses of a client's people, for the staff who look after them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from siegel.accounts.mailbox import addresses_of
from siegel.base.errors import message_of
from siegel.base.outmail.errors import OutmailError

if TYPE_CHECKING:
    from siegel.keys.people import Row


@dataclass(frozen=True)
class Line:
    """Somebody's address; `problem`: what is wrong with what was typed for him."""

    id: str
    name: str
    address: str
    problem: str = ""


@dataclass(frozen=True)
class Typed:
    """An address that was refused."""

    person: str
    address: str
    error: OutmailError


def address_lines(users: "Sequence[Row]", typed: Typed | None = None) -> list[Line]:
    """Of those whose access the reader looks after, in the order of the page."""
    known = addresses_of(row.person.id for row in users)
    lines = [Line(one.person.id, one.person.name, known.get(one.person.id, "")) for one in users if one.managed]
    if typed is None:
        return lines
    refused = message_of(typed.error.code)
    return [Line(one.id, one.name, typed.address, refused) if one.id == typed.person else one for one in lines]
