"""What two people compare on the telephone: a key, as eight words that can be spoken (as `web/src/ui/spoken.ts`)."""

from siegel.seals.canonical import unb64
from siegel.seals.derive import digest, join

CONSONANTS, VOWELS = "bdfghjklmnprstvz", "aiou"
# 128 bits: nobody makes a second key with the same words.
SPOKEN_BYTES = 16


def spoken(kid: str) -> str:
    """Eight words of five letters, consonants and vowels by turns, for a hash or key id."""
    raw = unb64(kid)[:SPOKEN_BYTES]
    return " ".join(_word(raw[at] << 8 | raw[at + 1]) for at in range(0, SPOKEN_BYTES, 2))


def _word(bits: int) -> str:
    first, second, third = (CONSONANTS[bits >> shift & 15] for shift in (12, 6, 0))
    return first + VOWELS[bits >> 10 & 3] + second + VOWELS[bits >> 4 & 3] + third


def spoken_recipient(recipient: str) -> str:
    """The words of somebody who is known by his recipient only."""
    return spoken(digest(join("siegel-handover@v1", recipient)))
