"""What makes an address, a client number, a title; how names sort. Values in, values out."""

import re
import unicodedata
from datetime import timedelta

from siegel.firms.errors import FirmsError

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,38}[a-z0-9]", re.ASCII)
NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,19}", re.ASCII)
TITLE_MAX = 120
OFFICE_NAME_MAX = 100
SORT_NAME_MAX = 400  # decomposed, a name can grow
SET_UP_LINK_LIFE = timedelta(hours=24)

STAFF_IDLE_S = 60 * 60
CLIENT_IDLE_S = 15 * 60


def check_slug(slug: str) -> None:
    if not SLUG.fullmatch(slug):
        raise FirmsError("slug_invalid")


def check_number(number: str) -> None:
    """FirmsError `number_invalid`; a number holds no `/`, because people write `number/title` on the command line."""
    if not NUMBER.fullmatch(number):
        raise FirmsError("number_invalid")


def check_title(title: str) -> None:
    fits = 0 < len(title) <= TITLE_MAX and title == title.strip() and unicodedata.is_normalized("NFC", title)
    if not fits or any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in title):
        raise FirmsError("title_invalid")


def check_office_name(name: str) -> None:
    """FirmsError `office_name_invalid` unless it is one line of 1 to 100 characters."""
    fits = 0 < len(name) <= OFFICE_NAME_MAX and name == name.strip() and unicodedata.is_normalized("NFC", name)
    if not fits or any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in name):
        raise FirmsError("office_name_invalid")


def sort_name(name: str) -> str:
    """The key by which names sort as in a German list: ä with a, ß as ss, capitals alike (DIN 5007-1)."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))[:SORT_NAME_MAX]


def idle_s(role: str) -> int:
    """Seconds without use after which a session of this role ends."""
    return CLIENT_IDLE_S if role == "client" else STAFF_IDLE_S


def default_digest(role: str) -> str:
    """How often somebody hears of new contents who has not chosen: clients at once, the staff once a day."""
    return "at_once" if role == "client" else "daily"
