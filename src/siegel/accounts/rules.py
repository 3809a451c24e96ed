"""What makes a user name, when a session is over, when an account is locked. Values in, values out."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta

from siegel.accounts.errors import AccountsError

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}", re.ASCII)
NAME_MAX = 200
# They would show a person another text than the machine sees.
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

LOCK_WINDOW = timedelta(minutes=15)
# From one source three guesses; from all sources together thirty, so that a stranger who fails on purpose locks
# himself out and not the client. A device that has signed in before counts as a source of its own and is spared
# the bound for all.
FAILURES_PER_SOURCE = 3
FAILURES_PER_ACCOUNT = 30

SESSION_LIFE = timedelta(hours=12)
# "Angemeldet bleiben": over after so long without use, and in any case one day.
KEPT_IDLE = timedelta(days=30)
KEPT_LIFE = timedelta(days=90)

AGENT = "siegel"
# What our own program says of itself: its name, and that of the computer it runs on.
AGENT_SAYS = re.compile(r"siegel(?: \(([A-Za-z0-9._-]{1,30})\))?")
# The first name that a browser says of itself counts: most say "Safari" and "Chrome" as well.
BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def check_username(username: str) -> None:
    """AccountsError `username_invalid` unless it is one that people can type on any keyboard."""
    if not USERNAME.fullmatch(username):
        raise AccountsError("username_invalid")


def is_line(text: str, most: int) -> bool:
    """Whether it is one line of 1 to `most` characters in NFC, without any that control lines or turn text round."""
    fits = 0 < len(text) <= most and text == text.strip() and unicodedata.is_normalized("NFC", text)
    return fits and not any(
        unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in _BIDI_CONTROLS for character in text
    )


def check_name(name: str) -> None:
    """AccountsError `name_invalid` unless `name` is one line of 1 to 200 characters, as of `is_line`."""
    if not is_line(name, NAME_MAX):
        raise AccountsError("name_invalid")


def is_locked(failed_sources: Iterable[bytes], source: bytes, *, known_device: bool) -> bool:
    """Whether a further attempt from `source` is refused, given the sources of the failures in the window."""
    sources = list(failed_sources)
    if sources.count(source) >= FAILURES_PER_SOURCE:
        return True
    return not known_device and len(sources) >= FAILURES_PER_ACCOUNT


def session_is_over(*, started_at: datetime, last_seen_at: datetime, idle_s: int, kept: bool, now: datetime) -> bool:
    """Over after `idle_s` seconds without use; at the latest after 12 hours, if kept after 90 days."""
    life = KEPT_LIFE if kept else SESSION_LIFE
    return now - last_seen_at >= timedelta(seconds=idle_s) or now - started_at >= life


def device_name(user_agent: str) -> str:
    """„Firefox, Windows“; `siegel` or `siegel pc-07` for our own program; empty when nothing is recognised."""
    if own := AGENT_SAYS.fullmatch(user_agent):
        return f"{AGENT} {own[1]}" if own[1] else AGENT
    names = [next((name for mark, name in known if mark in user_agent), "") for known in (BROWSERS, SYSTEMS)]
    return ", ".join(name for name in names if name)
