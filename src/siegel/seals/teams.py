"""A team: a chain like a vault's, whose epochs are the team's keys and whose roster says who is in it (ADR 0012).

A vault's roster names the team in one line. Whoever verifies the vault replays the team's chain, to know who was a
member at which moment, and that each of the team's certificates is for the keys of an epoch its members have.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from siegel.seals.certificates import CertificateStore
from siegel.seals.chain import Entry
from siegel.seals.documents import Roster
from siegel.seals.errors import IntegrityError
from siegel.seals.holders import Moment, members
from siegel.seals.records import Record
from siegel.seals.registry import Known, Registry
from siegel.seals.replay import Head, VaultState


@dataclass(frozen=True, slots=True)
class PastRoster:
    """A team's roster with the log index of its record."""

    log_index: int
    roster: Roster


@dataclass(frozen=True, slots=True)
class Team:
    """The rosters of a team, oldest first. `state`: of its replayed chain; None where it was loaded."""

    id: str
    rosters: tuple[PastRoster, ...]
    state: VaultState | None = None

    @classmethod
    def load(cls, team: str, rosters: Iterable[PastRoster]) -> Self:
        """A team whose chain was verified earlier, by the server alone; checks nothing."""
        return cls(team, tuple(sorted(rosters, key=lambda past: past.log_index)))

    @classmethod
    def replay(cls, entries: Sequence[Entry], store: CertificateStore, seen: Head | None = None) -> Self:
        """The team whose chain these entries are, from record 1.

        IntegrityError of the rule that an entry breaks; `vault_rolled_back` if it ends before what was `seen`;
        `record_shape` if it is no team's, or there is no entry.
        """
        if not entries:
            raise IntegrityError("record_shape", "a team has a chain")
        first = Record.parse(entries[0].record)
        if (root := store.root()) is None or root.certificate.firm != first.firm:
            raise IntegrityError("record_vault", "a team of another firm")
        state = VaultState.begin(first.firm, first.vault, seen)
        rosters = []
        for entry in entries:
            step = state.apply(entry, store)
            if entry.roster is not None:
                rosters.append(PastRoster(entry.log_index, step.position.now.roster))
        state.require_head(state.head)
        if state.position.now.vault_kind != "team":
            raise IntegrityError("record_shape", "the chain is a vault's, not a team's")
        return cls(first.vault, tuple(rosters), state)

    def membership(self, kid: str, moment: Moment, store: Registry) -> bool:
        """Whether a key is an effective member's at `moment`: by the last roster below it in the log."""
        past = next((past for past in reversed(self.rosters) if past.log_index < moment.log_index), None)
        return past is not None and kid in members(past.roster, store, moment)

    def require_generation(self, known: Known) -> None:
        """IntegrityError `team_differs` unless a certificate of the team is for the keys of an epoch of its chain.

        The certificate alone proves nothing: one of those who may certify could have made a key for himself.
        """
        if self.state is None:
            return
        past = self.state.epochs.get(known.certificate.generation)
        if past is None or past.epoch.recipient != known.certificate.recipient:
            raise IntegrityError("team_differs", "the team's newest key is no epoch's of its chain")
