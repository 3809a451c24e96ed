"""Attempts to break the story's vault, each with the code of the rule it must meet."""

import hashlib
from dataclasses import replace
from typing import Any

from siegel.lib.age import FileKey, bech32
from siegel.seals.canonical import b64
from siegel.seals.certificates import Accepted, root_certificate
from siegel.seals.chain import Entry
from siegel.seals.derive import EpochSeed, commitment, digest
from siegel.seals.documents import Epoch, Holder, Manifest, Roster
from siegel.seals.epochs import seal_seed
from siegel.seals.files import header_for, open_file_key
from siegel.seals.records import EpochChange, FolderChange, Record, RosterChange, VersionChange
from siegel.seals.signed import Signed
from tests.vectors.story import NOW, Story, accepted_wire, entry_wire, id_of, opens_to, seed_of


def broken_entries(story: Story) -> list[dict[str, Any]]:
    """Each: after the first `after` entries, `entry` is refused with `code`."""
    found = []

    def attempt(name: str, seq: int, code: str, entry: Entry) -> None:
        found.append({"name": name, "after": seq - 1, "entry": entry_wire(entry), "code": code})

    def resign(entry: Entry, signer: str, **fields: Any) -> Entry:
        return replace(entry, record=replace(Record.parse(entry.record), **fields).sign(seed_of(signer)))

    e = dict(enumerate(story.entries, start=1))
    kid = {name: known.kid for name, known in story.known.items()}
    other = digest(b"another")
    genesis, roster_change, epoch_change = Record.parse(e[1].record).changes
    folder = Record.parse(e[4].record).changes[0]
    assert isinstance(folder, FolderChange)
    first_roster, second_roster = e[1].roster, e[2].roster
    assert first_roster is not None
    assert second_roster is not None
    attempt("first record follows something else", 1, "record_previous", resign(e[1], "clerk", previous=other))
    attempt("another vault", 4, "record_vault", resign(e[4], "client", vault=id_of("other")))
    attempt("another firm", 4, "record_vault", resign(e[4], "client", firm=id_of("other")))
    attempt("a gap", 4, "record_seq", resign(e[4], "client", seq=5))
    attempt("a record again", 5, "record_seq", e[4])
    attempt("another predecessor", 4, "record_previous", resign(e[4], "client", previous=other))
    attempt(
        "an uncertified author",
        4,
        "record_author",
        resign(e[4], "stranger", author=seed_of("stranger").public_keys().kid),
    )
    attempt("the invitation as author", 4, "record_author", resign(e[4], "invitation", author=kid["invitation"]))
    attempt("recovery as author", 4, "record_author", resign(e[4], "recovery", author=kid["recovery"]))
    attempt(
        "an author certified later", 4, "record_author", replace(e[4], log_index=story.known["client"].log_index - 1)
    )
    attempt("a signature by another person", 4, "signature_invalid", resign(e[4], "clerk"))
    attempt(
        "an altered record",
        4,
        "signature_invalid",
        replace(
            e[4],
            record=replace(e[4].record, raw=resign(e[4], "client", changes=(replace(folder, row=other),)).record.raw),
        ),
    )
    attempt("genesis twice", 2, "record_shape", resign(e[1], "clerk", seq=2, previous=e[1].record.hash))
    attempt("no genesis", 1, "record_shape", resign(e[1], "clerk", changes=(roster_change, epoch_change)))
    attempt(
        "a folder in the first record",
        1,
        "record_shape",
        resign(e[1], "clerk", changes=(genesis, roster_change, epoch_change, folder)),
    )
    attempt(
        "a roster with company",
        2,
        "record_shape",
        resign(e[2], "clerk", changes=(*Record.parse(e[2].record).changes, folder)),
    )
    attempt(
        "an epoch with company",
        3,
        "record_shape",
        resign(e[3], "client", changes=(*Record.parse(e[3].record).changes, folder)),
    )
    attempt("a writer changes the roster", 2, "record_rights", _roster(story, e[2], "client", kid["client"]))
    attempt("a roster of another author", 2, "record_documents", resign(e[2], "owner", author=kid["owner"]))
    attempt("a missing roster", 2, "record_documents", replace(e[2], roster=None))
    attempt("another roster than the named one", 2, "record_documents", replace(e[2], roster=first_roster))
    attempt("a document too many", 4, "record_documents", replace(e[4], roster=second_roster))
    attempt("a missing seed of the epoch before", 3, "record_documents", replace(e[3], previous_seed=None))
    attempt("a missing manifest", 5, "record_documents", replace(e[5], manifests=()))
    attempt(
        "a forged roster signature",
        2,
        "signature_invalid",
        replace(e[2], roster=replace(second_roster, sig=first_roster.sig)),
    )
    attempt("a roster out of order", 2, "roster_previous", _roster(story, e[2], "clerk", kid["clerk"], previous=other))
    before = Roster.parse(first_roster).holders

    def holders(name: str, by: str, *lines: tuple[str, str, str], without: str | None = None) -> None:
        """A second roster: the first without one line and with others (key, rights, subject)."""
        kept = [line for line in before if line.key != kid.get(without or "")]
        held = sorted((*kept, *(Holder(*line) for line in lines)), key=lambda line: line.key)
        attempt(name, 2, "roster_holder", _roster(story, e[2], by, kid[by], holders=tuple(held)))

    holders("a holder under another name", "clerk", (kid["client"], "write", id_of("owner")))
    holders("the scanner as holder", "clerk", (kid["scanner"], "read", id_of("scanner")))
    holders("recovery with manage", "owner", (kid["recovery"], "manage", story.firm), without="recovery")
    holders("hold for a person", "owner", (kid["owner"], "hold", id_of("owner")), without="owner")
    holders(
        "an invitation beside its redemption",
        "clerk",
        (kid["client"], "write", id_of("client")),
        (kid["invitation"], "write", id_of("client")),
    )
    holders("a clerk takes the owner off", "clerk", without="owner")
    holders("a clerk takes recovery off", "clerk", without="recovery")
    holders("a clerk lets the owner only read", "clerk", (kid["owner"], "read", id_of("owner")), without="owner")
    attempt("an epoch out of order", 3, "epoch_previous", _epoch(e[3], previous=other))
    attempt("an epoch for an old roster", 3, "epoch_roster", _epoch(e[3], roster=first_roster.hash))
    attempt(
        "a folder of an epoch that passed",
        4,
        "epoch_not_current",
        resign(e[4], "client", changes=(replace(folder, epoch=1),)),
    )
    attempt("a node id again", 5, "node_exists", resign(e[4], "client", seq=5, previous=e[4].record.hash))
    attempt(
        "the vault's id as a node",
        4,
        "node_exists",
        resign(e[4], "client", changes=(replace(folder, node=story.vault),)),
    )
    attempt(
        "a parent that is not there",
        4,
        "node_parent",
        resign(e[4], "client", changes=(replace(folder, parent=id_of("nowhere")),)),
    )
    attempt(
        "a file as parent",
        6,
        "node_parent",
        resign(
            e[4],
            "client",
            seq=6,
            previous=e[5].record.hash,
            changes=(FolderChange(2, id_of("x"), id_of("file"), other),),
        ),
    )
    attempt("a version skipped", 6, "node_version", _version(e[6], "clerk", version=3))
    attempt("a version in another folder", 6, "node_version", _version(e[6], "clerk", parent=story.vault))
    attempt("a manifest of another node", 5, "manifest_mismatch", _manifest(e[5], node=id_of("x")))
    attempt("a manifest of another generation", 5, "manifest_mismatch", _manifest(e[5], generation=2))
    attempt("a manifest of another epoch", 5, "epoch_not_current", _manifest(e[5], epoch=1))
    attempt("a manifest of another vault", 5, "record_documents", _manifest(e[5], vault=id_of("x")))
    return found


def _roster(story: Story, entry: Entry, author: str, kid: str, **fields: Any) -> Entry:
    assert entry.roster
    signed = replace(Roster.parse(entry.roster), author=kid, **fields).sign(seed_of(author))
    change = RosterChange(signed.hash, 2)
    record = replace(Record.parse(entry.record), author=kid, changes=(change,)).sign(seed_of(author))
    # Late enough for every author of the story.
    return replace(entry, record=record, roster=signed, log_index=story.index + 1)


def _epoch(entry: Entry, **fields: Any) -> Entry:
    assert entry.epoch
    signed = replace(Epoch.parse(entry.epoch), **fields).sign(seed_of("client"))
    record = replace(Record.parse(entry.record), changes=(EpochChange(2, signed.hash),)).sign(seed_of("client"))
    return replace(entry, record=record, epoch=signed)


def _version(entry: Entry, author: str, **fields: Any) -> Entry:
    record = Record.parse(entry.record)
    version = record.changes[0]
    assert isinstance(version, VersionChange)
    manifest = replace(Manifest.parse(entry.manifests[0]), **fields).sign(seed_of(author))
    change = replace(version, manifest=manifest.hash, **fields)
    return replace(entry, record=replace(record, changes=(change,)).sign(seed_of(author)), manifests=(manifest,))


def _manifest(entry: Entry, **fields: Any) -> Entry:
    """The client's first version with a manifest that says something else than its change."""
    record = Record.parse(entry.record)
    version = record.changes[0]
    assert isinstance(version, VersionChange)
    manifest = replace(Manifest.parse(entry.manifests[0]), **fields).sign(seed_of("client"))
    changes = (replace(version, manifest=manifest.hash),)
    return replace(entry, record=replace(record, changes=changes).sign(seed_of("client")), manifests=(manifest,))


def broken_certificates(story: Story) -> list[dict[str, Any]]:
    """Each: the certificates without those of `without` (hashes) and with `extra` are refused with `code`."""
    found = []
    stranger = seed_of("stranger").public_keys()
    client = story.known["client"].certificate
    base = replace(client, signing_key=stranger.signing_key, recipient=stranger.recipient, subject=id_of("stranger"))
    at, index = NOW + 60 * (story.index + 1), story.index + 1

    def attempt(name: str, code: str, issuer: str, *, when: int = at, signer: str | None = None, **fields: Any) -> None:
        certificate = replace(base, issuer=story.known[issuer].hash, **fields)
        extra = Accepted(certificate.sign(seed_of(signer or issuer)), when, index)
        found.append({"name": name, "without": [], "extra": [accepted_wire(extra)], "code": code})

    same_key: dict[str, Any] = {"signing_key": client.signing_key, "recipient": client.recipient}
    attempt("a signature by another key", "signature_invalid", "clerk", signer="owner")
    attempt("a client who certifies", "certificate_issuer_rights", "client")
    attempt("a clerk who certifies a clerk", "certificate_issuer_rights", "clerk", kind="clerk")
    attempt("a root that certifies a clerk", "certificate_issuer_rights", "root", kind="clerk")
    attempt(
        "an invitation for another role",
        "certificate_issuer_rights",
        "invitation",
        kind="clerk",
        subject=id_of("client"),
    )
    attempt("an invitation for another person", "certificate_invitation", "invitation")
    attempt(
        "an invitation for another generation",
        "certificate_invitation",
        "invitation",
        subject=id_of("client"),
        generation=2,
    )
    attempt("an invitation redeemed twice", "certificate_redeemed", "invitation", subject=id_of("client"))
    attempt(
        "an invitation redeemed too late",
        "certificate_time",
        "invitation",
        subject=id_of("client"),
        when=at + 31 * 24 * 3600,
    )
    attempt("a certificate accepted before its time", "certificate_time", "clerk", not_before=at + 1)
    attempt("another firm", "certificate_firm", "clerk", firm=id_of("x"))
    attempt("a key under another name", "certificate_conflict", "owner", **same_key)
    attempt(
        "a key with another rank", "certificate_conflict", "owner", **same_key, subject=id_of("client"), kind="clerk"
    )
    rival: dict[str, Any] = {"subject": id_of("owner"), "generation": 2}
    attempt("an owner's newer key as a client's", "certificate_conflict", "clerk", **rival)
    letter: dict[str, Any] = {"kind": "invitation", "role": "client", "certifies": ("client",), "not_after": at + 60}
    attempt("a client's letter for an owner", "certificate_conflict", "clerk", **rival, **letter)
    attempt("the firm as a client", "certificate_conflict", "clerk", subject=story.firm)
    attempt("a recipient nobody can seal to", "certificate_recipient", "clerk", recipient=_spoilt(base.recipient or ""))
    low_order = bech32.encode("age1pq", bech32.decode(base.recipient or "", "age1pq")[:-32] + bytes(32))
    attempt("a recipient of low order", "certificate_recipient", "clerk", recipient=low_order)
    neutral = b64(bytes([1, *bytes(31)]))
    attempt("a signing key of small order", "certificate_signing_key", "clerk", signing_key=neutral)
    attempt(
        "a signing key that is no point", "certificate_signing_key", "clerk", signing_key=b64(bytes([2, *bytes(31)]))
    )
    owner = story.known["owner"].hash
    found.append({"name": "an issuer is missing", "without": [owner], "extra": [], "code": "certificate_issuer"})
    foreign = Accepted(root_certificate(seed_of("stranger"), story.firm, NOW), at, index)
    found.append({"name": "another root", "without": [], "extra": [accepted_wire(foreign)], "code": "certificate_root"})
    return found


def _spoilt(recipient: str) -> str:
    return recipient[:-1] + ("p" if recipient[-1] == "q" else "q")


def broken_readings(story: Story) -> dict[str, Any]:
    """What else a hostile server may hand to the client at the end of the story, and the code it must meet."""
    manifest = Manifest.parse(story.entries[4].manifests[0])
    verdict = story.verdict(manifest)
    client = seed_of("client").public_keys().recipient or ""
    foreign = EpochSeed(hashlib.sha256(b"foreign").digest())
    wrong_key = FileKey(bytes(16))
    recipient, identity = story.seeds[2].recipient(), story.seeds[2].identity()
    wrong_wrap = story.sealed.kept(
        "wrap of a foreign seed",
        lambda: seal_seed(foreign, client),
        opens_to(foreign.reveal(), seed_of("client").identity()),
    )
    wrong_header = story.sealed.kept(
        "header of a foreign file key",
        lambda: header_for(wrong_key, recipient),
        lambda h: open_file_key(h, identity, commitment(wrong_key)) == wrong_key,
    )
    end = {"seq": 6, "head": story.state.position.head}
    cut = {"seq": 4, "head": story.entries[3].record.hash}
    fork = {"seq": 5, "head": digest(b"another")}
    heads = [
        ("rolled back", 4, end, cut, "vault_rolled_back"),
        ("forked", 6, fork, end, "vault_forked"),
        ("records that do not reach the head", 5, None, end, "vault_forked"),
    ]
    elsewhere = replace(manifest, payload_hash=digest(b"another"))
    uncommitted = replace(manifest, commitment=digest(b"another"))
    infected = story.verdict(manifest, "infected", "Eicar-Test")
    verdicts = [
        ("infected", infected, "verdict_not_clean"),
        ("by a person", story.verdict(manifest, by="owner"), "scanner_unknown"),
        ("about another payload", story.verdict(elsewhere), "verdict_mismatch"),
        ("with another commitment", story.verdict(uncommitted), "verdict_mismatch"),
        ("altered", Signed(infected.raw, verdict.sig), "signature_invalid"),
        ("missing", None, "verdict_missing"),
    ]
    moved = replace(story.accepted[-1], log_index=story.accepted[-1].log_index + 1)
    later = replace(story.accepted[-1], accepted_at=story.accepted[-1].accepted_at + 1)
    return {
        "moved": [
            {"name": "to another place", "certificate": accepted_wire(moved), "code": "certificate_moved"},
            {"name": "to another time", "certificate": accepted_wire(later), "code": "certificate_moved"},
        ],
        "heads": [
            {"name": name, "entries": entries, "seen": seen, "claimed": claimed, "code": code}
            for name, entries, seen, claimed, code in heads
        ],
        "verdicts": [
            {"name": name, "verdict": signed.to_wire() if signed else None, "code": code}
            for name, signed, code in verdicts
        ],
        "wraps": [{"name": "of another seed", "epoch": 2, "age": b64(wrong_wrap), "code": "wrap_foreign_seed"}],
        "headers": [
            {
                "name": "of another file key",
                "node": manifest.node,
                "version": 1,
                "header": b64(wrong_header),
                "code": "commitment_mismatch",
            }
        ],
    }
