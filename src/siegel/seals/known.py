"""What a store knows once it was verified: a certificate with its place in the log, and a team with its rosters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from siegel.seals.documents import Certificate, Epoch, Roster
from siegel.seals.errors import IntegrityError


@dataclass(frozen=True, slots=True)
class Known:
    """A certificate in a store: verified, with its hash (by which it is named as issuer) and its place in the log."""

    certificate: Certificate
    hash: str
    kid: str
    accepted_at: int
    log_index: int


@dataclass(frozen=True, slots=True)
class PastRoster:
    """A team's roster with the log index of its record."""

    log_index: int
    roster: Roster


@dataclass(frozen=True, slots=True)
class Team:
    """The rosters of a team, oldest first. `epochs`: those of its replayed chain; None where it was loaded."""

    id: str
    rosters: tuple[PastRoster, ...]
    epochs: Mapping[int, Epoch] | None = None

    @classmethod
    def load(cls, team: str, rosters: Iterable[PastRoster]) -> Self:
        """A team whose chain was verified earlier, by the server alone; checks nothing."""
        return cls(team, tuple(sorted(rosters, key=lambda past: past.log_index)))

    def roster_before(self, log_index: int) -> Roster | None:
        """The last roster below this place in the log."""
        return next((past.roster for past in reversed(self.rosters) if past.log_index < log_index), None)

    def require_generation(self, known: Known) -> None:
        """IntegrityError `team_differs` unless a certificate of the team is for the keys of an epoch of its chain.

        The certificate alone proves nothing: one of those who may certify could have made a key for himself.
        """
        if self.epochs is None:
            return
        epoch = self.epochs.get(known.certificate.generation)
        if epoch is None or epoch.recipient != known.certificate.recipient:
            raise IntegrityError("team_differs", "the team's newest key is no epoch's of its chain")
