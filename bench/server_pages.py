"""The first page after signing in, for each kind of person, as the server's own request log measures it."""

import json
import urllib.request
from typing import Any

from bench.server_people import headers_of, signed_in
from siegel.demo.furnish import Person
from tests.installation import Installation

# each signs in, and people of one address may not do so more than 60 times a minute
ROUNDS = 12
GOAL_MS = 100.0


def first_page(installation: Installation, people: list[Person]) -> dict[str, Any]:
    """95th percentile over owner, clerk and client, each signing in anew every time, with the demonstration's data."""
    one_of_each = {person.role: person for person in reversed(people)}.values()
    before = len(_durations_ms(installation))
    for _ in range(ROUNDS):
        for person in one_of_each:
            page = urllib.request.Request(installation.url + "/", headers=headers_of(signed_in(installation, person)))
            with urllib.request.urlopen(page, timeout=30) as answer:
                answer.read()
    durations = sorted(_durations_ms(installation)[before:])
    if len(durations) != ROUNDS * len(one_of_each):
        raise RuntimeError(f"{len(durations)} first pages in the log")
    value = durations[int(len(durations) * 0.95)]
    no_peer = {"peer": None, "peer_value": None, "ratio": None}
    return {
        "name": "desk.first_page",
        "value": value,
        "unit": "ms",
        "goal": GOAL_MS,
        **no_peer,
        "held": value <= GOAL_MS,
    }


def _durations_ms(installation: Installation) -> list[float]:
    """Of the start pages so far: the route of "/" is empty."""
    lines = (line for line in installation.log.read_text().splitlines() if line.startswith("{"))
    entries = [json.loads(line) for line in lines]
    pages = [one for one in entries if one.get("event") == "request" and one["route"] == "" and one["status"] == 200]
    return [one["duration_ms"] for one in pages]
