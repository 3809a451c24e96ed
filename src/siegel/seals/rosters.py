"""Whom a roster may name, and who must stay in it (docs/formats.md, section 3, Roster; ADR 0010, 0012, 0035)."""

from dataclasses import dataclass

from siegel.seals.documents import PERSONS, STAFF, Holder, Roster
from siegel.seals.errors import IntegrityError
from siegel.seals.holders import Moment, keys_of, resolve
from siegel.seals.known import Known
from siegel.seals.readmission import is_readmission
from siegel.seals.registry import Registry

HELD_BY = {
    "dossier": (*PERSONS, "recovery", "invitation", "team"),
    "personal": (*PERSONS, "recovery", "team"),
    "team": (*STAFF, "recovery", "invitation"),
}


@dataclass(frozen=True, slots=True)
class RosterCheck:
    """The rules for a roster that `author` makes at `moment`; `before` is the one it follows.

    `readmits`: whether he may only give the founder his place back.
    """

    roster: Roster
    before: Roster | None
    vault_kind: str
    author: Known
    certificates: Registry
    moment: Moment
    readmits: bool = False

    def run(self) -> None:
        """IntegrityError `roster_holder`, `team_unknown`, `team_differs`."""
        for holder in self.roster.holders:
            self._check_written(holder.key)
        lines = [(holder, self._resolved(holder)) for holder in self.roster.holders]
        if len({known.kid for _, known in lines}) < len(lines):
            raise IntegrityError("roster_holder", "two lines mean one holder")
        for holder, known in lines:
            self._check_line(holder, known)
        if self.vault_kind == "personal":
            self._check_personal()
        elif self.before is None:
            self._check_founded()
        else:
            self._check_kept(self.before)

    def _check_written(self, key: str) -> None:
        """What is wrong whomever the line means: a team where none holds, an invitation to another vault."""
        known = self.certificates.by_kid(key)
        if known is None:
            return
        if known.certificate.kind == "team" and not self._may_be_held_by_teams():
            raise IntegrityError("roster_holder", f"a team that holds a {self.vault_kind}")
        if known.certificate.kind == "invitation" and self.roster.vault not in known.certificate.vaults:
            raise IntegrityError("roster_holder", "the invitation does not name this vault")

    def _resolved(self, holder: Holder) -> Known:
        return resolve(holder, self.certificates, self.moment.log_index)

    def _check_line(self, holder: Holder, known: Known) -> None:
        kind, role = known.certificate.kind, known.certificate.role or known.certificate.kind
        if kind not in HELD_BY[self.vault_kind] or (self.vault_kind == "team" and role == "client"):
            raise IntegrityError("roster_holder", f"a {role} that holds no {self.vault_kind}")
        if (kind == "recovery") != (holder.rights == "hold"):
            raise IntegrityError("roster_holder", "recovery holds, and only recovery")
        if self.vault_kind == "team" and holder.rights == "write":
            raise IntegrityError("roster_holder", "nothing is written in a team")
        if holder.until is not None and role in ("owner", "recovery"):
            raise IntegrityError("roster_holder", "the access of owners and recovery does not end")
        if holder.rights == "trusted":
            self._check_trusted(holder, kind)
        there = self.before is not None and holder.key in keys_of(self.before)
        if not there and not self.certificates.in_force(known.kid, self.moment.log_index):
            raise IntegrityError("roster_holder", "a new holder's key is not in force")

    def _may_be_held_by_teams(self) -> bool:
        """Dossiers' vaults, and those of the staff's own; their founder is the author."""
        of_staff = self.vault_kind == "personal" and self.author.certificate.kind in STAFF
        return self.vault_kind == "dossier" or of_staff

    def _check_personal(self) -> None:
        """Only the founder manages: nobody else is the author of the next roster, but who gives him his place back."""
        before = self.before.holders if self.before else ()
        founder = next((one.subject for one in before if one.rights == "manage"), self.author.certificate.subject)
        if [one.subject for one in self.roster.holders if one.rights == "manage"] != [founder]:
            raise IntegrityError("roster_holder", "a personal vault is managed by its founder alone")
        if self.readmits and not (self.before and is_readmission(self.before, self.roster, self.certificates)):
            raise IntegrityError("roster_holder", "an owner gives the founder his place back, and changes nothing else")

    def _check_trusted(self, holder: Holder, kind: str) -> None:
        """A person whose key is known: not somebody who is still to come, and nobody whose access ends by itself."""
        if kind not in PERSONS or self.vault_kind == "team" or holder.until is not None:
            raise IntegrityError("roster_holder", "whom one trusts is a person, in a vault, without an end")

    def _check_founded(self) -> None:
        """Somebody who can never be lost: an owner who manages, and recovery."""
        lines = self.roster.holders
        managed = any(holder.rights == "manage" and self._kind(holder) == "owner" for holder in lines)
        if not managed or all(holder.rights != "hold" for holder in lines):
            raise IntegrityError("roster_holder", "a dossier or team begins without an owner or recovery")

    def _check_kept(self, before: Roster) -> None:
        """Only an owner takes an owner's or recovery's line away, or changes it."""
        if self.author.certificate.kind == "owner":
            return
        kept = [holder for holder in before.holders if self._kind(holder) in ("owner", "recovery")]
        if not set(kept) <= set(self.roster.holders):
            raise IntegrityError("roster_holder", "somebody else than an owner removes an owner or recovery")

    def _kind(self, holder: Holder) -> str:
        return self._resolved(holder).certificate.kind
