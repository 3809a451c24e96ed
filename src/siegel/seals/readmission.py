"""A founder whose key was lost comes back into a vault of his own that recovery holds (docs/formats.md 3; ADR 0035)."""

from dataclasses import replace
from typing import TYPE_CHECKING

from siegel.seals.documents import PERSONS, Roster
from siegel.seals.holders import Moment, members, resolve

if TYPE_CHECKING:
    from siegel.seals.documents import Holder
    from siegel.seals.known import Known
    from siegel.seals.registry import Registry


def founder_line(roster: Roster) -> "Holder | None":
    """The line that manages; a personal vault has exactly one."""
    return next((line for line in roster.holders if line.rights == "manage"), None)


def may_readmit(author: "Known", roster: Roster, vault_kind: str, store: "Registry", moment: Moment) -> bool:
    """Whether an owner may put the founder's new key in the place of one that counts no more.

    Only where the founder let the firm's recovery hold the vault. IntegrityError as of `resolve`.
    """
    if (author.certificate.kind, vault_kind) != ("owner", "personal"):
        return False
    held = any(member.rights == "hold" for member in members(roster, store, moment).values())
    founder = founder_line(roster)
    lost = founder is not None and not store.in_force(resolve(founder, store, moment.log_index).kid, moment.log_index)
    return held and lost


def is_readmission(before: Roster, after: Roster, store: "Registry") -> bool:
    """Whether `after` differs in this alone: another key of the founder's own in the line that manages."""
    old, new = founder_line(before), founder_line(after)
    if old is None or new is None or set(after.holders) != {*before.holders} - {old} | {replace(old, key=new.key)}:
        return False
    known = store.by_kid(new.key)
    return new.key != old.key and known is not None and known.certificate.kind in PERSONS
