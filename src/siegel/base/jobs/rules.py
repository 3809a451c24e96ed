"""When something that failed is tried again. Pure."""

FIRST_S = 60
FACTOR = 3
MOST_S = 4 * 3600
# With these pauses about 18 hours after the first try: a night without a mail server loses nothing.
ATTEMPTS = 10


def pause_s(attempt: int) -> int:
    """Seconds to wait after the `attempt`th failure (from 1): one minute, three, nine … four hours at most."""
    pause = FIRST_S
    for _ in range(1, attempt):
        pause = min(pause * FACTOR, MOST_S)
    return pause
