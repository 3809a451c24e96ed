"""A founder whose key was lost: an owner with the recovery seed gives him his own vault back, and nothing else."""

import json

import pytest
from pytest_django import DjangoAssertNumQueries

from siegel.accounts.mailbox import set_mailbox
from siegel.accounts.models import Person
from siegel.base.models import AuditEntry
from siegel.base.outmail.models import OutMail
from siegel.keys import recovery
from siegel.keys.models import Wrap
from siegel.keys.tests.island import Island, RefusedError, invite, redemption
from siegel.seals.canonical import b64, unb64
from siegel.seals.documents import Holder
from siegel.seals.epochs import open_epochs, seal_seed
from siegel.seals.records import RosterChange
from siegel.vault.notices.queries import address_of
from siegel.vault.tests.island import OpenVault, begin_vault, open_vault
from siegel.vault.tests.teams import status


@pytest.fixture
def partner(owner: Island, vault: OpenVault) -> Island:
    """A second owner, certified by the root."""
    return redemption(invite(owner, role="owner", username="partner"), owner).send()


def renewed(founder: Island, owner: Island) -> Island:
    """The same person with the key of his next letter."""
    revocation = owner.revocation(founder.kid, reason="lost")
    more = {"person": founder.person, "generation": 2, "revocation": revocation}
    held = invite(owner, role="clerk", username=founder.username, **more)
    return redemption(held, owner).send()


def lost(island: Island) -> list[str]:
    return [one["id"] for one in island.get("keys/recovery/lost")["vaults"]]


def readmit(by: Island, vault_id: str, owner: Island, founder: Island, *more: Holder) -> OpenVault:
    """As an owner's browser does with the sheet. `owner` has it."""
    assert owner.sheet is not None
    found = open_vault(by, vault_id)
    assert found.seeds == {}
    [listed] = [one for one in by.get("keys/recovery/lost")["vaults"] if one["id"] == vault_id]
    assert listed["founder"]["id"] == founder.person
    wraps = {wrap["epoch"]: unb64(wrap["age"]) for wrap in listed["wraps"]}
    seed = open_epochs(wraps, owner.sheet.recovery, found.state.epochs).seeds[found.epoch]
    now = found.state.position.now
    kept = [line for line in now.roster.holders if line.rights != "manage"]
    roster = found.roster([*kept, Holder(founder.kid, "manage", founder.person), *more])
    recipients = {founder.kid: founder, **{line.key: by for line in more}}
    found.append(
        found.record(RosterChange(roster.hash, now.roster.seq + 1)),
        roster=roster.to_wire(),
        wraps=[
            {"key": key, "age": b64(seal_seed(seed, whose.seed.public_keys().recipient or ""))}
            for key, whose in recipients.items()
        ],
    )
    return found


def test_a_founder_who_lost_his_key_opens_his_own_vault_again(
    owner: Island, vault: OpenVault, clerk: Island, partner: Island
) -> None:
    own = begin_vault(clerk)
    node = own.put(b"Entwurf")
    assert lost(partner) == []
    again = renewed(clerk, owner)
    assert status(again, f"vaults/{own.id}/news") == 404
    assert lost(partner) == [own.id]
    readmit(partner, own.id, owner, again)
    opened = open_vault(again, own.id)
    assert opened.open(node) == b"Entwurf"
    assert opened.due
    opened.rotate()
    assert opened.add_folder()
    assert set(Wrap.objects.filter(chain=own.id).values_list("kid", flat=True)) == {
        again.kid,
        owner.sheet.recovery.public_keys().kid if owner.sheet else "",
    }
    # and the owner is outside again
    assert lost(partner) == []
    assert [status(partner, f"vaults/{own.id}/{path}") for path in ("news", "head")] == [404, 404]


def test_the_log_and_the_vaults_activity_say_who_gave_it_back(
    owner: Island, vault: OpenVault, clerk: Island, partner: Island
) -> None:
    own = begin_vault(clerk)
    again = renewed(clerk, owner)
    readmit(partner, own.id, owner, again)
    leaf = json.loads(bytes(AuditEntry.objects.order_by("-index").values_list("leaf", flat=True)[0]))
    assert (leaf["kind"], leaf["attested_by"], leaf["by"]) == ("keys.founder_readmitted", "person", partner.person)
    assert leaf["about"]["vault"] == own.id
    newest = again.get(f"vaults/{own.id}/activity")["entries"][0]
    assert (newest["kind"], newest["by"]) == ("keys.founder_readmitted", partner.person)


def test_the_founder_is_told_by_mail_that_his_own_vault_is_back_and_nothing_more(
    owner: Island, vault: OpenVault, clerk: Island, partner: Island
) -> None:
    own = begin_vault(clerk)
    own.put(b"Entwurf")
    again = renewed(clerk, owner)
    founder = Person.objects.get(pk=clerk.person)
    # also to somebody who wants to hear of no contents
    set_mailbox(person=founder, by=founder, address="wulff@kanzlei.example", digest="off")
    readmit(partner, own.id, owner, again)
    [mail] = OutMail.objects.filter(kind="readmitted")
    assert (mail.person, mail.address, mail.vaults) == (clerk.person, "wulff@kanzlei.example", [own.id])
    names = {"firm": founder.tenant.name, "by": Person.objects.get(pk=partner.person).name, "name": founder.name}
    assert mail.subject == "Ihr eigener Tresor bei {firm} ist wieder da".format_map(names)
    assert mail.text.split("\n\n") == [
        "Guten Tag {name},".format_map(names),
        "{by} hat Ihren eigenen Tresor mit dem Notfallblatt von {firm} für Ihren neuen Zugang geöffnet:".format_map(
            names
        ),
        address_of(own.id),
        "Haben Sie gar keinen neuen Zugang erhalten? Dann rufen Sie bitte Ihre Kanzlei an.\n",
    ]
    # a further record of the founder's own is no readmission
    open_vault(again, own.id).rotate()
    assert OutMail.objects.filter(kind="readmitted").count() == 1


def test_an_owner_takes_nobody_else_in_with_the_founder(
    owner: Island, vault: OpenVault, clerk: Island, partner: Island
) -> None:
    own = begin_vault(clerk)
    again = renewed(clerk, owner)
    with pytest.raises(RefusedError) as refused:
        readmit(partner, own.id, owner, again, Holder(partner.kid, "read", partner.person))
    assert (refused.value.status, refused.value.code) == (400, "document_refused")
    assert "roster_holder" in refused.value.message
    assert status(again, f"vaults/{own.id}/news") == 404


def test_what_recovery_does_not_hold_or_its_founder_still_opens_is_shown_to_no_owner(
    owner: Island, vault: OpenVault, clerk: Island, partner: Island
) -> None:
    alone, held = begin_vault(clerk, without="recovery"), begin_vault(clerk)
    for one in (alone, held):
        assert status(partner, f"vaults/{one.id}/news") == 404
    again = renewed(clerk, owner)
    assert lost(partner) == [held.id]
    assert status(partner, f"vaults/{alone.id}/news") == 404
    # the chain is all that opens: no file, no activity
    assert status(partner, f"vaults/{held.id}/news") == 200
    assert partner.get(f"vaults/{held.id}/news")["wraps"] == []
    assert status(partner, f"vaults/{held.id}/activity") == 404
    assert held.id not in {one["id"] for one in partner.get("vaults")["vaults"]}
    for somebody in (again, clerk):
        assert status(somebody, "keys/recovery/lost") in (401, 404)


def test_a_founder_without_a_new_key_or_blocked_is_not_listed(
    owner: Island, vault: OpenVault, clerk: Island, partner: Island
) -> None:
    own = begin_vault(clerk)
    owner.revoke(clerk.kid, reason="lost")
    assert lost(partner) == []
    assert status(partner, f"vaults/{own.id}/news") == 404
    more = {"person": clerk.person, "generation": 2}
    again = redemption(invite(owner, role="clerk", username=clerk.username, **more), owner).send()
    assert lost(partner) == [own.id]
    owner.post(f"people/{again.person}/block", {})
    assert lost(partner) == []


def test_lost_vaults_come_page_by_page_in_as_many_queries(
    owner: Island,
    vault: OpenVault,
    clerk: Island,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    own = sorted(begin_vault(clerk).id for _ in range(3))
    renewed(clerk, owner)
    monkeypatch.setattr(recovery, "CHAINS_PER_PAGE", 2)
    with django_assert_max_num_queries(12):
        first = owner.get("keys/recovery/lost")
    second = owner.get(f"keys/recovery/lost?after={first['vaults'][-1]['id']}")
    assert [one["id"] for page in (first, second) for one in page["vaults"]] == own
    assert (first["more"], second["more"]) == (True, False)
