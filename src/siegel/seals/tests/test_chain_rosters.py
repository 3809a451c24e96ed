"""Rosters and epochs of a vault: each rule of the chain by an entry that breaks it."""

from dataclasses import replace
from typing import Any

from siegel.seals.chain import Entry
from siegel.seals.documents import Epoch, Holder, Roster
from siegel.seals.ids import new_id
from siegel.seals.records import EpochChange, Record, RosterChange
from siegel.seals.tests.chains import manifest_for, refused, resigned, rotate, version_entry
from siegel.seals.tests.people import Firm, Holders, Line, Person, Vault, begin, hash_of, signed_roster
from siegel.seals.tests.test_chain import begins

# Rosters


def roster_entry(
    vault: Vault, author: Person, *, extra: tuple[Holder, ...] = (), seq: int | None = None, **fields: Any
) -> Entry:
    roster = Roster.parse(vault.roster(author, (author, "manage")))
    taken = {holder.key for holder in extra}
    roster = replace(roster, holders=tuple(holder for holder in roster.holders if holder.key not in taken))
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


def changed(vault: Vault, author: Person, *holders: Line) -> Entry:
    """A roster of exactly these holders."""
    now = vault.state.position.now
    signed = signed_roster(author, vault.firm.id, vault.id, holders, now.roster.seq + 1, now.roster_hash)
    return vault.entry(author, RosterChange(signed.hash, now.roster.seq + 1), roster=signed)


def test_only_an_owner_takes_an_owner_or_recovery_off(firm: Firm, vault: Vault) -> None:
    clerk, partner, recovery = (firm.clerk, "manage"), (firm.partner, "manage"), (firm.recovery, "hold")
    refused(vault, changed(vault, firm.clerk, clerk, recovery), "roster_holder")
    refused(vault, changed(vault, firm.clerk, clerk, (firm.partner, "write"), recovery), "roster_holder")
    refused(vault, changed(vault, firm.clerk, clerk, partner), "roster_holder")
    vault.apply(changed(vault, firm.clerk, clerk, partner, recovery, (firm.owner, "read")))
    refused(vault, changed(vault, firm.clerk, clerk, partner, recovery), "roster_holder")
    vault.apply(changed(vault, firm.partner, clerk, partner))
    vault.apply(changed(vault, firm.partner, clerk))
    vault.apply(changed(vault, firm.clerk, clerk, (firm.client, "write")))


def test_a_dossier_begins_with_an_owner_who_manages_and_with_recovery(firm: Firm) -> None:
    kept: Holders = [(firm.clerk, "manage"), (firm.partner, "manage"), (firm.recovery, "hold")]
    begins(firm, firm.clerk, kept, vault_kind="dossier")
    for broken in (kept[:2], [kept[0], kept[2]], [kept[0], (firm.partner, "write"), kept[2]]):
        begins(firm, firm.clerk, broken, "roster_holder", vault_kind="dossier")


def test_a_personal_vault_is_managed_by_its_founder_alone_and_shared_with_people(firm: Firm) -> None:
    own: Holders = [(firm.client, "manage"), (firm.recovery, "hold")]
    begins(firm, firm.client, own)
    begins(firm, firm.client, [*own, (firm.clerk, "read")])
    begins(firm, firm.client, [*own, (firm.owner, "manage")], "roster_holder")
    begins(firm, firm.client, [(firm.owner, "manage"), (firm.client, "write")], "roster_holder")
    vault = begin(firm, firm.client, own, vault_kind="personal")
    refused(vault, changed(vault, firm.client, *own, (firm.invite(firm.clerk, vault.id), "read")), "roster_holder")
    refused(vault, changed(vault, firm.owner, (firm.owner, "manage")), "record_rights")
    vault.apply(changed(vault, firm.client, *own, (firm.owner, "read"), (firm.clerk, "write")))
    refused(vault, changed(vault, firm.clerk, *own, (firm.clerk, "write")), "record_rights")
    refused(vault, changed(vault, firm.client, (firm.client, "write"), (firm.clerk, "manage")), "roster_holder")
    vault.apply(changed(vault, firm.client, own[0]))
    vault.apply(changed(vault, firm.client, *own))


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
