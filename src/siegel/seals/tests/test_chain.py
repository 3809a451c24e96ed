"""Each rule of a vault's chain, by an entry that breaks it and nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from siegel.seals.chain import Entry, Position, check, members
from siegel.seals.documents import Epoch, Holder, Manifest, Roster
from siegel.seals.epochs import NewEpoch, first_epoch, next_epoch
from siegel.seals.errors import IntegrityError
from siegel.seals.ids import new_id
from siegel.seals.records import AnyChange, EpochChange, FolderChange, Genesis, Record, RosterChange, VersionChange
from siegel.seals.replay import Head, VaultState, replay
from siegel.seals.tests.people import NOW, Firm, Holders, Person, Vault, begin, hash_of, signed_roster


@pytest.fixture
def firm() -> Firm:
    return Firm()


@pytest.fixture
def vault(firm: Firm) -> Vault:
    return begin(firm, firm.clerk, [(firm.clerk, "manage"), (firm.client, "write"), (firm.recovery, "hold")])


def refused(vault: Vault, entry: Entry, code: str) -> None:
    """The entry is refused for `code`, by the replay and by the server's single step, and changes nothing."""
    before = (vault.state.position, dict(vault.state.nodes))
    with pytest.raises(IntegrityError) as error:
        vault.state.apply(entry, vault.firm.store)
    assert error.value.code == code, error.value
    assert (vault.state.position, vault.state.nodes) == before


def resigned(entry: Entry, signer: Person, **fields: Any) -> Entry:
    """The entry with its record altered and properly signed again."""
    return replace(entry, record=replace(Record.parse(entry.record), **fields).sign(signer.seed))


def manifest_for(vault: Vault, author: Person, node: str | None = None, **fields: Any) -> Manifest:
    values: dict[str, Any] = {
        "author": author.kid, "checkpoint": None, "commitment": hash_of("c"), "copied_from": None,
        "epoch": vault.state.position.now.epoch.epoch, "firm": vault.firm.id, "generation": 1,
        "node": node or new_id(), "parent": vault.id, "payload_hash": hash_of("p"), "payload_size": 32,
        "previous": None, "row": hash_of("r"), "vault": vault.id, "version": 1,
    }  # fmt: skip
    return Manifest(**values | fields)


def version_entry(
    vault: Vault, author: Person, manifest: Manifest, signer: Person | None = None, **change: Any
) -> Entry:
    signed = manifest.sign((signer or author).seed)
    values: dict[str, Any] = {
        "manifest": signed.hash,
        "node": manifest.node,
        "parent": manifest.parent,
        "version": manifest.version,
    }
    return vault.entry(author, VersionChange(**values | change), manifests=(signed,))


def put(vault: Vault, author: Person, **fields: Any) -> Manifest:
    manifest = manifest_for(vault, author, **fields)
    vault.apply(version_entry(vault, author, manifest))
    return manifest


def rotate(vault: Vault, author: Person) -> tuple[NewEpoch, Entry]:
    epoch = next_epoch(author.seed, vault.state.position, vault.seed, vault.firm.store)
    entry = vault.entry(author, epoch.change, epoch=epoch.signed, previous_seed=epoch.previous_seed)
    return epoch, entry


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
    refused(vault, vault.entry(firm.owner, vault.folder()), "record_rights")


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
    assert members(Roster.parse(roster), firm.store)[client.kid].rights == "write"
    assert invitation.kid not in members(Roster.parse(roster), firm.store)


# The beginning


def genesis_entry(
    firm: Firm, author: Person, holders: Holders, *, extra: tuple[AnyChange, ...] = (), vault_kind: str = "personal"
) -> tuple[Position, Entry]:
    vault = new_id()
    roster = signed_roster(author, firm.id, vault, holders)
    epoch = first_epoch(author.seed, Roster.parse(roster), roster.hash, firm.store)
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
    begins(firm, firm.owner, [(firm.owner, "manage")], vault_kind="dossier")


@pytest.mark.parametrize("rights", ["read", "write"])
def test_who_begins_a_vault_manages_it(firm: Firm, rights: str) -> None:
    begins(firm, firm.clerk, [(firm.clerk, rights)], "record_rights")
    begins(firm, firm.clerk, [(firm.client, "manage")], "record_rights")


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


# Rosters


def roster_entry(
    vault: Vault, author: Person, *, extra: tuple[Holder, ...] = (), seq: int | None = None, **fields: Any
) -> Entry:
    roster = Roster.parse(vault.roster(author, (author, "manage")))
    holders = tuple(sorted((*roster.holders, *extra), key=lambda h: h.key))
    signed = replace(roster, holders=holders, **fields).sign(author.seed)
    return vault.entry(author, RosterChange(signed.hash, seq or Roster.parse(signed).seq), roster=signed)


def test_a_roster_follows_the_current_one(firm: Firm, vault: Vault) -> None:
    refused(vault, roster_entry(vault, firm.clerk, seq=3), "roster_previous")
    refused(vault, roster_entry(vault, firm.clerk, previous=hash_of("x")), "roster_previous")
    skipped = Roster.parse(vault.roster(firm.clerk, (firm.clerk, "manage")))
    signed = replace(skipped, seq=3).sign(firm.clerk.seed)
    refused(vault, vault.entry(firm.clerk, RosterChange(signed.hash, 3), roster=signed), "roster_previous")


def test_every_holder_is_certified_for_his_name(firm: Firm, vault: Vault) -> None:
    stranger = Firm().client
    for holder in (
        Holder(stranger.kid, "write", stranger.id),
        Holder(firm.client.kid, "write", firm.owner.id),
        Holder(firm.scanner.kid, "read", firm.scanner.id),
        Holder(firm.root.kid, "read", firm.id),
        Holder(firm.recovery.kid, "manage", firm.id),
        Holder(firm.client.kid, "hold", firm.client.id),
    ):
        refused(vault, roster_entry(vault, firm.clerk, extra=(holder,)), "roster_holder")


def test_an_invitation_holds_only_the_vaults_it_names(firm: Firm, vault: Vault) -> None:
    foreign = firm.invite(firm.clerk, new_id())
    refused(vault, roster_entry(vault, firm.clerk, extra=(Holder(foreign.kid, "write", foreign.id),)), "roster_holder")
    named = firm.invite(firm.clerk, vault.id)
    vault.apply(roster_entry(vault, firm.clerk, extra=(Holder(named.kid, "write", named.id),)))


def test_a_person_and_his_redeemed_invitation_are_one_holder(firm: Firm, vault: Vault) -> None:
    invitation = firm.invite(firm.clerk, vault.id)
    client = firm.redeem(invitation)
    both = (Holder(invitation.kid, "write", invitation.id), Holder(client.kid, "read", client.id))
    refused(vault, roster_entry(vault, firm.clerk, extra=both), "roster_holder")


def test_roster_and_epoch_changes_stand_alone(firm: Firm, vault: Vault) -> None:
    alone = roster_entry(vault, firm.clerk)
    changes = (*Record.parse(alone.record).changes, vault.folder())
    refused(vault, resigned(alone, firm.clerk, changes=changes), "record_shape")
    _, entry = rotate(vault, firm.clerk)
    changes = (vault.folder(), *Record.parse(entry.record).changes)
    refused(vault, resigned(entry, firm.clerk, changes=changes), "record_shape")


# Epochs


def epoch_entry(vault: Vault, author: Person, *, number: int | None = None, **fields: Any) -> Entry:
    epoch, entry = rotate(vault, author)
    signed = replace(Epoch.parse(epoch.signed), **fields).sign(author.seed)
    change = EpochChange(number or Epoch.parse(signed).epoch, signed.hash)
    return replace(resigned(entry, author, changes=(change,)), epoch=signed)


def test_an_epoch_follows_the_current_one(firm: Firm, vault: Vault) -> None:
    refused(vault, epoch_entry(vault, firm.clerk, number=3), "epoch_previous")
    refused(vault, epoch_entry(vault, firm.clerk, epoch=3), "epoch_previous")
    refused(vault, epoch_entry(vault, firm.clerk, previous=hash_of("x")), "epoch_previous")
    refused(vault, epoch_entry(vault, firm.clerk, epoch=1, previous=None), "epoch_previous")


def test_an_epoch_is_made_for_the_current_roster(firm: Firm, vault: Vault) -> None:
    old = vault.state.position.now.roster_hash
    vault.apply(roster_entry(vault, firm.clerk))
    refused(vault, epoch_entry(vault, firm.clerk, roster=old), "epoch_roster")


def test_an_epoch_without_the_seed_before_is_refused(firm: Firm, vault: Vault) -> None:
    _, entry = rotate(vault, firm.clerk)
    refused(vault, replace(entry, previous_seed=None), "record_documents")


def test_nothing_is_sealed_under_an_epoch_that_has_passed_or_not_begun(firm: Firm, vault: Vault) -> None:
    old = manifest_for(vault, firm.clerk)
    folder = vault.folder()
    early = manifest_for(vault, firm.clerk, epoch=2)
    refused(vault, version_entry(vault, firm.clerk, early), "epoch_not_current")
    vault.apply(rotate(vault, firm.clerk)[1])
    refused(vault, version_entry(vault, firm.clerk, old), "epoch_not_current")
    refused(vault, vault.entry(firm.clerk, folder), "epoch_not_current")


# Folders and versions


def test_a_node_id_is_new(firm: Firm, vault: Vault) -> None:
    folder = vault.folder()
    vault.apply(vault.entry(firm.clerk, folder))
    manifest = put(vault, firm.clerk)
    refused(vault, vault.entry(firm.clerk, vault.folder(node=folder.node)), "node_exists")
    refused(vault, vault.entry(firm.clerk, vault.folder(node=manifest.node)), "node_exists")
    refused(vault, vault.entry(firm.clerk, vault.folder(node=vault.id)), "node_exists")
    refused(vault, version_entry(vault, firm.clerk, manifest_for(vault, firm.clerk, node=folder.node)), "node_exists")
    twice = vault.folder()
    refused(vault, vault.entry(firm.clerk, twice, twice), "node_exists")


def test_a_parent_is_a_folder_that_exists(firm: Firm, vault: Vault) -> None:
    manifest = put(vault, firm.clerk)
    for parent in (new_id(), manifest.node):
        refused(vault, vault.entry(firm.clerk, vault.folder(parent)), "node_parent")
        refused(vault, version_entry(vault, firm.clerk, manifest_for(vault, firm.clerk, parent=parent)), "node_parent")
    inner = vault.folder()
    refused(vault, vault.entry(firm.clerk, vault.folder(inner.node), inner), "node_parent")


def test_a_version_follows_the_latest_one_in_its_place(firm: Firm, vault: Vault) -> None:
    folder = vault.folder()
    vault.apply(vault.entry(firm.clerk, folder))
    first = put(vault, firm.clerk)
    previous = vault.state.nodes[first.node].manifest
    lies: tuple[dict[str, Any], ...] = (
        {"version": 3, "previous": previous},
        {"version": 2, "previous": previous, "parent": folder.node},
        {"version": 2, "previous": previous, "node": folder.node},
        {"version": 2, "previous": previous, "node": new_id()},
    )
    for fields in lies:
        manifest = manifest_for(vault, firm.clerk, **{"node": first.node} | fields)
        refused(vault, version_entry(vault, firm.clerk, manifest), "node_version")


def test_two_versions_of_a_file_do_not_share_a_record(firm: Firm, vault: Vault) -> None:
    first = manifest_for(vault, firm.clerk)
    one = first.sign(firm.clerk.seed)
    two = replace(first, version=2, previous=one.hash).sign(firm.clerk.seed)
    changes = [VersionChange(signed.hash, first.node, vault.id, n) for n, signed in ((1, one), (2, two))]
    refused(vault, vault.entry(firm.clerk, *changes, manifests=(one, two)), "node_version")


def test_a_manifest_agrees_with_its_change(firm: Firm, vault: Vault) -> None:
    manifest = manifest_for(vault, firm.clerk)
    refused(vault, version_entry(vault, firm.clerk, manifest, node=new_id()), "manifest_mismatch")
    folder = vault.folder()
    vault.apply(vault.entry(firm.clerk, folder))
    refused(vault, version_entry(vault, firm.clerk, manifest, parent=folder.node), "manifest_mismatch")


def test_a_manifest_names_its_predecessor_and_its_authors_generation(firm: Firm, vault: Vault) -> None:
    first = put(vault, firm.clerk)
    wrong = manifest_for(vault, firm.clerk, node=first.node, version=2, previous=hash_of("x"))
    refused(vault, version_entry(vault, firm.clerk, wrong), "manifest_mismatch")
    refused(vault, version_entry(vault, firm.clerk, manifest_for(vault, firm.clerk, generation=2)), "manifest_mismatch")


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
