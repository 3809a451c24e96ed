"""When somebody is told of new contents. Pure; times are aware."""

from datetime import datetime, timedelta

from whenever import Instant, Time

ZONE = "Europe/Berlin"
DAILY = Time(7)
# An upload of many files comes in several commits: quiet for so long, or at the latest after so long.
QUIET = timedelta(seconds=20)
PATIENCE = timedelta(seconds=60)
HOUR = timedelta(hours=1)
# What a follower hears of later than this is no news: it was off, or is new itself.
NEWS_FOR = timedelta(hours=24)


def is_due(wish: str, *, first_at: datetime, last_at: datetime, told_at: datetime | None, now: datetime) -> bool:
    """Whether to tell now what came between `first_at` and `last_at`. `told_at`: the last digest, if any.

    `wish`: at_once (within two minutes of the first), hourly (at most), daily (07:00 in Berlin); never for others.
    """
    is_settled = now - last_at >= QUIET or now - first_at >= PATIENCE
    if wish == "at_once":
        return is_settled
    if wish == "hourly":
        return is_settled and (told_at is None or now - told_at >= HOUR)
    return wish == "daily" and now >= next_seven(first_at)


def next_seven(moment: datetime) -> datetime:
    """The first 07:00 in Berlin after `moment`, also over the change of clocks."""
    local = Instant(moment).to_tz(ZONE)
    seven = local.replace_time(DAILY)
    if seven <= local:
        seven = local.add(days=1).replace_time(DAILY)
    return seven.to_stdlib()
