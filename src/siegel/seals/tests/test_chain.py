"""Each rule of a vault's chain, by an entry that breaks it and nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from siegel.seals.chain import Entry, Position, check
from siegel.seals.documents import Roster
from siegel.seals.epochs import first_epoch
from siegel.seals.errors import IntegrityError
from siegel.seals.holders import members
from siegel.seals.ids import new_id
from siegel.seals.records import AnyChange, FolderChange, Genesis, Record, RosterChange
from siegel.seals.replay import Head, VaultState, replay
from siegel.seals.tests.chains import manifest_for, put, refused, resigned, rotate, version_entry
from siegel.seals.tests.people import NOW, TODAY, Firm, Holders, Person, Vault, begin, hash_of, signed_roster


def test_a_vault_lives(firm: Firm, vault: Vault) -> None:
    folder = vault.folder()
    vault.apply(vault.entry(firm.client, folder, vault.folder(folder.node)))
    first = put(vault, firm.client, parent=folder.node)
    put(vault, firm.clerk, node=first.node, parent=folder.node, version=2, previous=first.sign(firm.client.seed).hash)
    epoch, entry = rotate(vault, firm.client)
    vault.apply(entry)
    vault.seed = epoch.seed
    put(vault, firm.clerk)
    roster = vault.roster(firm.clerk, (firm.clerk, "manage"))
    vault.apply(vault.entry(firm.clerk, RosterChange(roster.hash, 2), roster=roster))
    state = replay(firm.id, vault.id, vault.entries, firm.store)
    assert state.head == vault.state.head == Head(7, vault.entries[-1].record.hash)
    assert state.nodes[first.node].version == 2
    assert state.nodes[folder.node].kind == "folder"
    assert set(state.epochs) == {1, 2}
    assert state.genesis is not None
    assert state.genesis.vault_kind == "dossier"


def test_a_server_checks_one_record_with_look_ups_only(firm: Firm, vault: Vault) -> None:
    entry = vault.entry(firm.client, vault.folder())
    asked: list[str] = []
    step = check(vault.state.position, entry, firm.store, asked.append)
    assert step.position.seq == 2
    assert step.author == firm.client.known
    assert asked == list(step.nodes)


# The link


def test_a_record_of_another_vault_or_firm_is_refused(firm: Firm, vault: Vault) -> None:
    entry = vault.entry(firm.clerk, vault.folder())
    refused(vault, resigned(entry, firm.clerk, vault=new_id()), "record_vault")
    refused(vault, resigned(entry, firm.clerk, firm=new_id()), "record_vault")


def test_a_record_with_another_seq_is_refused(firm: Firm, vault: Vault) -> None:
    entry = vault.entry(firm.clerk, vault.folder())
    refused(vault, resigned(entry, firm.clerk, seq=3), "record_seq")
    vault.apply(entry)
    refused(vault, entry, "record_seq")


def test_a_record_with_another_predecessor_is_refused(firm: Firm, vault: Vault) -> None:
    entry = vault.entry(firm.clerk, vault.folder())
    refused(vault, resigned(entry, firm.clerk, previous=hash_of("other")), "record_previous")


def test_the_first_record_follows_from_firm_and_vault(firm: Firm, vault: Vault) -> None:
    start = VaultState.begin(firm.id, vault.id)
    entry = resigned(vault.entries[0], firm.clerk, previous=hash_of("other"))
    with pytest.raises(IntegrityError) as error:
        start.apply(entry, firm.store)
    assert error.value.code == "record_previous"


# The author


def test_an_author_nobody_certified_is_refused(firm: Firm, vault: Vault) -> None:
    refused(vault, vault.entry(Firm().clerk, vault.folder()), "record_author")


@pytest.mark.parametrize("who", ["recovery", "scanner", "root"])
def test_an_author_who_is_no_person_is_refused(firm: Firm, vault: Vault, who: str) -> None:
    refused(
        vault,
        resigned(vault.entry(firm.clerk, vault.folder()), getattr(firm, who), author=getattr(firm, who).kid),
        "record_author",
    )


def test_an_invitation_key_writes_nothing(firm: Firm, vault: Vault) -> None:
    invitation = firm.invite(firm.clerk, vault.id)
    roster = vault.roster(firm.clerk, (firm.clerk, "manage"), (invitation, "write"))
    vault.apply(vault.entry(firm.clerk, RosterChange(roster.hash, 2), roster=roster))
    refused(vault, vault.entry(invitation, vault.folder()), "record_author")


def test_an_author_certified_only_later_is_refused(firm: Firm, vault: Vault) -> None:
    entry = vault.entry(firm.client, vault.folder())
    refused(vault, replace(entry, log_index=firm.client.known.log_index - 1), "record_author")


def test_a_signature_by_somebody_else_is_refused(firm: Firm, vault: Vault) -> None:
    entry = vault.entry(firm.clerk, vault.folder())
    refused(vault, resigned(entry, firm.client), "signature_invalid")


# Rights


def test_a_person_outside_the_roster_writes_nothing(firm: Firm, vault: Vault) -> None:
    outsider = firm.certify(firm.owner, "clerk")
    refused(vault, vault.entry(outsider, vault.folder()), "record_rights")


def test_an_owner_manages_a_dossier_without_a_line_until_his_key_is_taken_back(firm: Firm, vault: Vault) -> None:
    assert firm.owner.kid not in {line.key for line in vault.state.position.now.roster.holders}
    vault.holders(firm.owner, (firm.owner, "manage"), (firm.clerk, "manage"))
    vault.apply(vault.entry(firm.owner, vault.folder()))
    vault.holders(firm.owner, (firm.clerk, "manage"))
    firm.revoke(firm.partner, firm.owner)
    refused(vault, vault.entry(firm.owner, vault.folder()), "record_author_revoked")


def test_an_owner_has_nothing_in_a_personal_vault_of_somebody_else(firm: Firm) -> None:
    vault = begin(firm, firm.clerk, [(firm.clerk, "manage"), (firm.recovery, "hold")], vault_kind="personal")
    refused(vault, rotate(vault, firm.owner)[1], "record_rights")
    refused(vault, vault.entry(firm.owner, vault.folder()), "record_rights")


def test_an_owner_who_begins_a_dossier_stands_in_it(firm: Firm) -> None:
    with pytest.raises(IntegrityError, check=lambda error: error.code == "record_rights"):
        begin(firm, firm.owner, [(firm.clerk, "manage")])


def test_a_reader_writes_nothing(firm: Firm) -> None:
    vault = begin(firm, firm.clerk, [(firm.clerk, "manage"), (firm.client, "read")])
    refused(vault, vault.entry(firm.client, vault.folder()), "record_rights")
    refused(vault, version_entry(vault, firm.client, manifest_for(vault, firm.client)), "record_rights")
    refused(vault, rotate(vault, firm.client)[1], "record_rights")


def test_a_writer_does_not_change_the_roster(firm: Firm, vault: Vault) -> None:
    roster = vault.roster(firm.client, (firm.client, "manage"))
    refused(vault, vault.entry(firm.client, RosterChange(roster.hash, 2), roster=roster), "record_rights")


def test_a_removed_member_writes_nothing_and_does_not_come_back_by_himself(firm: Firm, vault: Vault) -> None:
    roster = vault.roster(firm.clerk, (firm.clerk, "manage"))
    vault.apply(vault.entry(firm.clerk, RosterChange(roster.hash, 2), roster=roster))
    refused(vault, vault.entry(firm.client, vault.folder()), "record_rights")
    again = vault.roster(firm.client, (firm.clerk, "manage"), (firm.client, "manage"))
    refused(vault, vault.entry(firm.client, RosterChange(again.hash, 3), roster=again), "record_rights")


def test_a_redeemed_invitation_gives_its_rights_to_the_persons_key(firm: Firm, vault: Vault) -> None:
    invitation = firm.invite(firm.clerk, vault.id)
    roster = vault.roster(firm.clerk, (firm.clerk, "manage"), (invitation, "write"))
    vault.apply(vault.entry(firm.clerk, RosterChange(roster.hash, 2), roster=roster))
    client = firm.redeem(invitation)
    vault.apply(vault.entry(client, vault.folder()))
    assert members(Roster.parse(roster), firm.store, TODAY)[client.kid].rights == "write"
    assert invitation.kid not in members(Roster.parse(roster), firm.store, TODAY)


# The beginning


def genesis_entry(
    firm: Firm, author: Person, holders: Holders, *, extra: tuple[AnyChange, ...] = (), vault_kind: str = "personal"
) -> tuple[Position, Entry]:
    vault = new_id()
    roster = signed_roster(author, firm.id, vault, holders)
    epoch = first_epoch(author.seed, Roster.parse(roster), roster.hash, firm.store, NOW)
    genesis = Genesis(None if vault_kind == "personal" else new_id(), hash_of("row"), vault_kind)
    changes = (genesis, RosterChange(roster.hash, 1), epoch.change, *extra)
    position = Position.begin(firm.id, vault)
    record = Record(author.kid, changes, firm.id, position.head, 1, vault).sign(author.seed)
    return position, Entry(record, NOW, firm.next_index(), roster, epoch.signed)


def begins(firm: Firm, author: Person, holders: Holders, code: str | None = None, **more: Any) -> None:
    position, entry = genesis_entry(firm, author, holders, **more)
    if code is None:
        check(position, entry, firm.store, lambda _: None)
        return
    with pytest.raises(IntegrityError) as error:
        check(position, entry, firm.store, lambda _: None)
    assert error.value.code == code, error.value
    return


def test_a_client_begins_a_personal_vault_only(firm: Firm) -> None:
    begins(firm, firm.client, [(firm.client, "manage")])
    begins(firm, firm.client, [(firm.client, "manage")], "record_rights", vault_kind="dossier")
    begins(firm, firm.owner, [(firm.owner, "manage"), (firm.recovery, "hold")], vault_kind="dossier")


@pytest.mark.parametrize("rights", ["read", "write"])
def test_who_begins_a_vault_manages_it(firm: Firm, rights: str) -> None:
    begins(firm, firm.clerk, [(firm.clerk, rights)], "roster_holder")
    begins(firm, firm.clerk, [(firm.recovery, "hold")], "roster_holder")


def test_the_first_record_has_exactly_three_changes(firm: Firm) -> None:
    folder = FolderChange(1, new_id(), new_id(), hash_of("r"))
    begins(firm, firm.clerk, [(firm.clerk, "manage")], "record_shape", extra=(folder,))
    position = Position.begin(firm.id, new_id())
    record = Record(firm.clerk.kid, (folder,), firm.id, position.head, 1, position.vault).sign(firm.clerk.seed)
    with pytest.raises(IntegrityError) as error:
        check(position, Entry(record, NOW, firm.next_index()), firm.store, lambda _: None)
    assert error.value.code == "record_shape"


def test_a_vault_begins_once(firm: Firm, vault: Vault) -> None:
    entry = vault.entries[0]
    again = resigned(entry, firm.clerk, seq=2, previous=vault.state.head.hash)
    refused(vault, again, "record_shape")
    mixed = vault.entry(firm.clerk, vault.folder(), Genesis(None, hash_of("row"), "personal"))
    refused(vault, mixed, "record_shape")


# The documents a record names


def test_a_record_carries_what_it_names_and_nothing_more(firm: Firm, vault: Vault) -> None:
    roster = vault.roster(firm.clerk, (firm.clerk, "manage"))
    folder = vault.entry(firm.clerk, vault.folder())
    refused(vault, replace(folder, roster=roster), "record_documents")
    refused(vault, replace(folder, manifests=(roster,)), "record_documents")
    refused(vault, replace(folder, previous_seed=b"x"), "record_documents")
    refused(vault, replace(folder, epoch=vault.entries[0].epoch), "record_documents")
    change = vault.entry(firm.clerk, RosterChange(roster.hash, 2), roster=roster)
    refused(vault, replace(change, roster=None), "record_documents")
    refused(vault, replace(change, previous_seed=b"x"), "record_documents")
    position = Position.begin(firm.id, vault.id)
    with pytest.raises(IntegrityError) as error:
        check(position, replace(vault.entries[0], previous_seed=b"x"), firm.store, lambda _: None)
    assert error.value.code == "record_documents"
    entry = version_entry(vault, firm.clerk, manifest_for(vault, firm.clerk))
    refused(vault, replace(entry, manifests=()), "record_documents")
    refused(vault, replace(entry, manifests=entry.manifests * 2), "record_documents")


def test_another_document_than_the_named_one_is_refused(firm: Firm, vault: Vault) -> None:
    roster = vault.roster(firm.clerk, (firm.clerk, "manage"))
    other = vault.roster(firm.clerk, (firm.clerk, "manage"), (firm.client, "manage"))
    refused(vault, vault.entry(firm.clerk, RosterChange(roster.hash, 2), roster=other), "record_documents")
    entry = version_entry(vault, firm.clerk, manifest_for(vault, firm.clerk))
    swapped = manifest_for(vault, firm.clerk).sign(firm.clerk.seed)
    refused(vault, replace(entry, manifests=(swapped,)), "record_documents")


def test_a_document_of_another_vault_firm_or_author_is_refused(firm: Firm, vault: Vault) -> None:
    lies: list[dict[str, Any]] = [{"vault": new_id()}, {"firm": new_id()}, {"author": firm.owner.kid}]
    for fields in lies:
        manifest = replace(manifest_for(vault, firm.clerk), **fields)
        refused(vault, version_entry(vault, firm.clerk, manifest), "record_documents")


def test_a_document_that_its_author_did_not_sign_is_refused(firm: Firm, vault: Vault) -> None:
    entry = version_entry(vault, firm.clerk, manifest_for(vault, firm.clerk), signer=firm.client)
    refused(vault, entry, "signature_invalid")
    roster = replace(vault.roster(firm.clerk, (firm.clerk, "manage")), sig=b"")
    refused(vault, vault.entry(firm.clerk, RosterChange(roster.hash, 2), roster=roster), "signature_invalid")
    epoch, entry = rotate(vault, firm.clerk)
    refused(vault, replace(entry, epoch=replace(epoch.signed, sig=b"")), "signature_invalid")


# What a client remembers


def test_a_chain_that_ends_before_what_was_seen_is_refused(firm: Firm, vault: Vault) -> None:
    vault.apply(vault.entry(firm.clerk, vault.folder()))
    state = replay(firm.id, vault.id, vault.entries[:1], firm.store, seen=vault.state.head)
    with pytest.raises(IntegrityError) as error:
        state.require_head(state.head)
    assert error.value.code == "vault_rolled_back"


def test_a_chain_that_forks_from_what_was_seen_is_refused(firm: Firm, vault: Vault) -> None:
    fork = vault.entry(firm.clerk, vault.folder())
    vault.apply(vault.entry(firm.clerk, vault.folder()))
    with pytest.raises(IntegrityError) as error:
        replay(firm.id, vault.id, [vault.entries[0], fork], firm.store, seen=vault.state.head)
    assert error.value.code == "vault_forked"


def test_a_head_that_is_not_the_chains_is_refused(firm: Firm, vault: Vault) -> None:
    with pytest.raises(IntegrityError) as error:
        vault.state.require_head(Head(1, hash_of("other")))
    assert error.value.code == "vault_forked"
    vault.state.require_head(vault.state.head)


def test_an_entry_reads_back_from_its_wire_form(firm: Firm, vault: Vault) -> None:
    def wire(entry: Entry) -> Any:
        value: dict[str, Any] = {
            "record": entry.record.to_wire(),
            "accepted_at": entry.accepted_at,
            "log_index": entry.log_index,
        }
        value["manifests"] = [m.to_wire() for m in entry.manifests]
        return value | {
            "roster": entry.roster and entry.roster.to_wire(),
            "epoch": entry.epoch and entry.epoch.to_wire(),
        }

    put(vault, firm.clerk)
    assert [Entry.from_wire(wire(entry)) for entry in vault.entries] == vault.entries
