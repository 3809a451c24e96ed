"""How properties are tried on a busy machine."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st


@given(st.just(0.25))
@settings(max_examples=1)
def test_an_example_that_takes_long_does_not_fail_for_it(seconds: float) -> None:
    time.sleep(seconds)  # hypothesis allows 0.2 s unless told otherwise
