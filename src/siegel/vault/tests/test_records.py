import io
import secrets
import time
from dataclasses import replace

import pytest

from siegel.base import audit
from siegel.keys.models import Chain, Invitation, Wrap
from siegel.keys.tests.island import Island, RefusedError, invite, redemption
from siegel.lib.age import X25519Identity, seal_file
from siegel.seals.canonical import b64
from siegel.seals.certificates import CLOCK_LEEWAY_S
from siegel.seals.documents import Epoch, Holder
from siegel.seals.epochs import MAX_HANDED_DOWN, next_epoch, seal_seeds
from siegel.seals.ids import new_id
from siegel.seals.records import EpochChange, FolderChange, RosterChange
from siegel.vault.models import Node
from siegel.vault.tests.island import OpenVault, begin_vault, client_of, genesis, open_vault


@pytest.fixture
def reader(owner: Island, vault: OpenVault) -> Island:
    client = client_of(vault)
    letter = invite(owner, role="client", username="leserin", client=client, vaults=[vault.holding("read")])
    island = redemption(letter, owner).send()
    vault.refresh()
    return island


def test_of_two_records_with_one_predecessor_the_second_is_stale_and_may_be_signed_again(vault: OpenVault) -> None:
    first, row = vault.folder()
    second, other_row = vault.folder()
    stale = vault.record(second)
    vault.append(vault.record(first), rows=[row])
    with pytest.raises(RefusedError) as refused:
        vault.append(stale, rows=[other_row])
    assert (refused.value.status, refused.value.code) == (409, "stale")
    vault.refresh()
    vault.append(vault.record(second), rows=[other_row])
    assert vault.refresh().state.nodes.keys() == {first.node, second.node}


def test_the_same_record_again_is_answered_alike_and_counts_once(vault: OpenVault) -> None:
    change, row = vault.folder()
    record = vault.record(change)
    assert vault.append(record, rows=[row]) == vault.append(record, rows=[row])
    assert Node.objects.count() == 1
    assert Chain.objects.get().head_seq == 2


def test_a_folder_needs_the_row_it_was_signed_with(vault: OpenVault) -> None:
    change, row = vault.folder()
    for rows in ([], [row | {"row": b64(b"another row")}], [row, row | {"node": new_id()}], [row, row]):
        with pytest.raises(RefusedError) as refused:
            vault.append(vault.record(change), rows=rows)
        assert refused.value.code == "row_differs"
    assert not Node.objects.exists()


def test_folders_nest_and_a_folder_in_nothing_is_refused(vault: OpenVault) -> None:
    inner = vault.add_folder(vault.add_folder())
    assert inner in vault.state.nodes
    change, row = vault.folder(parent=new_id())
    with pytest.raises(RefusedError) as refused:
        vault.append(vault.record(change), rows=[row])
    assert "node_parent" in refused.value.message


def test_a_reader_adds_nothing(vault: OpenVault, reader: Island) -> None:
    vault.rotate()
    theirs = open_vault(reader, vault.id)
    change, row = theirs.folder()
    with pytest.raises(RefusedError) as refused:
        theirs.append(theirs.record(change), rows=[row])
    assert "record_rights" in refused.value.message
    with pytest.raises(RefusedError) as refused:
        theirs.send(b"Beleg") if reader.post(f"vaults/{vault.id}/check", {"uploads": [_item()]}) else None
    assert refused.value.status == 404


def _item() -> dict[str, str]:
    some = b64(secrets.token_bytes(32))
    return {"upload": new_id(), "payload_hash": some, "commitment": some, "scanner_header": b64(b"x")}


def test_a_record_signed_by_another_holder_is_not_taken_from_me(vault: OpenVault, client_user: Island) -> None:
    vault.rotate()
    change, row = vault.folder()
    record = vault.record(change)
    with pytest.raises(RefusedError) as refused:
        client_user.post(f"vaults/{vault.id}/records", {"record": record.to_wire(), "rows": [row]})
    assert "record_author" in refused.value.message


def test_redeeming_removes_the_invitations_wraps_and_makes_the_epoch_due(owner: Island, vault: OpenVault) -> None:
    client = client_of(vault)
    letter = invite(owner, role="client", username="harms", client=client, vaults=[vault.holding("write")])
    before = set(Wrap.objects.values_list("kid", flat=True))
    assert not vault.refresh().due
    island = redemption(letter, owner).send()
    assert vault.refresh().due
    after = set(Wrap.objects.values_list("kid", flat=True))
    assert island.kid in after
    assert len(before - after) == 1
    assert open_vault(island, vault.id).seeds.keys() == {1}


def test_nothing_new_is_sealed_while_an_epoch_is_due(vault: OpenVault, client_user: Island) -> None:
    change, row = vault.folder()
    with pytest.raises(RefusedError) as refused:
        vault.append(vault.record(change), rows=[row])
    assert (refused.value.status, refused.value.code) == (409, "stale")
    vault.rotate()
    vault.add_folder()


def test_a_new_epoch_is_wrapped_for_exactly_the_holders(vault: OpenVault, client_user: Island) -> None:
    new, documents = vault.rotation()
    record = vault.record(new.change)
    for wraps in (documents["wraps"][:-1], [*documents["wraps"], {"key": b64(bytes(32)), "age": b64(b"x")}]):
        with pytest.raises(RefusedError) as refused:
            vault.append(record, **documents | {"wraps": wraps})
        assert refused.value.code == "wraps_incomplete"
    vault.append(record, **documents)
    assert not vault.refresh().due


def test_an_epoch_says_to_which_keys_it_is_sealed_as_it_is(vault: OpenVault, client_user: Island) -> None:
    new, documents = vault.rotation()
    epoch = Epoch.parse(new.signed)
    assert epoch.sealed_to == tuple(wrap["key"] for wrap in documents["wraps"])
    misled = replace(epoch, sealed_to=epoch.sealed_to[1:]).sign(vault.island.seed)
    with pytest.raises(RefusedError) as refused:
        vault.append(vault.record(EpochChange(2, misled.hash)), **documents | {"epoch": misled.to_wire()})
    assert refused.value.code == "wraps_incomplete"


@pytest.mark.parametrize(
    ("late_s", "with_letter", "without_letter"),
    [(0, True, False), (1, True, True), (600, True, True), (601, False, True)],
)
def test_an_epoch_is_not_wrapped_for_a_letter_that_has_expired(
    owner: Island,
    vault: OpenVault,
    monkeypatch: pytest.MonkeyPatch,
    late_s: int,
    with_letter: bool,
    without_letter: bool,
) -> None:
    """By the log's time, with some minutes for clocks that differ; never without one that may still be redeemed."""
    letter = invite(owner, role="client", username="spaet", client=client_of(vault), vaults=[vault.holding("write")])
    vault.refresh()
    end = Invitation.objects.get(pk=letter.id).expires_at
    monkeypatch.setattr(audit.Logged, "at", end + late_s)

    def answer(now: int) -> str:
        new, documents = vault.rotation(now)
        try:
            vault.append(vault.record(new.change), **documents)
        except RefusedError as refused:
            return refused.code
        vault.refresh()
        return "taken"

    assert answer(end) == ("taken" if with_letter else "wraps_incomplete")
    assert answer(end + CLOCK_LEEWAY_S + 1) == ("taken" if without_letter else "wraps_incomplete")


def test_a_seed_sealed_by_classic_means_is_refused(vault: OpenVault, client_user: Island) -> None:
    new, documents = vault.rotation()
    classic = io.BytesIO()
    seal_file(io.BytesIO(bytes(32)), classic, [X25519Identity.generate().recipient()])
    for field, value in (
        ("wraps", [documents["wraps"][0] | {"age": b64(classic.getvalue())}, *documents["wraps"][1:]]),
        ("previous_seed", b64(classic.getvalue())),
    ):
        with pytest.raises(RefusedError) as refused:
            vault.append(vault.record(new.change), **documents | {field: value})
        assert "wrap_invalid" in refused.value.message


def test_an_epoch_hands_down_one_seed_or_several_but_not_any_number(vault: OpenVault, client_user: Island) -> None:
    new, documents = vault.rotation()
    epoch = Epoch.parse(new.signed)

    def begin(count: int) -> None:
        sealed = seal_seeds([vault.seeds[1]] * count, epoch.recipient)
        vault.append(vault.record(new.change), **documents | {"previous_seed": b64(sealed)})

    for count in (0, MAX_HANDED_DOWN + 1):
        with pytest.raises(RefusedError) as refused:
            begin(count)
        assert "wrap_invalid" in refused.value.message
    begin(MAX_HANDED_DOWN)
    assert vault.refresh().seeds.keys() == {1, 2}


def test_a_folder_under_the_epoch_before_is_stale(vault: OpenVault) -> None:
    old = vault.epoch
    vault.rotate()
    change, row = vault.folder()
    late = FolderChange(old, change.node, change.parent, change.row)
    with pytest.raises(RefusedError) as refused:
        vault.append(vault.record(late), rows=[row])
    assert refused.value.code == "stale"


def test_taking_a_holder_off_the_roster_shuts_him_out_and_makes_the_epoch_due(
    vault: OpenVault, client_user: Island
) -> None:
    vault.rotate()
    now = vault.state.position.now
    roster = vault.roster(holder for holder in now.roster.holders if holder.subject != client_user.person)
    vault.append(vault.record(RosterChange(roster.hash, now.roster.seq + 1)), roster=roster.to_wire())
    assert vault.refresh().due
    assert client_user.browser.get(f"/api/vaults/{vault.id}/head").status_code == 404
    assert not Wrap.objects.filter(kid=client_user.kid).exists()


def test_letters_redeemed_after_a_rotation_need_wraps_of_the_new_epoch(owner: Island, vault: OpenVault) -> None:
    client = client_of(vault)
    made = redemption(
        invite(owner, role="client", username="harms", client=client, vaults=[vault.holding("write")]), owner
    )
    vault.refresh()
    vault.rotate()
    with pytest.raises(RefusedError) as refused:
        made.send()
    assert (refused.value.status, refused.value.code) == (409, "stale")
    redemption(made.letter, owner).send()


def test_an_invitation_into_a_vault_that_its_certificate_does_not_name_is_refused(
    owner: Island, vault: OpenVault
) -> None:
    client = client_of(vault)
    letter = invite(owner, role="client", username="harms", client=client)
    kid = next(known.kid for known in owner.store() if known.certificate.subject == letter.person)
    invited = Holder(kid, "write", letter.person)
    now = vault.state.position.now
    roster = vault.roster((*now.roster.holders, invited))
    with pytest.raises(RefusedError) as refused:
        vault.append(vault.record(RosterChange(roster.hash, now.roster.seq + 1)), roster=roster.to_wire())
    assert "roster_holder" in refused.value.message


def test_any_writer_begins_an_epoch_at_any_time_and_hands_down_what_he_can(owner: Island, vault: OpenVault) -> None:
    assert not vault.due
    vault.rotate()
    # Epoch 2 did not open for him: he hands down epoch 1's seed. The server cannot tell.
    new = next_epoch(owner.seed, vault.state.position, [vault.seeds[1]], vault.store, int(time.time()))
    vault.append(
        vault.record(new.change),
        epoch=new.signed.to_wire(),
        previous_seed=b64(new.previous_seed or b""),
        wraps=[{"key": wrap.key, "age": b64(wrap.age)} for wrap in new.wraps],
    )
    assert vault.refresh().epoch == 3


@pytest.mark.parametrize("missing", ["owner", "recovery"])
def test_a_dossiers_vault_begins_with_owner_and_recovery(owner: Island, vault: OpenVault, missing: str) -> None:
    letter = invite(owner, role="clerk", username="wulff", vaults=[vault.holding("manage")])
    clerk = redemption(letter, owner).send()
    client = clerk.post("clients", {"number": "7", "name": "Mandant 7"})["id"]
    dossier = clerk.post(f"clients/{client}/dossiers", {"title": "Lohn"})["id"]
    with pytest.raises(RefusedError) as refused:
        clerk.post("vaults", genesis(clerk, dossier, without=missing))
    assert refused.value.code == "document_refused"
    assert clerk.post("vaults", genesis(clerk, dossier))["seq"] == 1


def test_nobody_is_invited_into_a_personal_vault(owner: Island) -> None:
    personal = begin_vault(owner)
    with pytest.raises(RefusedError) as refused:
        invite(owner, role="clerk", username="gast", vaults=[personal.holding("read")])
    assert refused.value.code == "document_refused"
