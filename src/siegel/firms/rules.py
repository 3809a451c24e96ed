"""What makes an address, a client number, a title; how names sort. Values in, values out."""

import re
import unicodedata
from datetime import timedelta

from siegel.accounts.rules import is_line
from siegel.firms.errors import FirmsError

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,38}[a-z0-9]", re.ASCII)
NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,19}", re.ASCII)
TITLE_MAX = 120
OFFICE_NAME_MAX = 100
PLACE_MAX = 100
PHONE_MAX = 40
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
    if not is_line(title, TITLE_MAX):
        raise FirmsError("title_invalid")


def check_office_name(name: str) -> None:
    """FirmsError `office_name_invalid` unless it is one line of 1 to 100 characters."""
    if not is_line(name, OFFICE_NAME_MAX):
        raise FirmsError("office_name_invalid")


def check_whereabouts(place: str, phone: str) -> None:
    """FirmsError `whereabouts_invalid` unless each is empty, or one line of at most 100 and 40 characters."""
    if not all(not text or is_line(text, most) for text, most in ((place, PLACE_MAX), (phone, PHONE_MAX))):
        raise FirmsError("whereabouts_invalid")


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
