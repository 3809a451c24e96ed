"""What a server has shown of keys: certificates, revocations and the chains of teams, verified up to the pinned root.

What it once said it must go on saying: another place in the log could turn a second redemption into the first, let a
revoked key sign once more, or put somebody into a team who was not in it.
"""

import threading
from collections.abc import Iterable

from siegel.agent.session import Home
from siegel.seals.canonical import Json
from siegel.seals.certificates import Accepted, CertificateStore
from siegel.seals.chain import Entry
from siegel.seals.errors import IntegrityError
from siegel.seals.fields import Fields
from siegel.seals.records import Record
from siegel.seals.replay import Head
from siegel.seals.revocations import AcceptedRevocation
from siegel.seals.teams import replay_team


class Certificates:
    """All certificates, revocations and teams that one server has shown, verified together."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._accepted: dict[str, Accepted | AcceptedRevocation] = {}
        self._teams: dict[str, list[Entry]] = {}
        self._lock = threading.Lock()
        self.store = CertificateStore(root)
        # The root seen before and the one now, where this program has learned of the change.
        self.new_root: tuple[str, str] | None = None
        # The store that `home` was last asked about.
        self._required: CertificateStore | None = None

    def learn(
        self, listed: Iterable[Json], revocations: Iterable[Json] = (), teams: Iterable[Json] = ()
    ) -> CertificateStore:
        """Verifies and adds what the server lists; IntegrityError, `…_moved` for what it said otherwise before."""
        with self._lock:
            count = len(self._accepted)
            for item in map(Accepted.from_wire, listed):
                self._remember(item, "certificate_moved")
            for revocation in map(AcceptedRevocation.from_wire, revocations):
                self._remember(revocation, "revocation_moved")
            grown = [team for team in map(self._remember_team, teams) if team is not None]
            if len(self._accepted) != count:
                # What was taken back may fall: whatever was said of teams is asked anew.
                self.store = CertificateStore.verified(self._accepted.values(), self._root)
                grown = list(self._teams)
            for team in grown:
                self.store.teams[team] = replay_team(self._teams[team], self.store)
            return self.store

    def learn_evidence(self, f: Fields) -> CertificateStore:
        """The three parts of an answer that verify what is shown beside them. As `learn`."""
        revocations, teams = (f.present(f.items, name) or () for name in ("revocations", "teams"))
        return self.learn(f.items("certificates"), revocations, teams)

    def require_seen(self, home: Home) -> None:
        """Every team's chain is no shorter than `home` remembers it, and the same, and what it remembers as revoked is.

        Then this is remembered. IntegrityError `vault_rolled_back`, `vault_forked`, `revocation_hidden`,
        `root_rolled_back`.
        """
        self._require_root(home)
        self._require_revoked(home)
        for team, entries in self._teams.items():
            seen = home.head(team)
            if seen and len(entries) < seen.seq:
                raise IntegrityError("vault_rolled_back", "a team ends before what was seen earlier")
            if seen and entries[seen.seq - 1].record.hash != seen.hash:
                raise IntegrityError("vault_forked", "a team's history is not the one seen before")
            home.save_head(team, Head(len(entries), entries[-1].record.hash), Record.parse(entries[0].record).firm)

    def _require_root(self, home: Home) -> None:
        """IntegrityError `root_rolled_back`: the server shows no root, or another line, where one was seen before."""
        line = [root.kid for root in self.store.roots()]
        if not line:
            return
        seen = home.root_seen(self._root)
        if seen not in line:
            raise IntegrityError("root_rolled_back", "a root that was seen is not in the line shown now")
        if seen != line[-1]:
            self.new_root = (seen, line[-1])
            home.save_root_seen(self._root, line[-1])

    def _require_revoked(self, home: Home) -> None:
        store = self.store
        if store is self._required:
            return
        for kid, place in home.revoked(self._root).items():
            revoked = store.revoked(kid)
            if store.by_kid(kid) is not None and (revoked is None or revoked.log_index != place):
                raise IntegrityError("revocation_hidden", "a key that was seen revoked is shown as if it were not")
        revoked_keys = ((known.kid, store.revoked(known.kid)) for known in store)
        home.save_revoked(self._root, {kid: revoked.log_index for kid, revoked in revoked_keys if revoked})
        self._required = store

    def _remember(self, item: Accepted | AcceptedRevocation, code: str) -> None:
        known = self._accepted.setdefault(item.signed.hash, item)
        if (known.accepted_at, known.log_index) != (item.accepted_at, item.log_index):
            raise IntegrityError(code, "a certificate or revocation changed its place in the log")

    def _remember_team(self, listed: Json) -> str | None:
        """The team, if its chain has become longer. Its entries may come from record 1 on, or only the later ones."""
        f = Fields(listed, "team")
        team = f.id("id")
        known = self._teams.setdefault(team, [])
        before = len(known)
        for entry in map(Entry.from_wire, f.items("entries")):
            record = Record.parse(entry.record)
            if record.vault != team or record.seq > len(known) + 1:
                raise IntegrityError("record_seq", "a team's chain with a gap, or another chain")
            if record.seq == len(known) + 1:
                known.append(entry)
            elif known[record.seq - 1] != entry:
                raise IntegrityError("team_moved", "a team's record is not the one shown before, or not in its place")
        return team if len(known) > before else None
