"""Who holds a vault, and with which rights, at one moment (docs/formats.md, section 3, Roster)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from siegel.seals.canonical import MAX_INTEGER
from siegel.seals.documents import RIGHTS, Holder, Roster
from siegel.seals.errors import IntegrityError
from siegel.seals.known import Known, Team
from siegel.seals.registry import Registry


@dataclass(frozen=True, slots=True)
class Moment:
    """When a roster is asked: a place in the log, which decides about keys, and a time, which ends access."""

    log_index: int
    time: int

    @classmethod
    def planned(cls, now: int) -> Self:
        """The moment of what is not in the log yet."""
        return cls(MAX_INTEGER, now)


@dataclass(frozen=True, slots=True)
class Member:
    """A holder as he stands at a moment: for a redeemed invitation the person's own key, for a team its newest.

    `line`: the key id by which the roster names him.
    """

    key: str
    line: str
    rights: str
    known: Known


def keys_of(roster: Roster) -> frozenset[str]:
    """The key ids in a roster, as they stand there."""
    return frozenset(holder.key for holder in roster.holders)


def resolve(holder: Holder, store: Registry, at: int) -> Known:
    """Whose key a line means at a log index.

    IntegrityError `roster_holder` if it is certified for nobody or somebody else, `team_unknown`, `team_differs`.
    """
    written = store.by_kid(holder.key)
    if written is None or written.certificate.subject != holder.subject:
        raise IntegrityError("roster_holder", "a holder's key is not certified for him")
    known = store.member(holder.key, at) or written
    if known.certificate.kind == "team":
        team = store.teams.get(holder.subject)
        if team is None:
            raise IntegrityError("team_unknown", "a roster names a team whose chain is not known")
        team.require_generation(known)
    return known


def members(roster: Roster, store: Registry, moment: Moment) -> dict[str, Member]:
    """The effective holders at `moment` by key id: without keys out of force and lines whose time is over.

    Errors as of `resolve`.
    """
    found: dict[str, Member] = {}
    for holder, known in _in_force(roster, store, moment):
        other = found.get(known.kid)
        if other is None or RIGHTS.index(other.rights) < RIGHTS.index(holder.rights):
            found[known.kid] = Member(known.kid, holder.key, holder.rights, known)
    return found


def rights_of(kid: str, roster: Roster, store: Registry, moment: Moment) -> str | None:
    """The best rights that a key has in a vault at `moment`, by its own line or through a team."""
    best = None
    for holder, known in _in_force(roster, store, moment):
        through_team = known.certificate.kind == "team" and is_member(store.teams[holder.subject], kid, moment, store)
        if (known.kid == kid or through_team) and (best is None or RIGHTS.index(best) < RIGHTS.index(holder.rights)):
            best = holder.rights
    return best


def is_member(team: Team, kid: str, moment: Moment, store: Registry) -> bool:
    """Whether a key is an effective member's at `moment`: by the last roster below it in the log."""
    roster = team.roster_before(moment.log_index)
    return roster is not None and kid in members(roster, store, moment)


def _in_force(roster: Roster, store: Registry, moment: Moment) -> Iterator[tuple[Holder, Known]]:
    """The lines that count, each with whose key it means."""
    for holder in roster.holders:
        known = resolve(holder, store, moment.log_index)
        over = holder.until is not None and holder.until < moment.time
        if not over and store.in_force(known.kid, moment.log_index):
            yield holder, known
