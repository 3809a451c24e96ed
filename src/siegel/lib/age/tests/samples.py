"""Contents and shorthand that several tests need."""

import io
import random

from hypothesis import settings
from hypothesis import strategies as st

from siegel.lib import age

# A busy machine has no predictable time per example; their number bounds the work instead.
bounded = settings(max_examples=60)

CHUNK = age.CHUNK_SIZE
BLOCK = 8 * CHUNK

# Where off-by-one errors live: around one chunk, two chunks and the end of an internal block.
EDGE_SIZES = [base + delta for base in (0, CHUNK, 2 * CHUNK, BLOCK) for delta in (-1, 0, 1) if base + delta >= 0]
sizes = st.sampled_from(EDGE_SIZES) | st.integers(0, 3 * CHUNK)


def content(size: int) -> bytes:
    """Bytes without repetition, the same in every run."""
    return random.Random(size).randbytes(size)


def sealed_payload(file_key: age.FileKey, plain: bytes) -> bytes:
    sink = io.BytesIO()
    age.seal_payload(file_key, io.BytesIO(plain), sink)
    return sink.getvalue()


def sealed_file(plain: bytes, *recipients: age.Recipient, armor: bool = False) -> bytes:
    sink = io.BytesIO()
    age.seal_file(io.BytesIO(plain), sink, recipients, armor=armor)
    return sink.getvalue()


def opened_file(sealed: bytes, *identities: age.Identity) -> bytes:
    sink = io.BytesIO()
    age.open_file(io.BytesIO(sealed), sink, identities)
    return sink.getvalue()
