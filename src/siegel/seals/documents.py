"""The signed documents (docs/formats.md, section 3), one frozen class per kind.

`parse` checks form only, every field's type and range; who may sign it is the matter of `certificates` and `chain`.
Ids, hashes, key ids and public keys are text, as in the JSON. The record has a module of its own, `records`.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

from siegel.lib.age import sealed_size
from siegel.seals.canonical import Json
from siegel.seals.derive import PublicKeys
from siegel.seals.fields import Fields
from siegel.seals.ids import check_id
from siegel.seals.signed import Document, require

ALG = "ed25519+mlkem768x25519"
ALG_SIGNS_ONLY = "ed25519"
ALG_RECEIVES_ONLY = "mlkem768x25519"
STAFF = ("owner", "office_leader", "clerk")
PERSONS = (*STAFF, "client")
KINDS = ("root", "recovery", *PERSONS, "team", "scanner", "service", "invitation")
SIGNS_ONLY = ("root", "scanner", "service")
# Each more than the one before; a key that is certified for holding has no other rights. Who is trusted holds wraps
# that the server keeps back until he has asked for them and waited (ADR 0020).
RIGHTS = ("hold", "trusted", "read", "write", "manage")
WAIT_DAYS = (7, 14, 30)
RESULTS = ("clean", "infected", "not_scannable", "failed")
REASONS = ("left", "lost", "compromised", "replaced", "withdrawn")
# Whose certificates may name an office; an office leader's always does.
OF_AN_OFFICE = ("office_leader", "clerk", "client", "invitation", "team")
MAY_CERTIFY: dict[str, tuple[str, ...]] = {
    "root": ("owner", "recovery", "invitation"),
    "owner": ("office_leader", "clerk", "client", "invitation", "scanner", "service", "team"),
    "office_leader": ("clerk", "client", "invitation", "team"),
    "clerk": ("client", "invitation"),
    "invitation": PERSONS,
}
# The most that ClamAV looks at in one file, whatever its settings: what cannot be scanned is not published.
MAX_CONTENT_SIZE = 2**31 - 3
INVITATION_LIFE_S = 30 * 24 * 3600
SCANNER_KEY_LIFE_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Certificate(Document):
    """States whose keys these are, what they are for and what they may certify."""

    NAMESPACE = "siegel-certificate@v1"
    alg: str
    certifies: tuple[str, ...]
    firm: str
    generation: int
    issuer: str | None
    kind: str
    not_after: int | None
    not_before: int
    office: str | None
    recipient: str | None
    role: str | None
    signing_key: str | None
    subject: str
    vaults: tuple[str, ...]

    @property
    def keys(self) -> PublicKeys:
        return PublicKeys(self.signing_key, self.recipient)

    @property
    def kid(self) -> str:
        return self.keys.kid

    @property
    def rank(self) -> str:
        """What its subject is or, redeeming an invitation, will be; of the firm's own two keys `root`."""
        return "root" if self.kind == "recovery" else self.role or self.kind

    @classmethod
    def read(cls, f: Fields) -> Self:
        kind = f.choice("kind", KINDS)
        invitation = kind == "invitation"
        certificate = cls(
            alg=f.choice("alg", (alg_of(kind),)),
            certifies=tuple(f.strings("certifies")),
            firm=f.id("firm"),
            generation=f.integer("generation", 1),
            issuer=f.nullable(f.hash, "issuer") if kind == "root" else f.hash("issuer"),
            kind=kind,
            not_after=f.where(invitation, f.time, "not_after"),
            not_before=f.time("not_before"),
            office=f.nullable(f.id, "office"),
            recipient=f.where(kind not in SIGNS_ONLY, f.recipient, "recipient"),
            role=f.where(invitation, lambda name: f.choice(name, PERSONS), "role"),
            signing_key=f.where(kind != "team", f.hash, "signing_key"),
            subject=f.id("subject"),
            vaults=tuple(f.strings("vaults")),
        )
        certificate._check()
        return certificate

    def _check(self) -> None:
        if self.kind == "invitation":
            assert self.not_after is not None
            require(self.certifies == (self.role,), "Certificate: an invitation certifies its role, nothing else")
            require(
                self.not_before < self.not_after <= self.not_before + INVITATION_LIFE_S,
                "Certificate: an invitation lives at most 30 days",
            )
            for vault in self.vaults:
                check_id(vault)
        else:
            require(not self.vaults, "Certificate: vaults are for invitations")
        allowed = MAY_CERTIFY.get(self.kind, ())
        require(set(self.certifies) <= set(allowed), "Certificate: certifies more than its kind may")
        if self.kind in ("root", "recovery"):
            require(self.subject == self.firm, "Certificate: the subject of root and recovery is the firm")
        # an invitation has the office of the certificate that will redeem it
        kind = self.role or self.kind
        require(self.office is None or kind in OF_AN_OFFICE, f"Certificate: a {kind} belongs to no office")
        require(self.office is not None or kind != "office_leader", "Certificate: an office leader has an office")


def alg_of(kind: str) -> str:
    """What the keys of this kind of certificate are for: signing, receiving, or both."""
    if kind == "team":
        return ALG_RECEIVES_ONLY
    return ALG_SIGNS_ONLY if kind in SIGNS_ONLY else ALG


@dataclass(frozen=True, slots=True)
class Revocation(Document):
    """Takes back the key of a certificate.

    `certificate` is its hash, `author` the key id of the signer. What the key certified from the log index
    `compromised_since` on falls with it; null: nothing that was accepted before.
    """

    NAMESPACE = "siegel-revocation@v1"
    author: str
    certificate: str
    compromised_since: int | None
    firm: str
    reason: str

    @classmethod
    def read(cls, f: Fields) -> Self:
        return cls(
            author=f.hash("author"),
            certificate=f.hash("certificate"),
            compromised_since=f.nullable(lambda name: f.integer(name, 0), "compromised_since"),
            firm=f.id("firm"),
            reason=f.choice("reason", REASONS),
        )


@dataclass(frozen=True, slots=True)
class Holder:
    """One line of a roster; `key` is a key id, `until` the last second of access (None: without end).

    `wait_days`: of a trusted person, how long he waits; other lines do not have the field.
    """

    ABSENT_WHEN_NONE: ClassVar = ("wait_days",)
    key: str
    rights: str
    subject: str
    until: int | None = None
    wait_days: int | None = None


@dataclass(frozen=True, slots=True)
class Roster(Document):
    """Who belongs to a vault, and with which rights."""

    NAMESPACE = "siegel-roster@v1"
    author: str
    firm: str
    holders: tuple[Holder, ...]
    previous: str | None
    seq: int
    vault: str

    @classmethod
    def read(cls, f: Fields) -> Self:
        seq = f.integer("seq", 1)
        holders = tuple(_read_holder(item) for item in f.items("holders"))
        keys = [holder.key for holder in holders]
        require(keys == sorted(set(keys)), "Roster: holders are sorted by key, each key once")
        return cls(
            author=f.hash("author"),
            firm=f.id("firm"),
            holders=holders,
            previous=f.where(seq > 1, f.hash, "previous"),
            seq=seq,
            vault=f.id("vault"),
        )


def _read_holder(value: Json) -> Holder:
    f = Fields(value, "Holder")
    rights = f.choice("rights", RIGHTS)
    wait_days = f.integer("wait_days", 1) if rights == "trusted" else None
    require(wait_days is None or wait_days in WAIT_DAYS, "Holder: a trusted person waits 7, 14 or 30 days")
    holder = Holder(f.hash("key"), rights, f.id("subject"), f.nullable(f.time, "until"), wait_days)
    f.done()
    return holder


@dataclass(frozen=True, slots=True)
class Epoch(Document):
    """A new seed of a vault, known by its recipient. `sealed_to`: the ids of the keys its author wrapped it for."""

    NAMESPACE = "siegel-epoch@v1"
    author: str
    epoch: int
    firm: str
    previous: str | None
    recipient: str
    roster: str
    sealed_to: tuple[str, ...]
    vault: str

    @classmethod
    def read(cls, f: Fields) -> Self:
        epoch = f.integer("epoch", 1)
        return cls(
            author=f.hash("author"),
            epoch=epoch,
            firm=f.id("firm"),
            previous=f.where(epoch > 1, f.hash, "previous"),
            recipient=f.recipient("recipient"),
            roster=f.hash("roster"),
            sealed_to=tuple(f.hashes("sealed_to")),
            vault=f.id("vault"),
        )


@dataclass(frozen=True, slots=True)
class Manifest(Document):
    """One version of a file: which payload, under which epoch, with which row.

    `thumbnail`: hash of the sealed picture of its contents, if there is one.
    """

    NAMESPACE = "siegel-manifest@v1"
    ABSENT_WHEN_NONE: ClassVar = ("thumbnail",)
    author: str
    checkpoint: None
    commitment: str
    copied_from: str | None
    epoch: int
    firm: str
    generation: int
    node: str
    parent: str
    payload_hash: str
    payload_size: int
    previous: str | None
    row: str
    vault: str
    version: int
    thumbnail: str | None = None

    @classmethod
    def read(cls, f: Fields) -> Self:
        version = f.integer("version", 1)
        f.null("checkpoint")
        return cls(
            author=f.hash("author"),
            checkpoint=None,
            commitment=f.hash("commitment"),
            copied_from=f.nullable(f.hash, "copied_from"),
            epoch=f.integer("epoch", 1),
            firm=f.id("firm"),
            generation=f.integer("generation", 1),
            node=f.id("node"),
            parent=f.id("parent"),
            payload_hash=f.hash("payload_hash"),
            payload_size=f.integer("payload_size", sealed_size(0), sealed_size(MAX_CONTENT_SIZE)),
            # a first version that was sealed anew follows the manifest it replaces
            previous=f.hash("previous") if version > 1 else f.nullable(f.hash, "previous"),
            row=f.hash("row"),
            vault=f.id("vault"),
            version=version,
            thumbnail=f.optional(f.hash, "thumbnail"),
        )


@dataclass(frozen=True, slots=True)
class ScannerKey(Document):
    """A recipient for uploads on their way through the scanner; lives at most 24 hours."""

    NAMESPACE = "siegel-scanner-key@v1"
    firm: str
    not_after: int
    not_before: int
    recipient: str
    scanner: str

    @classmethod
    def read(cls, f: Fields) -> Self:
        not_before = f.time("not_before")
        return cls(
            firm=f.id("firm"),
            not_after=f.integer("not_after", not_before + 1, not_before + SCANNER_KEY_LIFE_S),
            not_before=not_before,
            recipient=f.recipient("recipient"),
            scanner=f.hash("scanner"),
        )


@dataclass(frozen=True, slots=True)
class Verdict(Document):
    """What the scanner found in one payload."""

    NAMESPACE = "siegel-verdict@v1"
    commitment: str
    database: str
    engine: str
    firm: str
    payload_hash: str
    reason: str | None
    result: str
    scanned_at: int
    scanner: str

    @classmethod
    def read(cls, f: Fields) -> Self:
        result = f.choice("result", RESULTS)
        return cls(
            commitment=f.hash("commitment"),
            database=f.text("database"),
            engine=f.text("engine"),
            firm=f.id("firm"),
            payload_hash=f.hash("payload_hash"),
            reason=f.where(result != "clean", f.text, "reason"),
            result=result,
            scanned_at=f.time("scanned_at"),
            scanner=f.hash("scanner"),
        )


@dataclass(frozen=True, slots=True)
class Login(Document):
    """Proves possession of a key for one nonce of the server.

    `subject` is the person's id, or the invitation's (8 characters) when the invitation key signs.
    """

    NAMESPACE = "siegel-login@v1"
    firm: str
    nonce: str
    origin: str
    subject: str
    time: int

    @classmethod
    def read(cls, f: Fields) -> Self:
        return cls(
            firm=f.id("firm"),
            nonce=f.text("nonce"),
            origin=f.text("origin"),
            subject=f.text("subject"),
            time=f.time("time"),
        )
