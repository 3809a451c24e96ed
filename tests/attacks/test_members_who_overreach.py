"""Members of a vault, and people of the firm who are none, who send the server what no client of ours would send.

They hold real keys and sign well; only their rights are missing. Nothing they send may be published.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from siegel.base.models import Blob
from siegel.keys.models import Certificate as CertificateRow
from siegel.keys.models import Chain
from siegel.keys.tests.island import Island, Json, RefusedError, found, invite, redemption
from siegel.seals.canonical import b64
from siegel.seals.certificates import countersign
from siegel.seals.documents import Certificate, Holder, Roster
from siegel.seals.records import RosterChange
from siegel.vault.models import Vault, Version
from siegel.vault.tests.island import (
    OpenVault,
    Sealed,
    add_dossier,
    begin_upload,
    begin_vault,
    client_of,
    genesis,
    open_vault,
)


@pytest.fixture
def reader(owner: Island, vault: OpenVault) -> Island:
    letter = invite(owner, role="client", username="leserin", client=client_of(vault), vaults=[vault.holding("read")])
    island = redemption(letter, owner).send()
    vault.refresh()
    vault.rotate()
    return island


@pytest.fixture
def unchanged(vault: OpenVault) -> Iterator[Callable[[], None]]:
    """Whatever the test tried: afterwards the vault is what it was."""
    yield lambda: None
    chain = Chain.objects.get(pk=vault.id)
    assert (chain.head_seq, chain.head_hash) == (vault.state.position.seq, vault.state.position.head)
    assert not Version.objects.exists()
    assert not Blob.objects.exists()


def refused(work: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(RefusedError) as error:
        work()
    return error.value.status, error.value.code


def roster_by(island: Island, view: OpenVault, *holders: Holder) -> tuple[Roster, Json]:
    """A roster of these holders, signed by the island, as an Append."""
    now = view.state.position.now
    lines = tuple(sorted(holders, key=lambda one: one.key))
    roster = Roster(island.kid, island.firm, lines, now.roster_hash, now.roster.seq + 1, view.id)
    signed = roster.sign(island.seed)
    record = view.record(RosterChange(signed.hash, roster.seq))
    return roster, {"record": record.to_wire(), "roster": signed.to_wire()}


@pytest.mark.usefixtures("unchanged")
def test_a_reader_uploads_checks_and_commits_nothing(owner: Island, vault: OpenVault, reader: Island) -> None:
    view = open_vault(reader, vault.id)
    made = Sealed.of(b"x")
    made.upload = begin_upload(owner, vault.id, len(made.payload), made.payload)
    assert refused(lambda: view.check(made)) == (404, "not_found")
    assert refused(lambda: reader.post(f"vaults/{vault.id}/commit", view.commit_body(made))) == (404, "not_found")
    with pytest.raises(AssertionError, match="not_found"):
        begin_upload(reader, vault.id, 100)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("rights", ["write", "manage"])
def test_a_reader_gives_himself_no_rights(vault: OpenVault, reader: Island, rights: str) -> None:
    view = open_vault(reader, vault.id)
    holders = [
        replace(one, rights=rights) if one.subject == reader.person else one
        for one in view.state.position.now.roster.holders
    ]
    _, body = roster_by(reader, view, *holders)
    assert refused(lambda: reader.post(f"vaults/{vault.id}/records", body)) == (400, "document_refused")


def test_a_writer_adds_and_removes_no_holder(owner: Island, vault: OpenVault, client_user: Island) -> None:
    vault.rotate()
    view = open_vault(client_user, vault.id)
    holders = view.state.position.now.roster.holders
    for lines in (
        [one for one in holders if one.subject != owner.person],
        [*holders, Holder(b64(secrets.token_bytes(32)), "read", client_user.person)],
    ):
        _, body = roster_by(client_user, view, *lines)
        assert refused(lambda body=body: client_user.post(f"vaults/{vault.id}/records", body)) == (  # type: ignore[misc]
            400,
            "document_refused",
        )
    assert vault.refresh().state.position.now.roster.holders == holders


def test_a_manager_adds_nobody_whose_key_is_not_certified(owner: Island, vault: OpenVault) -> None:
    holders = vault.state.position.now.roster.holders
    stranger = Holder(b64(secrets.token_bytes(32)), "write", owner.person)
    _, body = roster_by(owner, vault, *holders, stranger)
    assert refused(lambda: owner.post(f"vaults/{vault.id}/records", body)) == (400, "document_refused")


def test_a_holder_who_was_removed_reads_and_writes_nothing_and_does_not_come_back(
    vault: OpenVault, client_user: Island
) -> None:
    vault.rotate()
    node = vault.put(b"Beleg")
    view = open_vault(client_user, vault.id)
    made = view.send(b"noch schnell")
    assert view.check(made)[0]["code"] is None
    late = view.commit_body(made)
    stays = [one for one in view.state.position.now.roster.holders if one.subject != client_user.person]
    _, body = roster_by(vault.island, vault, *stays)
    vault.island.post(f"vaults/{vault.id}/records", body)
    place = f"vaults/{vault.id}"
    for path in ("head", "news?since=0", f"nodes/{node}/versions/1"):
        assert refused(lambda path=path: client_user.get(f"{place}/{path}")) == (404, "not_found")  # type: ignore[misc]
    assert client_user.browser.get(f"/api/{place}/nodes/{node}/versions/1/payload").status_code == 404
    assert client_user.get("vaults")["vaults"] == []
    assert refused(lambda: client_user.post(f"{place}/commit", late)) == (404, "not_found")
    back = [*stays, Holder(client_user.kid, "manage", client_user.person)]
    _, again = roster_by(client_user, view, *back)
    assert refused(lambda: client_user.post(f"{place}/records", again)) == (404, "not_found")
    assert Version.objects.count() == 1


def test_a_writer_who_became_a_reader_commits_nothing_that_he_has_ready(vault: OpenVault, client_user: Island) -> None:
    vault.rotate()
    view = open_vault(client_user, vault.id)
    made = view.send(b"noch schnell")
    view.check(made)
    late = view.commit_body(made)
    holders = [
        replace(one, rights="read") if one.subject == client_user.person else one
        for one in view.state.position.now.roster.holders
    ]
    _, body = roster_by(vault.island, vault, *holders)
    vault.island.post(f"vaults/{vault.id}/records", body)
    assert refused(lambda: client_user.post(f"vaults/{vault.id}/commit", late)) == (404, "not_found")
    assert not Version.objects.exists()


def test_nobody_begins_a_vault_under_the_id_of_anothers(vault: OpenVault) -> None:
    stranger = found("fremd")
    before = Vault.objects.get(pk=vault.id).row
    _, dossier = add_dossier(stranger)
    for target in (None, dossier):
        body = genesis(stranger, target, vault=vault.id)
        assert refused(lambda body=body: stranger.post("vaults", body))[0] in (404, 409)  # type: ignore[misc]
    assert bytes(Vault.objects.get(pk=vault.id).row) == bytes(before)
    assert stranger.get("vaults")["vaults"] == []


def test_a_vault_is_not_begun_with_the_people_of_another_firm(owner: Island, vault: OpenVault) -> None:
    stranger = found("fremd")
    body = genesis(stranger, None)
    other = genesis(owner, None, vault=body["id"])
    for name in ("roster", "epoch", "record"):
        mixed = body | {name: other[name]}
        assert refused(lambda mixed=mixed: stranger.post("vaults", mixed))[0] == 400  # type: ignore[misc]


def test_a_record_of_one_vault_is_not_taken_by_another(owner: Island, vault: OpenVault) -> None:
    other = begin_vault(owner)
    change, row = vault.folder()
    body = {"record": vault.record(change).to_wire(), "rows": [row]}
    assert refused(lambda: owner.post(f"vaults/{other.id}/records", body)) == (400, "document_refused")


@pytest.mark.parametrize("field", ["subject", "generation", "recipient"])
def test_a_countersignature_says_nothing_but_what_the_letter_said(
    owner: Island, vault: OpenVault, client_user: Island, field: str
) -> None:
    store = owner.store()
    known = store.by_kid(client_user.kid)
    assert known is not None
    changed = {"subject": owner.person, "generation": 2, "recipient": owner.seed.public_keys().recipient}[field]
    document: Certificate = replace(known.certificate, **{field: changed})  # type: ignore[arg-type]
    signed = countersign(owner.seed, owner.own(), document, known.accepted_at + 300)
    count = CertificateRow.objects.count()
    assert refused(lambda: owner.post("keys/certificates", {"doc": signed.to_wire()})) == (400, "document_refused")
    assert CertificateRow.objects.count() == count
