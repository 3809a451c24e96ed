"""The seeds of a vault: made, wrapped to exactly the members, opened and checked, and renewed when due."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from siegel.lib.age import (
    AgeError,
    Header,
    HybridIdentity,
    HybridRecipient,
    NoMatch,
    open_file,
    seal_file,
    sealed_size,
)
from siegel.lib.age.hybrid import KIND as HYBRID
from siegel.seals.certificates import CLOCK_LEEWAY_S, CertificateStore
from siegel.seals.chain import Position
from siegel.seals.derive import KEY_SIZE, EpochSeed, Seed
from siegel.seals.documents import Epoch, Roster
from siegel.seals.errors import IntegrityError, RefusedError, SealError, UnlockError
from siegel.seals.holders import Member, Moment, members
from siegel.seals.records import EpochChange
from siegel.seals.replay import PastEpoch
from siegel.seals.signed import Signed

# One hybrid stanza of about 1.7 KiB, its MAC, and a payload of 32 bytes.
MAX_WRAP_SIZE = 4096
# So many seeds an epoch hands down at most; with them it is still no larger than any wrap. What is left over follows
# with the epoch after.
MAX_HANDED_DOWN = 64


@dataclass(frozen=True, slots=True)
class Wrap:
    """An epoch's seed sealed for one holder: `key` is the holder's key id, `age` a stock age file."""

    key: str
    age: bytes


@dataclass(frozen=True, slots=True)
class HeldWrap:
    """A wrap of an epoch with the identity that opens it: of a team's generation, which is an epoch of its chain."""

    epoch: int
    age: bytes
    identity: HybridIdentity


@dataclass(frozen=True, slots=True)
class NewEpoch:
    """A new epoch, complete: what its record carries, and the seed for whoever made it."""

    signed: Signed
    change: EpochChange
    seed: EpochSeed
    wraps: tuple[Wrap, ...]
    previous_seed: bytes | None


def first_epoch(author: Seed, roster: Roster, roster_hash: str, certificates: CertificateStore, now: int) -> NewEpoch:
    """Epoch 1 of a vault that begins with `roster`, wrapped to its members at `now`."""
    keys = members(roster, certificates, Moment.planned(now))
    return _new_epoch(author, roster, roster_hash, certificates, keys=keys, number=1, previous=None, earlier=())


def next_epoch(
    author: Seed, position: Position, earlier: Sequence[EpochSeed], certificates: CertificateStore, now: int
) -> NewEpoch:
    """The epoch after the current one, wrapped to those to whom it is sealed at `now`.

    `earlier`: the seeds that the epoch hands down, as `OpenedEpochs.to_hand_down` gives them.
    """
    before = position.now
    return _new_epoch(
        author,
        before.roster,
        before.roster_hash,
        certificates,
        keys=sealed_to(before.roster, certificates, now),
        number=before.epoch.epoch + 1,
        previous=before.epoch_hash,
        earlier=earlier,
    )


def _new_epoch(
    author: Seed,
    roster: Roster,
    roster_hash: str,
    certificates: CertificateStore,
    *,
    keys: Iterable[str],
    number: int,
    previous: str | None,
    earlier: Sequence[EpochSeed],
) -> NewEpoch:
    seed = EpochSeed.generate()
    recipient = seed.recipient()
    wraps = wrap_for(keys, seed, certificates)
    signed = Epoch(
        author=author.public_keys().kid,
        epoch=number,
        firm=roster.firm,
        previous=previous,
        recipient=recipient,
        roster=roster_hash,
        sealed_to=tuple(wrap.key for wrap in wraps),
        vault=roster.vault,
    ).sign(author)
    return NewEpoch(
        signed=signed,
        change=EpochChange(number, signed.hash),
        seed=seed,
        wraps=wraps,
        previous_seed=seal_seeds(earlier, recipient) if earlier else None,
    )


def wrap_for(keys: Iterable[str], seed: EpochSeed, certificates: CertificateStore) -> tuple[Wrap, ...]:
    """One wrap per key id; RefusedError `no_recipient` for a key that is not certified with a recipient."""
    wraps = []
    for key in sorted(keys):
        known = certificates.by_kid(key)
        if known is None or known.certificate.recipient is None:
            raise RefusedError("no_recipient", "nothing is sealed to a key without a certificate")
        wraps.append(Wrap(key, seal_seed(seed, known.certificate.recipient)))
    return tuple(wraps)


def sealed_to(roster: Roster, certificates: CertificateStore, now: int) -> frozenset[str]:
    """The key ids to which an epoch that begins now is sealed: the members, but for letters that have expired.

    A letter counts as expired five minutes after its end, as our clock may be ahead of the log's.
    """
    return _unexpired(members(roster, certificates, Moment.planned(now)), now - CLOCK_LEEWAY_S)


def _unexpired(holders: Mapping[str, Member], at: int) -> frozenset[str]:
    """Their key ids, but for letters that have ended by `at`."""
    ends = {key: member.known.certificate.not_after for key, member in holders.items()}
    return frozenset(key for key, end in ends.items() if end is None or at <= end)


def required_wraps(before: Position, after: Position, certificates: CertificateStore, now: int) -> frozenset[str]:
    """The key ids for which a record that is made now must bring wraps, no more and no less.

    All members when it is the first; those to whom an epoch is sealed when it brings one; those who are new when it
    brings a roster; nobody otherwise.
    """
    today = Moment.planned(now)
    if before.standing is None:
        return frozenset(members(after.now.roster, certificates, today))
    if after.now.epoch.epoch != before.now.epoch.epoch:
        return sealed_to(after.now.roster, certificates, now)
    return frozenset(
        members(after.now.roster, certificates, today).keys() - members(before.now.roster, certificates, today)
    )


def rotation_due(position: Position, certificates: CertificateStore, now: int) -> bool:
    """Whether the next writer must begin a new epoch first.

    Due when those who were given the current epoch's seed are not the members of today: somebody was taken off the
    roster, revoked, or his time is over; an invitation was redeemed, a team has new keys, or a key is certified again.
    To whom the epoch was sealed says its author, who may not have known of all that the log held then. Nor may the
    author of a later roster: whom he took in, he may have given the seed by the key that he names (ADR 0034). A letter
    may be missing five minutes before its end: its author's clock may be ahead of ours.
    """
    standing = position.now
    given = set(standing.epoch.sealed_to)
    for (_, before), (at, roster) in pairwise(standing.sealed_for):
        there = members(before, certificates, at)
        new = [member for key, member in members(roster, certificates, at).items() if key not in there]
        given.update(key for member in new for key in (member.key, member.line))
    today = members(standing.roster, certificates, Moment.planned(now))
    return not (given <= today.keys() and _unexpired(today, now + CLOCK_LEEWAY_S) <= given)


def seal_seed(seed: EpochSeed, recipient: str) -> bytes:
    """The seed as an age file of 32 bytes for one holder's recipient."""
    return seal_seeds([seed], recipient)


def seal_seeds(seeds: Sequence[EpochSeed], recipient: str) -> bytes:
    """The seeds one after the other as an age file for one recipient: the next epoch's."""
    sealed = io.BytesIO()
    joined = b"".join(seed.reveal() for seed in seeds)
    seal_file(io.BytesIO(joined), sealed, [_recipient(recipient)])
    return sealed.getvalue()


@lru_cache(maxsize=4096)
def _recipient(text: str) -> HybridRecipient:
    """Read once: whoever renews many vaults seals to the same people again and again."""
    return HybridRecipient.parse(text)


def check_wrap(age: bytes, *, seeds: int = 1) -> None:
    """IntegrityError `wrap_invalid` unless the form is right: one hybrid stanza, 32 bytes for each of 1 to `seeds`.

    All that a server can check; whether it opens, and to what, only its holder sees.
    """
    if len(age) > MAX_WRAP_SIZE:
        raise IntegrityError("wrap_invalid", "a wrap is larger than any wrap")
    try:
        header = Header.read(io.BytesIO(age))
    except AgeError as error:
        raise IntegrityError("wrap_invalid", f"a wrap is no age file: {error}") from error
    rest = len(age) - len(header.raw)
    sizes = [sealed_size(KEY_SIZE * count) for count in range(1, seeds + 1)]
    if [stanza.kind for stanza in header.stanzas] != [HYBRID] or rest not in sizes:
        raise IntegrityError("wrap_invalid", "a wrap has one hybrid stanza and 32 bytes for each seed")


def open_wrap(age: bytes, identity: HybridIdentity, epoch: Epoch) -> EpochSeed:
    """The seed in a wrap, checked against the epoch's signed recipient.

    UnlockError `wrap_not_ours` when it is sealed for somebody else, IntegrityError `wrap_invalid` when it is damaged,
    `wrap_foreign_seed` when it holds another seed than the epoch's.
    """
    [seed] = _unseal(age, identity, seeds=1)
    if seed.recipient() != epoch.recipient:
        raise IntegrityError("wrap_foreign_seed", "the wrap holds another seed than the epoch's")
    return seed


def _unseal(age: bytes, identity: HybridIdentity, *, seeds: int) -> list[EpochSeed]:
    check_wrap(age, seeds=seeds)
    opened = io.BytesIO()
    try:
        open_file(io.BytesIO(age), opened, [identity])
    except NoMatch as error:
        raise UnlockError("wrap_not_ours", "the wrap is not for this key") from error
    except AgeError as error:
        raise IntegrityError("wrap_invalid", f"the wrap does not open: {error}") from error
    raw = opened.getvalue()
    return [EpochSeed(raw[start : start + KEY_SIZE]) for start in range(0, len(raw), KEY_SIZE)]


@dataclass(frozen=True, slots=True)
class OpenedEpochs:
    """The seeds of all epochs that open for us, and why our own wrap of an epoch does not.

    `leads_to`: for each epoch that opens, those that its seed opens by what is handed down, itself included.
    """

    seeds: dict[int, EpochSeed] = field(default_factory=dict)
    failed: dict[int, SealError] = field(default_factory=dict)
    leads_to: dict[int, frozenset[int]] = field(default_factory=dict)

    def seed(self, epoch: int) -> EpochSeed:
        """An epoch's; the error of our own wrap, or IntegrityError `wrap_missing`."""
        if epoch in self.seeds:
            return self.seeds[epoch]
        missing = IntegrityError("wrap_missing", "no wrap and no later epoch leads to this epoch's seed")
        raise self.failed.get(epoch, missing)

    def to_hand_down(self) -> tuple[EpochSeed, ...]:
        """What the next epoch hands down: the newest seed that opens, then of those it does not lead to the newest, …

        With these whoever comes later opens all that opens for us.
        """
        found: list[EpochSeed] = []
        reached: set[int] = set()
        for number in sorted(self.seeds, reverse=True):
            if number not in reached:
                found.append(self.seeds[number])
                reached |= self.leads_to[number]
        return tuple(found[:MAX_HANDED_DOWN])

    def is_whole(self, current: int) -> bool:
        """Whether the current epoch opens and leads to every other one that opens; else a writer begins the next."""
        return current in self.seeds and self.leads_to[current] == self.seeds.keys()


def open_epochs(
    wraps: Mapping[int, bytes], own: Seed, epochs: Mapping[int, PastEpoch], through: Iterable[HeldWrap] = ()
) -> OpenedEpochs:
    """Each epoch by our own wrap (`wraps`, by epoch), or one `through` a team; else by what a later epoch hands down.

    Whoever may write may begin an epoch and seal rubbish: what does not open is left out, and harms no other epoch.
    """
    opened = OpenedEpochs()
    identity = own.identity()
    for wrap in (*(HeldWrap(number, age, identity) for number, age in wraps.items()), *through):
        if wrap.epoch not in epochs:
            continue
        try:
            opened.seeds[wrap.epoch] = open_wrap(wrap.age, wrap.identity, epochs[wrap.epoch].epoch)
        except SealError as error:
            opened.failed.setdefault(wrap.epoch, error)
    handed: dict[int, dict[int, EpochSeed]] = {}
    for number in sorted(epochs, reverse=True):
        if number in opened.seeds:
            handed[number] = _handed_down(opened.seeds[number], number, epochs)
            opened.seeds.update({earlier: handed[number][earlier] for earlier in handed[number].keys() - opened.seeds})
    for number in sorted(handed):
        opened.leads_to[number] = frozenset({number}).union(*(opened.leads_to[earlier] for earlier in handed[number]))
    return opened


def _handed_down(seed: EpochSeed, number: int, epochs: Mapping[int, PastEpoch]) -> dict[int, EpochSeed]:
    """What the seed of epoch `number` opens: mostly the epoch before, after a repair others or more."""
    sealed = epochs[number].previous_seed
    if sealed is None:
        return {}
    try:
        found = {one.recipient(): one for one in _unseal(sealed, seed.identity(), seeds=MAX_HANDED_DOWN)}
    except SealError:
        return {}
    earlier = {before: epochs[before].epoch.recipient for before in epochs if before < number}
    return {before: found[recipient] for before, recipient in earlier.items() if recipient in found}
