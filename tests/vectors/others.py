"""Other vaults of the story's firm: how they begin, who stays in them, what becomes of one that a writer spoils."""

import hashlib
from dataclasses import replace
from typing import Any

from siegel.seals.canonical import b64
from siegel.seals.certificates import Accepted, CertificateStore, issue
from siegel.seals.chain import Entry
from siegel.seals.derive import EpochSeed
from siegel.seals.documents import Certificate, Epoch, Holder, Roster
from siegel.seals.epochs import seal_seed, seal_seeds, sealed_to
from siegel.seals.records import AnyChange, EpochChange, Genesis, RosterChange
from siegel.seals.replay import VaultState, next_record
from siegel.seals.signed import Signed
from tests.vectors.story import NOW, Story, accepted_wire, entry_wire, id_of, opens_to, seed_of

DOSSIER = {"owner": "manage", "clerk": "manage", "recovery": "hold"}


class Other:
    """A vault whose entries are only checked where `apply` says so."""

    def __init__(self, story: Story, name: str) -> None:
        self.story, self.name, self.vault = story, name, id_of(name)
        self.state = VaultState.begin(story.firm, self.vault)
        self.entries: list[Entry] = []

    def seed(self, epoch: int) -> EpochSeed:
        return EpochSeed(hashlib.sha256(f"{self.name} epoch {epoch}".encode()).digest())

    def apply(self, entry: Entry) -> None:
        self.state.apply(entry, self.story.store)
        self.entries.append(entry)

    def entry(self, author: str, *changes: AnyChange, **documents: Any) -> Entry:
        index = self.story.index + 1 + self.state.position.seq
        record = next_record(self.state.position, seed_of(author), changes)
        return Entry(record, NOW + 60 * index, index, **documents)

    def roster(self, author: str, rights: dict[str, str]) -> Signed:
        known = self.story.known
        lines = [Holder(known[name].kid, right, known[name].certificate.subject) for name, right in rights.items()]
        standing = self.state.position.standing
        return Roster(
            author=known[author].kid,
            firm=self.story.firm,
            holders=tuple(sorted(lines, key=lambda line: line.key)),
            previous=standing.roster_hash if standing else None,
            seq=standing.roster.seq + 1 if standing else 1,
            vault=self.vault,
        ).sign(seed_of(author))

    def epoch(self, author: str, number: int, roster_hash: str) -> Signed:
        standing = self.state.position.standing
        return Epoch(
            author=self.story.known[author].kid,
            epoch=number,
            firm=self.story.firm,
            previous=standing.epoch_hash if standing else None,
            recipient=self.seed(number).recipient(),
            roster=roster_hash,
            vault=self.vault,
        ).sign(seed_of(author))

    def beginning(self, author: str, rights: dict[str, str], vault_kind: str = "dossier") -> Entry:
        roster = self.roster(author, rights)
        epoch = self.epoch(author, 1, roster.hash)
        dossier = id_of(f"dossier of {self.name}") if vault_kind == "dossier" else None
        genesis = Genesis(dossier, b64(hashlib.sha256(b"row").digest()), vault_kind)
        changes = (genesis, RosterChange(roster.hash, 1), EpochChange(1, epoch.hash))
        return self.entry(author, *changes, roster=roster, epoch=epoch)

    def further(self, author: str, rights: dict[str, str]) -> Entry:
        roster = self.roster(author, rights)
        return self.entry(author, RosterChange(roster.hash, Roster.parse(roster).seq), roster=roster)

    def rotation(self, author: str, *handed_down: EpochSeed) -> Entry:
        """The next epoch, with `handed_down` sealed to it as the seeds before."""
        number = self.state.position.now.epoch.epoch + 1
        epoch = self.epoch(author, number, self.state.position.now.roster_hash)
        recipient, identity = self.seed(number).recipient(), self.seed(number).identity()
        sealed = self.story.sealed.kept(
            f"{self.name} handed down {number}",
            lambda: seal_seeds(handed_down, recipient),
            opens_to(b"".join(seed.reveal() for seed in handed_down), identity),
        )
        return self.entry(author, EpochChange(number, epoch.hash), epoch=epoch, previous_seed=sealed)

    def wrap(self, epoch: int, person: str, content: EpochSeed | None = None) -> bytes:
        """The epoch's seed, or `content` instead, sealed for somebody."""
        seed, holder = content or self.seed(epoch), seed_of(person)
        return self.story.sealed.kept(
            f"{self.name} wrap {epoch} {person}{'' if content is None else ' spoilt'}",
            lambda: seal_seed(seed, holder.public_keys().recipient or ""),
            opens_to(seed.reveal(), holder.identity()),
        )


def other_vaults(story: Story) -> list[dict[str, Any]]:
    """Each: in a vault of its own, after `entries`, `entry` is refused with `code`, or taken where that is null."""
    found: list[dict[str, Any]] = []

    def case(name: str, code: str | None, other: Other, entry: Entry) -> None:
        entries = [entry_wire(one) for one in other.entries]
        found.append({"name": name, "vault": other.vault, "entries": entries, "entry": entry_wire(entry), "code": code})

    def begins(name: str, code: str | None, author: str, rights: dict[str, str], vault_kind: str = "dossier") -> None:
        other = Other(story, name)
        case(name, code, other, other.beginning(author, rights, vault_kind))

    def goes_on(
        name: str, code: str | None, author: str, rights: dict[str, str], first: str, vault_kind: str = "dossier"
    ) -> None:
        other = Other(story, name)
        beginnings = {"dossier": DOSSIER, "personal": {first: "manage", "recovery": "hold"}}
        other.apply(other.beginning(first, beginnings[vault_kind], vault_kind))
        case(name, code, other, other.further(author, rights))

    begins("a dossier of owner, clerk and recovery", None, "clerk", DOSSIER)
    begins("a dossier of owner and recovery", None, "owner", {"owner": "manage", "recovery": "hold"})
    begins("a dossier without an owner", "roster_holder", "clerk", {"clerk": "manage", "recovery": "hold"})
    begins("a dossier whose owner only writes", "roster_holder", "clerk", DOSSIER | {"owner": "write"})
    begins("a dossier without recovery", "roster_holder", "clerk", {"owner": "manage", "clerk": "manage"})
    begins("a personal vault", None, "client", {"client": "manage"}, "personal")
    begins("a personal vault with recovery", None, "clerk", {"clerk": "manage", "recovery": "hold"}, "personal")
    shared = {"client": "manage", "owner": "read"}
    begins("a personal vault that is shared", None, "client", shared, "personal")
    begins("a personal vault of two managers", "roster_holder", "client", shared | {"owner": "manage"}, "personal")
    begins("somebody else's personal vault", "roster_holder", "client", {"owner": "manage"}, "personal")
    lost = {"client": "write", "owner": "manage"}
    begins("a personal vault that another one manages", "roster_holder", "client", lost, "personal")
    goes_on("an owner takes recovery off", None, "owner", {"owner": "manage", "clerk": "manage"}, "clerk")
    goes_on("an owner goes", None, "owner", {"clerk": "manage", "recovery": "hold"}, "clerk")
    goes_on("a clerk takes in a client", None, "clerk", DOSSIER | {"client": "write"}, "clerk")
    goes_on("a clerk goes", None, "clerk", {"owner": "manage", "recovery": "hold"}, "clerk")
    goes_on("recovery leaves a personal vault", None, "client", {"client": "manage"}, "client", "personal")
    goes_on("a personal vault is shared later", None, "client", shared, "client", "personal")
    goes_on("a personal vault is given away", "roster_holder", "client", lost, "client", "personal")
    invited = {"client": "manage", "invitation": "read"}
    goes_on("a personal vault waits for nobody", "roster_holder", "client", invited, "client", "personal")
    return found


def spoilt_epochs(story: Story) -> dict[str, Any]:
    """A vault whose client spoils epoch 2, which the clerk repairs with epoch 3; epoch 4 is the owner's.

    Epoch 5 is the client's, who hands down his spoilt one, too; in epoch 6 he hands down rubbish, and in epoch 7 the
    owner all that this cut off. Each case: after `after` entries, whoever has these wraps opens the epochs of `opens`
    (seeds), and his wraps of the epochs in `failed` do not open (codes). `hands_down`: the seeds that he seals to the
    next epoch, in this order. `repair`: the current epoch does not open for him, or does not lead to all that do.
    """
    other = Other(story, "spoilt")
    foreign = EpochSeed(hashlib.sha256(b"rubbish").digest())
    other.apply(other.beginning("clerk", DOSSIER | {"client": "write"}))
    other.apply(other.rotation("client", foreign))
    other.apply(other.rotation("clerk", other.seed(1)))
    other.apply(other.rotation("owner", other.seed(3)))
    other.apply(other.rotation("client", other.seed(4), other.seed(2)))
    other.apply(other.rotation("client", foreign))
    other.apply(other.rotation("owner", other.seed(6), other.seed(5)))
    cases: list[dict[str, Any]] = []

    def case(
        name: str,
        person: str,
        after: int,
        wraps: dict[int, bytes],
        opens: list[int],
        failed: dict[int, str],
        hands_down: list[int],
    ) -> None:
        cases.append(
            {
                "name": name,
                "person": person,
                "after": after,
                "wraps": [{"epoch": number, "age": b64(age)} for number, age in wraps.items()],
                "opens": {str(number): b64(other.seed(number).reveal()) for number in opens},
                "failed": {str(number): code for number, code in failed.items()},
                "hands_down": [b64(other.seed(number).reveal()) for number in hands_down],
                "repair": hands_down != [after],
            }
        )

    def good(person: str, *epochs: int) -> dict[int, bytes]:
        return {epoch: other.wrap(epoch, person) for epoch in epochs}

    spoilt = {2: other.wrap(2, "clerk", foreign)}
    damaged = bytearray(other.wrap(3, "client"))
    damaged[-1] ^= 1
    foreign_seed = {2: "wrap_foreign_seed"}
    case("the spoiler opens his epoch", "client", 2, good("client", 1, 2), [1, 2], {}, [2, 1])
    case("a foreign seed", "clerk", 2, good("clerk", 1) | spoilt, [1], foreign_seed, [1])
    case("a wrap for somebody else", "clerk", 2, good("clerk", 1) | good("client", 2), [1], {2: "wrap_not_ours"}, [1])
    case("no wrap of the current epoch", "clerk", 2, good("clerk", 1), [1], {}, [1])
    case("no wrap at all", "clerk", 2, {}, [], {}, [])
    case("after the repair", "clerk", 3, good("clerk", 1, 3) | spoilt, [1, 3], foreign_seed, [3])
    case("one who came after the repair", "owner", 4, good("owner", 4), [1, 3, 4], {}, [4])
    lost = "a spoilt epoch that only its own wrap opens"
    case(lost, "client", 4, good("client", 2, 4), [1, 2, 3, 4], {}, [4, 2])
    case(
        "a damaged wrap of an epoch that is handed down",
        "client",
        4,
        good("client", 4) | {3: bytes(damaged)},
        [1, 3, 4],
        {3: "wrap_invalid"},
        [4],
    )
    case("only the spoilt epoch", "client", 4, good("client", 2), [2], {}, [2])
    everything = [1, 2, 3, 4, 5]
    case("two epochs handed down by one", "owner", 5, good("owner", 5), everything, {}, [5])
    case("rubbish handed down by the current epoch", "owner", 6, good("owner", 5, 6), [*everything, 6], {}, [6, 5])
    case("one who came with the rubbish", "owner", 6, good("owner", 6), [6], {}, [6])
    case("one who came after its repair", "owner", 7, good("owner", 7), [*everything, 6, 7], {}, [7])
    return {"vault": other.vault, "entries": [entry_wire(entry) for entry in other.entries], "cases": cases}


def expiring_letters(story: Story) -> dict[str, Any]:
    """A vault that holds a letter besides the story's, redeemed one. `sealed_to`: for an epoch that begins at `at`.

    `certificates`: the letter's. `redemption`: a certificate by which it was redeemed just before its end.
    """
    other = Other(story, "letters")
    subject = id_of("late client")
    letter = issue(
        seed_of("clerk"),
        story.known["clerk"],
        seed_of("late letter").public_keys(),
        kind="invitation",
        subject=subject,
        now=NOW,
        role="client",
        vaults=(other.vault,),
    )
    end = Certificate.parse(letter).not_after or 0
    accepted = Accepted(letter, NOW, story.index + 1)
    known = story.known["late letter"] = story.store.add(accepted)
    redeemed = issue(
        seed_of("late letter"), known, seed_of("late client").public_keys(), kind="client", subject=subject, now=NOW
    )
    redemption = Accepted(redeemed, end, story.index + 2)
    other.apply(other.beginning("clerk", DOSSIER | {"client": "write", "late letter": "write"}))
    cases = []
    for redeems, at in ((False, end - 1), (False, end), (False, end + 1), (True, end), (True, end + 1)):
        judged = CertificateStore.verified([*story.accepted, accepted, *([redemption] if redeems else [])], story.root)
        wrapped = sealed_to(other.state.position.now.roster, judged, at)
        cases.append({"at": at, "redeemed": redeems, "sealed_to": sorted(wrapped)})
    return {
        "vault": other.vault,
        "certificates": [accepted_wire(accepted)],
        "redemption": accepted_wire(redemption),
        "entries": [entry_wire(entry) for entry in other.entries],
        "cases": cases,
    }


def waiting_vaults(story: Story) -> list[dict[str, Any]]:
    """Each: roster and epoch of a vault that waits for the story's invitation; refused with `code`, or good."""
    found: list[dict[str, Any]] = []
    now = story.state.position.now
    roster, epoch = story.entries[1].roster, story.entries[2].epoch
    assert roster is not None
    assert epoch is not None
    first = story.entries[0].epoch
    assert first is not None
    elsewhere = id_of("elsewhere")

    def case(name: str, code: str | None, held: Signed, current: Signed, vault: str = story.vault) -> None:
        found.append({"name": name, "vault": vault, "roster": held.to_wire(), "epoch": current.to_wire(), "code": code})

    def held(by: str, **fields: Any) -> Signed:
        return replace(now.roster, **{"author": story.known[by].kid} | fields).sign(seed_of(by))

    def current(by: str, **fields: Any) -> Signed:
        return replace(now.epoch, **{"author": story.known[by].kid} | fields).sign(seed_of(by))

    case("an epoch by the clerk", None, roster, first)
    case("an epoch by a client", None, roster, epoch)
    case("a roster by a client", "record_author", held("client"), first)
    case("a roster by the scanner", "record_author", held("scanner"), first)
    case("an epoch by recovery", "record_author", roster, current("recovery"))
    case("an epoch by the invitation", "record_author", roster, current("invitation"))
    case("a roster of another firm", "record_documents", held("clerk", firm=id_of("x")), first)
    case("an epoch of another firm", "record_documents", roster, current("clerk", firm=id_of("x")))
    case("a roster of another vault", "record_documents", held("clerk", vault=elsewhere), first)
    case("an epoch of another vault", "record_documents", roster, current("clerk", vault=elsewhere))
    case("a forged roster", "signature_invalid", Signed(roster.raw, first.sig), first)
    case("a forged epoch", "signature_invalid", roster, Signed(first.raw, epoch.sig))
    without = tuple(line for line in now.roster.holders if line.key != story.known["invitation"].kid)
    case("a roster without the invitation", "roster_holder", held("clerk", holders=without), first)
    both = (held("clerk", vault=elsewhere), current("clerk", vault=elsewhere))
    case("a vault that the invitation does not name", "roster_holder", *both, vault=elsewhere)
    return found
