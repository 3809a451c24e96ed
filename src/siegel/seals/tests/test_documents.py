"""The form of signed documents: every field, its type, its range, and nothing else."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import pytest

from siegel.lib import sshsig
from siegel.seals import canonical
from siegel.seals.derive import Seed
from siegel.seals.documents import Certificate, Epoch, Login, Manifest, Revocation, Roster, ScannerKey, Verdict
from siegel.seals.errors import IntegrityError
from siegel.seals.ids import check_id, new_id
from siegel.seals.login import sign_login
from siegel.seals.records import Record
from siegel.seals.revocations import revoke_key
from siegel.seals.scanning import announce_scanner_key, sign_verdict
from siegel.seals.signed import Document, Signed
from siegel.seals.tests.people import NOW, Firm, begin, begin_team, hash_of

One: TypeAlias = tuple[type[Document], Signed]
Documents: TypeAlias = dict[str, One]


def forge(kind: type[Document], value: Any, seed: Seed) -> Signed:
    """A document with any content at all, properly signed."""
    text = canonical.encode(value)
    return Signed(text, sshsig.sign(seed.signing_key(), kind.NAMESPACE, text))


@pytest.fixture(scope="module")
def documents() -> Documents:
    """One signed document of every kind, by its class."""
    firm = Firm()
    vault = begin(firm, firm.clerk, [(firm.clerk, "manage"), (firm.recovery, "hold")])
    team = begin_team(firm, firm.owner, (firm.owner, "manage"))
    firm.invite(firm.clerk, vault.id)
    revocation = revoke_key(firm.owner.seed, firm.owner.known, firm.clerk.known, 3, "lost")
    entry = vault.entries[0]
    assert entry.roster
    assert entry.epoch
    manifest = Manifest(
        author=firm.clerk.kid,
        checkpoint=None,
        commitment=hash_of("c"),
        copied_from=None,
        epoch=1,
        firm=firm.id,
        generation=1,
        node=new_id(),
        parent=vault.id,
        payload_hash=hash_of("p"),
        payload_size=32,
        previous=None,
        row=hash_of("r"),
        vault=vault.id,
        version=1,
    )
    content = vault.entry(firm.clerk, vault.folder())
    scanner = firm.scanner.seed
    verdict = sign_verdict(
        scanner,
        firm=firm.id,
        payload_hash=hash_of("p"),
        commitment=hash_of("c"),
        result="infected",
        reason="Eicar",
        engine="e",
        database="d",
        now=NOW,
    )
    login = sign_login(firm.clerk.seed, firm=firm.id, subject=firm.clerk.id, nonce="n", origin="https://x", now=NOW)
    return {
        "root": (Certificate, firm.accepted[0].signed),
        "person": (Certificate, firm.accepted[4].signed),
        "invitation": (Certificate, firm.accepted[-1].signed),
        "team": (Certificate, firm.accepted[-2].signed),
        "team_genesis": (Record, team.entries[0].record),
        "revocation": (Revocation, revocation),
        "roster": (Roster, entry.roster),
        "epoch": (Epoch, entry.epoch),
        "genesis": (Record, entry.record),
        "record": (Record, content.record),
        "manifest": (Manifest, manifest.sign(firm.clerk.seed)),
        "scanner_key": (
            ScannerKey,
            announce_scanner_key(scanner, firm.id, firm.clerk.known.certificate.recipient or "", now=NOW),
        ),
        "verdict": (Verdict, verdict),
        "login": (Login, login),
    }


KINDS = [
    "root",
    "person",
    "invitation",
    "team",
    "team_genesis",
    "revocation",
    "roster",
    "epoch",
    "genesis",
    "record",
    "manifest",
    "scanner_key",
    "verdict",
    "login",
]


@pytest.fixture(params=KINDS)
def one(request: pytest.FixtureRequest, documents: Documents) -> One:
    return documents[request.param]


def refused(kind: type[Document], value: Any, code: str = "document_invalid") -> str:
    with pytest.raises(IntegrityError) as error:
        kind.parse(forge(kind, value, Seed.generate()))
    assert error.value.code in (code, "not_an_id", "not_base64"), error.value
    return error.value.code


def test_every_kind_reads_back(one: One) -> None:
    kind, signed = one
    assert kind.parse(signed).encode() == signed.raw


def test_every_missing_field_is_refused(one: One) -> None:
    kind, signed = one
    value = json.loads(signed.raw)
    for name in value:
        refused(kind, {k: v for k, v in value.items() if k != name})


def test_an_unknown_field_is_refused(one: One) -> None:
    kind, signed = one
    assert refused(kind, json.loads(signed.raw) | {"extra": None}) == "document_invalid"


def test_every_field_of_a_foreign_type_is_refused(one: One) -> None:
    kind, signed = one
    value = json.loads(signed.raw)
    for name in value:
        for foreign in (True, -1, {"a": 1}, ["?"], "?" * 2000):
            refused(kind, value | {name: foreign})


def test_a_signature_holds_for_its_kind_key_and_bytes_only(one: One, documents: Documents) -> None:
    kind, signed = one
    seed = Seed.generate()
    key = seed.public_keys().signing_key
    mine = forge(kind, json.loads(signed.raw), seed)
    kind.verify(mine, key)
    other_kind: type[Document] = Login if kind is not Login else Roster
    attempts: tuple[Callable[[], None], ...] = (
        lambda: other_kind.verify(mine, key),
        lambda: kind.verify(mine, Seed.generate().public_keys().signing_key),
        lambda: kind.verify(replace(mine, raw=mine.raw + b" "), key),
        lambda: kind.verify(replace(mine, sig=b""), key),
    )
    for attempt in attempts:
        with pytest.raises(IntegrityError) as error:
            attempt()
        assert error.value.code == "signature_invalid"


def test_namespaces_are_all_different() -> None:
    kinds: list[type[Document]] = [Certificate, Revocation, Roster, Epoch, Record, Manifest, ScannerKey, Verdict, Login]
    assert len({kind.NAMESPACE for kind in kinds}) == len(kinds)


def changed(documents: Documents, name: str, **fields: Any) -> tuple[type[Document], Any]:
    kind, signed = documents[name]
    return kind, json.loads(signed.raw) | fields


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("person", {"alg": "ed25519"}),
        ("root", {"alg": "ed25519+mlkem768x25519"}),
        ("person", {"kind": "team"}),
        ("person", {"certifies": ["owner"]}),
        ("person", {"kind": "office_leader", "certifies": []}),
        ("person", {"office": "short"}),
        ("person", {"certifies": ["invitation", "client"]}),
        ("person", {"certifies": ["client", "client"]}),
        ("person", {"generation": 0}),
        ("person", {"issuer": None}),
        ("root", {"issuer": "A" * 42}),
        ("person", {"not_after": NOW + 9}),
        ("person", {"recipient": None}),
        ("person", {"role": "client"}),
        ("person", {"vaults": ["A" * 22]}),
        ("person", {"kind": "owner", "certifies": [], "office": "A" * 22}),
        ("person", {"signing_key": None}),
        ("team", {"signing_key": "A" * 43}),
        ("team", {"alg": "ed25519+mlkem768x25519"}),
        ("team", {"recipient": None}),
        ("team", {"certifies": ["client"]}),
        ("revocation", {"reason": "because"}),
        ("revocation", {"compromised_since": -1}),
        ("revocation", {"certificate": None}),
        ("root", {"subject": "A" * 22}),
        ("invitation", {"certifies": []}),
        ("invitation", {"certifies": ["clerk"]}),
        ("invitation", {"role": "scanner", "certifies": ["scanner"]}),
        ("invitation", {"role": "office_leader", "certifies": ["office_leader"]}),
        ("invitation", {"role": "owner", "certifies": ["owner"], "office": "A" * 22}),
        ("invitation", {"role": None}),
        ("invitation", {"not_after": None}),
        ("invitation", {"not_after": NOW + 31 * 24 * 3600}),
        ("invitation", {"not_after": NOW - 400}),
        ("invitation", {"vaults": ["short"]}),
        ("roster", {"seq": 0}),
        ("roster", {"seq": 2}),
        ("roster", {"previous": "A" * 43}),
        ("roster", {"holders": [{"key": "A" * 43, "rights": "own", "subject": "A" * 22, "until": None}]}),
        ("roster", {"holders": [{"key": "A" * 43, "rights": "read", "subject": "A" * 22}]}),
        ("roster", {"holders": [{"key": "A" * 43, "rights": "read", "subject": "A" * 22, "until": -1}]}),
        ("roster", {"holders": [{"key": "A" * 43, "rights": "read", "subject": "A" * 22, "until": None}] * 2}),
        ("roster", {"holders": [{"key": k * 43, "rights": "read", "subject": "A" * 22, "until": 1} for k in "EA"]}),
        ("roster", {"holders": [{"key": "A" * 43, "rights": "read", "subject": "A" * 22, "until": 1, "x": 1}]}),
        ("epoch", {"epoch": 0}),
        ("epoch", {"epoch": 2}),
        ("epoch", {"previous": "A" * 43}),
        ("epoch", {"recipient": "age1" + "q" * 58}),
        ("record", {"changes": []}),
        ("record", {"seq": 0}),
        ("record", {"changes": [{"kind": "move"}]}),
        ("record", {"changes": [{"kind": "genesis", "dossier": None, "row": "A" * 43, "vault_kind": "dossier"}]}),
        ("record", {"changes": [{"kind": "genesis", "dossier": "A" * 22, "row": "A" * 43, "vault_kind": "personal"}]}),
        ("record", {"changes": [{"kind": "genesis", "dossier": None, "row": "A" * 43, "vault_kind": "house"}]}),
        ("record", {"changes": [{"kind": "genesis", "dossier": "A" * 22, "row": "A" * 43, "vault_kind": "team"}]}),
        ("record", {"changes": [{"kind": "roster", "hash": "A" * 43, "seq": 0}]}),
        ("record", {"changes": [{"kind": "epoch", "hash": "A" * 43, "epoch": 1, "more": 1}]}),
        ("manifest", {"payload_size": 31}),
        ("manifest", {"payload_size": 2**31 + 2**24}),
        ("manifest", {"version": 0}),
        ("manifest", {"version": 2}),
        ("manifest", {"checkpoint": "A" * 43}),
        ("scanner_key", {"not_after": NOW - 300 + 24 * 3600 + 1}),
        ("scanner_key", {"not_after": NOW - 300}),
        ("verdict", {"result": "fine"}),
        ("verdict", {"result": "clean"}),
        ("verdict", {"reason": None}),
    ],
)
def test_a_value_out_of_its_range_is_refused(documents: Documents, name: str, fields: dict[str, Any]) -> None:
    kind, value = changed(documents, name, **fields)
    refused(kind, value)


def test_the_wire_form_reads_back_and_is_strict(one: One) -> None:
    _, signed = one
    wire: Any = signed.to_wire()
    assert Signed.from_wire(wire) == signed
    wrongs: tuple[Any, ...] = (
        None,
        [],
        {},
        signed.to_wire() | {"x": 1},
        signed.to_wire() | {"sig": 1},
        signed.to_wire() | {"sig": "="},
    )
    for wrong in wrongs:
        with pytest.raises(IntegrityError):
            Signed.from_wire(wrong)


@pytest.mark.parametrize("text", [None, 7, "", "A" * 21, "A" * 23, "A" * 21 + "B", "A" * 21 + "+"])
def test_what_is_no_id_is_refused(text: object) -> None:
    with pytest.raises(IntegrityError) as error:
        check_id(text)
    assert error.value.code == "not_an_id"
