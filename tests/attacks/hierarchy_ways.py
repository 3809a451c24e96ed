"""Ways back, in the firm of `hierarchy`: a founder's return into his own vault, recovery, root, old contents anew."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from siegel.seals.certificates import Accepted, Known
from siegel.seals.derive import EpochSeed, Seed
from siegel.seals.documents import Holder, Manifest
from siegel.seals.epochs import OpenedEpochs
from siegel.seals.ids import new_id
from siegel.seals.records import ResealChange, VersionChange
from siegel.seals.revocations import AcceptedRevocation
from siegel.seals.root_change import change_root
from siegel.seals.tests.people import Person, hash_of
from tests.attacks.hierarchy import Chain, Employee, StaleError, World, identity_of


@dataclass
class Ways(World):
    """With files in the vault, and a vault of somebody's own that recovery holds. `files`: newest manifests by node."""

    files: dict[str, Manifest] = field(default_factory=dict)
    roots: list[Person] = field(default_factory=list)

    def begin_own(self, founder: Employee) -> None:
        recovery = self.firm.recovery
        lines = [Holder(founder.own.kid, "manage", founder.id), Holder(recovery.kid, "hold", recovery.id)]
        self.founder, self.own = founder, Chain.begin(self.firm, "personal", founder.own, lines)

    def forget(self, kid: str) -> None:
        for chain in (*self.chains, self.own):
            chain.forget(kid)

    def revoke(self, who: Employee, since: int | None, *, again: bool) -> set[str]:
        self.own.forget(who.own.kid)
        return super().revoke(who, since, again=again)

    def reset(self, who: Employee) -> None:
        self.own.forget(who.own.kid)
        super().reset(who)

    def recovered(self, chain: Chain) -> OpenedEpochs:
        """What the recovery key in force opens of a team or a dossier's vault."""
        return self._open(chain, [self.firm.recovery.seed], lambda one: one.wraps)

    # Files

    def put(self, author: Employee) -> None:
        node, vault = new_id(), self.vault

        def write() -> None:
            manifest = self._manifest(author.own, node, None)
            signed = manifest.sign(author.own.seed)
            change = VersionChange(signed.hash, node, vault.id, 1)
            vault.append(vault.entry(author.own, change, manifests=(signed,)), {})
            self.files[node] = manifest

        self._settled(author, write)

    def reseal(self, author: Employee, node: str) -> None:
        def write() -> None:
            before, vault = self.files[node], self.vault
            manifest = self._manifest(author.own, node, vault.state.nodes[node].manifest)
            signed = manifest.sign(author.own.seed)
            change = ResealChange(signed.hash, node, before.version)
            vault.append(vault.entry(author.own, change, manifests=(signed,)), {})
            self.files[node] = manifest

        self._settled(author, write)

    def _settled(self, author: Employee, write: Callable[[], None]) -> None:
        """Whoever opens it renews the vault first; somebody's time may end between both."""
        for _ in range(5):
            self.settle(author if self.opened(author, self.vault).seeds else self.ruler())
            try:
                return write()
            except StaleError:
                continue
        raise StaleError

    def _manifest(self, author: Person, node: str, previous: str | None) -> Manifest:
        return Manifest(
            author=author.kid,
            checkpoint=None,
            commitment=hash_of(new_id()),
            copied_from=None,
            epoch=self.vault.epoch,
            firm=self.firm.id,
            generation=author.known.certificate.generation,
            node=node,
            parent=self.vault.id,
            payload_hash=hash_of(new_id()),
            payload_size=32,
            previous=previous,
            row=hash_of("row"),
            vault=self.vault.id,
            version=1,
        )

    # An own vault

    @property
    def founder_line(self) -> Holder:
        return next(line for line in self.own.lines if line.rights == "manage")

    def own_opened(self, seeds: list[Seed], *, stolen: bool = False) -> OpenedEpochs:
        """What these seeds open of the own vault, with what the server serves or with all wraps there ever were."""
        identities = dict(identity_of(seed.reveal()) for seed in seeds)
        return self.own.open(identities, self.own.hoard if stolen else self.own.wraps)

    def own_write(self) -> None:
        author = self.founder.own
        if self.own.is_due:
            self.own.rotate(author, self.own_opened([author.seed]))
        self.own.write(author)

    def returned(self) -> list[Holder]:
        """The own vault's lines with the founder's present key in his."""
        line = self.founder_line
        return [replace(one, key=self.founder.own.kid) if one == line else one for one in self.own.lines]

    def set_own(self, by: Employee, lines: list[Holder]) -> None:
        """An owner with the recovery seed writes the own vault's next roster."""
        opened = self.own_opened([self.firm.recovery.seed])
        self.own.set_lines(by.own, lines, opened.seeds.get(self.own.epoch, EpochSeed.generate()))

    def readmit(self, by: Employee) -> bool:
        """The founder has his place again; False where recovery opens nothing there."""
        if self.own.epoch not in self.own_opened([self.firm.recovery.seed]).seeds:
            return False
        self.set_own(by, self.returned())
        return True

    # What stands above all

    def replace_recovery(self) -> Person:
        """The root takes the key back and certifies another; the old one."""
        firm, old = self.firm, self.firm.recovery
        generation = old.known.certificate.generation + 1
        firm.recovery = firm.certify(firm.root, "recovery", subject=firm.id, generation=generation)
        firm.revoke(firm.root, old, None, "compromised")
        self.forget(old.kid)
        self.settle()
        return old

    def change_root(self, *, by_recovery: bool, since: int | None) -> None:
        firm, new = self.firm, Seed.generate()
        index = firm.next_index()
        at, by = firm.now + index, firm.recovery if by_recovery else firm.root
        change = change_root(by.seed, firm.store, new, reason="lost", compromised_since=since, now=at)
        self.roots.append(firm.root)
        firm.root = Person(new, self._accept(Accepted(change.root, at, index)))
        revocation = AcceptedRevocation(change.revocation, at, index)
        firm.store.revoke(revocation)
        firm.revocations.append(revocation)
        for signed in change.certificates:
            self._accept(Accepted(signed, at, index))
        # What the old root had certified may have fallen: they issue by what stands.
        firm.recovery = self.present(firm.recovery)
        for ruler in self.rulers:
            ruler.keys[-1] = self.present(ruler.own)

    def _accept(self, item: Accepted) -> Known:
        known = self.firm.store.add(item)
        self.firm.accepted.append(item)
        return known
