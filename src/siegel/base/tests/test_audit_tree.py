"""The tree beside the entries, the log key's process, verification, proofs, erasure."""

import hmac
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from siegel.base.actions import action
from siegel.base.audit import NotInTurnError, checkpoints, in_turn, proofs, record, tree, verification
from siegel.base.audit import notary as door
from siegel.base.audit.erasure import entries_about, erase_personal_parts
from siegel.base.models import AuditCheckpoint, AuditEntry, Tenant
from siegel.base.tests.logs import entry_at, grow, notary, note
from siegel.lib import tlog
from siegel.lib.merkle import leaf_hash, root_from_leaves


@pytest.fixture
def signed(firm: Tenant, tmp_path: Path) -> Iterator[Tenant]:
    with notary(tmp_path):
        yield firm


def leaves(tenant: Tenant) -> list[bytes]:
    entries = AuditEntry.objects.filter(tenant=tenant).order_by("index")
    return [bytes(leaf) for leaf in entries.values_list("leaf", flat=True)]


def test_the_stored_tree_is_that_of_the_stored_entries(firm: Tenant) -> None:
    for times in (1, 2, 7, 30):
        note(tenant=firm, times=times)
    size = tree.size_of(firm.pk)
    for part in (1, 2, 3, size // 2, size):
        root = tlog.tree_root(part, tree.reader(firm.pk))
        assert root == root_from_leaves([leaf_hash(leaf) for leaf in leaves(firm)[:part]])


def test_an_action_that_fails_leaves_no_entry_and_no_gap(firm: Tenant) -> None:
    @action
    def inner_fails(*, tenant: Tenant) -> None:
        note(tenant=tenant)
        raise ValueError

    @action
    def goes_on(*, tenant: Tenant) -> None:
        record("base.waved", tenant=tenant, about={"place": 1})
        with pytest.raises(ValueError):
            inner_fails(tenant=tenant)
        record("base.waved", tenant=tenant, about={"place": 2})

    size = tree.size_of(firm.pk)
    goes_on(tenant=firm)
    assert [json.loads(leaf)["about"] for leaf in leaves(firm)[size:]] == [{"place": 1}, {"place": 2}]


def test_an_entry_of_seventy_kilobytes_is_refused_and_nothing_is_written(firm: Tenant) -> None:
    size = tree.size_of(firm.pk)
    with pytest.raises(tlog.EntryError):
        note(tenant=firm, about={"text": "x" * 70_000})
    assert tree.size_of(firm.pk) == size


@pytest.mark.parametrize("change", [{"hashes": b"x" * 32}, {"personal": b"{}"}, {"weighty": True}])
def test_the_database_refuses_to_alter_what_stands_beside_a_leaf(firm: Tenant, change: dict[str, object]) -> None:
    index = note(tenant=firm)
    with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
        AuditEntry.objects.filter(tenant=firm, index=index).update(**change)


def test_the_database_refuses_to_delete_an_entry(firm: Tenant) -> None:
    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
        AuditEntry.objects.filter(tenant=firm).delete()


def test_an_entry_is_proven_by_one_file_under_a_signed_head(signed: Tenant) -> None:
    index = note(tenant=signed)
    note(tenant=signed, times=5)
    file = tlog.ProofFile.parse(proofs.proof_file(signed.pk, index).encode())
    log = tlog.VerifierKey.parse(json.loads(file.extra)["key"])
    checkpoint = file.verify(leaf_hash(leaves(signed)[index]), log).checkpoint
    assert checkpoint.size == tree.size_of(signed.pk)
    with pytest.raises(tlog.ProofError):
        file.verify(leaf_hash(leaves(signed)[index + 1]), log)


def test_a_log_without_its_key_goes_on_unsigned_and_says_so(firm: Tenant) -> None:
    note(tenant=firm)
    with pytest.raises(door.NotaryError, match=r"notary\.silent"):
        checkpoints.sign_head(firm.pk)
    found = verification.verify(firm.pk).finding
    assert found == verification.Finding("unsigned", None, is_tampered=False)


def test_what_is_signed_verifies_and_grows(signed: Tenant) -> None:
    for times in (1, 5, 300):
        grow(signed, times)
        assert verification.verify(signed.pk).finding is None
    assert checkpoints.unsigned() == []
    sizes = list(AuditCheckpoint.objects.order_by("size").values_list("size", flat=True))
    old, new = sizes[0], sizes[-1]
    notes = {one.size: checkpoints.note_of(one) for one in AuditCheckpoint.objects.all()}
    older, newer = (tlog.Checkpoint.parse(notes[size].text) for size in (old, new))
    tlog.verify_growth(older, newer, proofs.consistency(signed.pk, old, new))


def test_erased_names_are_gone_and_the_proof_still_holds(signed: Tenant) -> None:
    index = note(tenant=signed)
    grow(signed)
    assert erase_personal_parts(tenant=signed, indexes=[index, index], reason="2026-17") == 1
    assert (bytes(entry_at(signed, index).personal), bytes(entry_at(signed, index).salt)) == (b"", b"")
    assert verification.verify(signed.pk).finding is None
    file = proofs.proof_file(signed.pk, index)
    log = tlog.VerifierKey.parse(json.loads(file.extra)["key"])
    file.verify(leaf_hash(leaves(signed)[index]), log)
    assert json.loads(file.extra)["personal"] is None
    with pytest.raises(ValueError):
        erase_personal_parts(tenant=signed, indexes=[tree.size_of(signed.pk) + 5], reason="x")


def test_all_entries_about_a_person_are_found_for_erasure(firm: Tenant) -> None:
    index = note(tenant=firm, about={"person": "A" * 22})
    note(tenant=firm, about={"person": "B" * 22})
    assert list(entries_about(firm, "A" * 22)) == [index]


def test_commitments_of_many_entries_at_once_are_hmacs() -> None:
    texts = [bytes(range(size)) * 5 for size in range(60)]
    keys = [leaf_hash(text) for text in texts]
    assert verification.hmacs(keys, texts) == [
        hmac.digest(key, text, "sha256") for key, text in zip(keys, texts, strict=True)
    ]
    odd = [b"", keys[0][:31], keys[0] + b"\0", keys[0] * 3]
    assert not set(verification.hmacs(odd, texts[:4])) & {hmac.digest(keys[0], text, "sha256") for text in texts[:4]}


def test_an_index_is_known_to_actions_in_turn_only(firm: Tenant) -> None:
    @action
    def forgets(*, tenant: Tenant) -> int:
        return record("base.waved", tenant=tenant).index

    size = tree.size_of(firm.pk)
    with pytest.raises(NotInTurnError):
        forgets(tenant=firm)
    assert tree.size_of(firm.pk) == size


def test_the_turn_of_an_inner_action_that_fails_is_over(firm: Tenant) -> None:
    @action
    def inner_fails(*, tenant: Tenant) -> None:
        note(tenant=tenant)
        raise ValueError

    @action
    def goes_on(*, tenant: Tenant) -> None:
        first = record("base.waved", tenant=tenant, about={"place": 1})
        with pytest.raises(ValueError):
            inner_fails(tenant=tenant)
        with pytest.raises(NotInTurnError):
            _ = first.index
        in_turn(tenant)
        assert first.index == size

    size = tree.size_of(firm.pk)
    goes_on(tenant=firm)
    assert tree.size_of(firm.pk) == size + 1
