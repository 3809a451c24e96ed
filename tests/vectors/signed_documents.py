"""The vectors of documents.json: the signed documents of the story, and what their strict parser refuses."""

from dataclasses import replace
from typing import Any

from siegel.lib import sshsig
from siegel.seals import canonical
from siegel.seals.canonical import b64
from siegel.seals.derive import digest
from siegel.seals.documents import Certificate, Epoch, Login, Manifest, Roster, ScannerKey, Verdict
from siegel.seals.errors import IntegrityError
from siegel.seals.login import sign_login
from siegel.seals.records import Record
from siegel.seals.scanning import announce_scanner_key
from siegel.seals.self_record import SelfRecord
from siegel.seals.signed import Document, Signed
from tests.vectors import self_records
from tests.vectors.story import NOW, Story, seed_of


def document_vectors(story: Story) -> dict[str, Any]:
    """One of every kind and more, and what is no document any more."""
    now = NOW + 3600
    scanner_key = announce_scanner_key(
        seed_of("scanner"), story.firm, seed_of("scanner key").public_keys().recipient or "", now=now
    )
    manifest = Manifest.parse(story.entries[4].manifests[0])
    pictured = replace(manifest, thumbnail=digest(b"thumbnail")).sign(seed_of("client"))
    invitation_login = sign_login(
        seed_of("invitation"),
        firm=story.firm,
        subject="ABCDEFGH",
        nonce="bm9uY2U",
        origin="https://siegel.example",
        now=now,
    )
    kinds: list[tuple[str, type[Document], Signed, str]] = [
        ("certificate", Certificate, story.accepted[0].signed, "root"),
        ("certificate", Certificate, story.accepted[5].signed, "owner"),
        ("certificate", Certificate, story.accepted[6].signed, "clerk"),
        ("roster", Roster, story.entries[1].roster or scanner_key, "clerk"),
        ("epoch", Epoch, story.entries[2].epoch or scanner_key, "client"),
        ("record", Record, story.entries[0].record, "clerk"),
        ("record", Record, story.entries[5].record, "clerk"),
        ("manifest", Manifest, story.entries[4].manifests[0], "client"),
        ("scanner_key", ScannerKey, scanner_key, "scanner"),
        ("verdict", Verdict, story.verdict(manifest, "infected", "Eicar-Test"), "scanner"),
        ("self", SelfRecord, self_records.own_record("own").sign(seed_of("own")), "own"),
        ("login", Login, invitation_login, "invitation"),
        ("manifest", Manifest, pictured, "client"),
    ]
    good = []
    for name, kind, signed, signer in kinds:
        kind.verify(signed, seed_of(signer).public_keys(signs_only=True).signing_key)
        good.append(
            {
                "kind": name,
                "namespace": kind.NAMESPACE,
                "seed": b64(seed_of(signer).reveal()),
                "text": signed.raw.decode(),
                "doc": signed.to_wire(),
                "hash": signed.hash,
            }
        )
    return {
        "good": good,
        "bad": [
            bad for number, (_, kind, signed, _) in enumerate(kinds) for bad in _bad_documents(number, kind, signed)
        ],
    }


def _bad_documents(number: int, kind: type[Document], signed: Signed) -> list[dict[str, Any]]:
    """What is no document any more once a field of good document `number` is missing, unknown or foreign.

    `change` replaces or adds fields, `without` names one that is left out; the code is what the strict parser gives.
    """
    value = canonical.parse(signed.raw)
    assert isinstance(value, dict)
    attempts: list[dict[str, Any]] = [{"change": {"zz": None}, "without": None}]
    attempts += [{"change": {}, "without": field} for field in value]
    foreign: tuple[Any, ...] = (-1, True, "?", {})
    attempts += [{"change": {field: other}, "without": None} for field in value for other in foreign]
    if "thumbnail" in value:
        attempts.append({"change": {"thumbnail": None}, "without": None})
    for attempt in attempts:
        altered = {name: member for name, member in (value | attempt["change"]).items() if name != attempt["without"]}
        text = canonical.encode(altered)
        try:
            kind.parse(Signed(text, sshsig.sign(seed_of("x").signing_key(), kind.NAMESPACE, text)))
        except IntegrityError as error:
            attempt |= {"good": number, "code": error.code}
        else:
            # Some fields are free text.
            attempt["code"] = None
    return [attempt for attempt in attempts if attempt["code"]]
