"""The seeds of a vault: made, wrapped to exactly the members, opened and checked, and renewed when due."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

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
from siegel.seals.certificates import CertificateStore
from siegel.seals.chain import Position
from siegel.seals.derive import KEY_SIZE, EpochSeed, Seed
from siegel.seals.documents import Epoch, Roster
from siegel.seals.errors import IntegrityError, RefusedError, SealError, UnlockError
from siegel.seals.holders import Moment, members
from siegel.seals.records import EpochChange
from siegel.seals.replay import PastEpoch
from siegel.seals.signed import Signed

# One hybrid stanza of about 1.7 KiB, its MAC, and a payload of 32 bytes.
MAX_WRAP_SIZE = 4096


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


def first_epoch(
    author: Seed, roster: Roster, roster_hash: str, certificates: CertificateStore, moment: Moment
) -> NewEpoch:
    """Epoch 1 of a vault that begins with `roster`, wrapped to its members as they stand at `moment`."""
    return _new_epoch(author, roster, roster_hash, certificates, moment, number=1, previous=None, newest=None)


def next_epoch(
    author: Seed, position: Position, newest: EpochSeed, certificates: CertificateStore, moment: Moment
) -> NewEpoch:
    """The epoch after the current one, wrapped to the members of the current roster as they stand at `moment`.

    `newest`: the current epoch's seed, or, where that does not open for the author, of the last epoch that does.
    """
    now = position.now
    return _new_epoch(
        author,
        now.roster,
        now.roster_hash,
        certificates,
        moment,
        number=now.epoch.epoch + 1,
        previous=now.epoch_hash,
        newest=newest,
    )


def _new_epoch(
    author: Seed,
    roster: Roster,
    roster_hash: str,
    certificates: CertificateStore,
    moment: Moment,
    *,
    number: int,
    previous: str | None,
    newest: EpochSeed | None,
) -> NewEpoch:
    seed = EpochSeed.generate()
    recipient = seed.recipient()
    signed = Epoch(
        author=author.public_keys().kid,
        epoch=number,
        firm=roster.firm,
        previous=previous,
        recipient=recipient,
        roster=roster_hash,
        vault=roster.vault,
    ).sign(author)
    wraps = wrap_for(members(roster, certificates, moment), seed, certificates)
    return NewEpoch(
        signed=signed,
        change=EpochChange(number, signed.hash),
        seed=seed,
        wraps=wraps,
        previous_seed=seal_seed(newest, recipient) if newest else None,
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


def required_wraps(before: Position, after: Position, certificates: CertificateStore, moment: Moment) -> frozenset[str]:
    """The key ids for which a record accepted at `moment` must bring wraps, no more and no less.

    All members when it brings an epoch; those who are new when it brings a roster; nobody otherwise.
    """
    today = frozenset(members(after.now.roster, certificates, moment))
    if before.standing is None or after.now.epoch.epoch != before.now.epoch.epoch:
        return today
    return today - frozenset(members(before.now.roster, certificates, moment))


def rotation_due(position: Position, certificates: CertificateStore, moment: Moment) -> bool:
    """Whether the next writer must begin a new epoch first.

    Due when those who were given the current epoch's seed are not the members at `moment`: somebody was taken off the
    roster, revoked, or his time is over; an invitation was redeemed, a team has new keys, or a key is certified again.
    Whose key was out when the epoch began was given nothing, and makes nothing due.
    """
    now = position.now
    given = {key for at, roster in now.sealed_for for key in members(roster, certificates, at)}
    return given != members(now.roster, certificates, moment).keys()


def seal_seed(seed: EpochSeed, recipient: str) -> bytes:
    """The seed as an age file of 32 bytes for one recipient: a holder's, or the next epoch's."""
    sealed = io.BytesIO()
    seal_file(io.BytesIO(seed.reveal()), sealed, [HybridRecipient.parse(recipient)])
    return sealed.getvalue()


def check_wrap(age: bytes) -> None:
    """IntegrityError `wrap_invalid` unless the form is right: one hybrid stanza, a payload of 32 bytes.

    All that a server can check; whether it opens, and to what, only its holder sees.
    """
    if len(age) > MAX_WRAP_SIZE:
        raise IntegrityError("wrap_invalid", "a wrap is larger than any wrap")
    try:
        header = Header.read(io.BytesIO(age))
    except AgeError as error:
        raise IntegrityError("wrap_invalid", f"a wrap is no age file: {error}") from error
    rest = len(age) - len(header.raw)
    if [stanza.kind for stanza in header.stanzas] != [HYBRID] or rest != sealed_size(KEY_SIZE):
        raise IntegrityError("wrap_invalid", "a wrap has one hybrid stanza and 32 bytes")


def open_wrap(age: bytes, identity: HybridIdentity, epoch: Epoch) -> EpochSeed:
    """The seed in a wrap, checked against the epoch's signed recipient.

    UnlockError `wrap_not_ours` when it is sealed for somebody else, IntegrityError `wrap_invalid` when it is damaged,
    `wrap_foreign_seed` when it holds another seed than the epoch's.
    """
    seed = _unseal(age, identity)
    if seed.recipient() != epoch.recipient:
        raise IntegrityError("wrap_foreign_seed", "the wrap holds another seed than the epoch's")
    return seed


def _unseal(age: bytes, identity: HybridIdentity) -> EpochSeed:
    check_wrap(age)
    opened = io.BytesIO()
    try:
        open_file(io.BytesIO(age), opened, [identity])
    except NoMatch as error:
        raise UnlockError("wrap_not_ours", "the wrap is not for this key") from error
    except AgeError as error:
        raise IntegrityError("wrap_invalid", f"the wrap does not open: {error}") from error
    return EpochSeed(opened.getvalue())


@dataclass(frozen=True, slots=True)
class OpenedEpochs:
    """The seeds of all epochs that open for us, and why a wrap of ours does not."""

    seeds: dict[int, EpochSeed] = field(default_factory=dict)
    failed: dict[int, SealError] = field(default_factory=dict)

    def seed(self, epoch: int) -> EpochSeed:
        """An epoch's; the error of our own wrap, or IntegrityError `wrap_missing`."""
        if epoch in self.seeds:
            return self.seeds[epoch]
        missing = IntegrityError("wrap_missing", "no wrap and no later epoch leads to this epoch's seed")
        raise self.failed.get(epoch, missing)

    def newest(self) -> EpochSeed | None:
        """What the next epoch hands down: the current seed, or the last one that opens."""
        return self.seeds[max(self.seeds)] if self.seeds else None


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
    for number in sorted(epochs, reverse=True):
        if number in opened.seeds:
            _hand_down(opened.seeds, number, epochs)
    return opened


def _hand_down(seeds: dict[int, EpochSeed], number: int, epochs: Mapping[int, PastEpoch]) -> None:
    """Adds what the seed sealed to epoch `number` opens: mostly the one before, after a repair an older one."""
    sealed = epochs[number].previous_seed
    missing = [earlier for earlier in epochs if earlier < number and earlier not in seeds]
    if sealed is None or not missing:
        return
    try:
        seed = _unseal(sealed, seeds[number].identity())
    except SealError:
        return
    recipient = seed.recipient()
    seeds.update({earlier: seed for earlier in missing if epochs[earlier].epoch.recipient == recipient})
