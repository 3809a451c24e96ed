"""Trusted people at the server's doors: what they get before, during and after the wait. Followups do not run here."""

import pytest

from siegel.base.models import AuditEntry
from siegel.keys.models import AccessEvent, Wrap
from siegel.keys.tests.island import Island, RefusedError, invite, redemption
from siegel.seals.canonical import b64
from siegel.seals.documents import Holder
from siegel.seals.events import DAY_S, Place, object_to, request_access
from siegel.vault.tests.island import OpenVault, begin_vault, client_of, open_vault
from siegel.vault.tests.teams import add_holder, remove_holder, set_holders, status


@pytest.fixture
def spouse(owner: Island, vault: OpenVault, client_user: Island) -> Island:
    """Signs in for the same client; holds nothing."""
    return redemption(invite(owner, role="client", username="gattin", client=client_of(vault)), owner).send()


@pytest.fixture
def own(client_user: Island, spouse: Island) -> OpenVault:
    """The client's own vault, which trusts the spouse after 14 days."""
    personal = begin_vault(client_user)
    add_holder(personal, line(spouse))
    return personal


def line(person: Island, days: int = 14) -> Holder:
    return Holder(person.kid, "trusted", person.person, None, days)


def place(vault: OpenVault) -> Place:
    position = vault.state.position
    return Place(position.firm, vault.id, position.now.vault_kind, position.now.roster, position.now.roster_hash)


def ask(person: Island, vault: OpenVault, last: str | None = None) -> str:
    signed = request_access(person.seed, place(vault), last)
    return str(person.post(f"vaults/{vault.id}/events", {"doc": signed.to_wire()})["hash"])


def refuse(person: Island, vault: OpenVault, request: str, last: str | None = None) -> None:
    signed = object_to(person.seed, place(vault), request, last or request)
    person.post(f"vaults/{vault.id}/events", {"doc": signed.to_wire()})


def let_days_pass(days: int) -> None:
    for row in AccessEvent.objects.exclude(opens_at=None):
        row.accepted_at -= days * DAY_S
        row.opens_at = (row.opens_at or 0) - days * DAY_S
        row.save()


def doors(person: Island, vault: OpenVault) -> set[int]:
    """What all that shows the vault answers."""
    paths = (f"vaults/{vault.id}/news", f"vaults/{vault.id}/head", f"vaults/{vault.id}/nodes/{vault.id}/versions/1")
    page = int(person.browser.get(f"/tresore/{vault.id}").status_code)
    return {*(status(person, path) for path in paths), page}


def test_who_is_trusted_sees_nothing_before_he_asked_and_waited(own: OpenVault, spouse: Island) -> None:
    assert Wrap.objects.filter(chain=own.id, kid=spouse.kid).count() == 1
    assert doors(spouse, own) == {404}
    assert spouse.get("vaults")["vaults"] == []
    [told] = spouse.get("trusted")["entrusted"]
    assert (told["vault"], told["wait_days"], told["request"], told["is_open"]) == (own.id, 14, None, False)
    ask(spouse, own)
    assert doors(spouse, own) == {404}
    let_days_pass(13)
    assert doors(spouse, own) == {404}


def test_after_the_wait_he_reads_what_was_written_before_and_writes_nothing(
    own: OpenVault, spouse: Island, client_user: Island
) -> None:
    node = own.add_folder()
    ask(spouse, own)
    let_days_pass(14)
    his = open_vault(spouse, own.id)
    assert node in his.state.nodes
    assert his.seeds[his.epoch].reveal() == own.seeds[own.epoch].reveal()
    [listed] = spouse.get("vaults")["vaults"]
    assert (listed["id"], listed["rights"]) == (own.id, "read")
    change, row = his.folder()
    with pytest.raises(RefusedError) as refused:
        his.append(his.record(change), rows=[row])
    assert refused.value.code == "document_refused"
    assert spouse.get("trusted")["entrusted"][0]["is_open"]


def test_an_objection_keeps_him_out_and_shuts_what_is_open(own: OpenVault, spouse: Island, client_user: Island) -> None:
    request = ask(spouse, own)
    refuse(client_user, own, request)
    let_days_pass(15)
    assert doors(spouse, own) == {404}
    last = AccessEvent.objects.latest("log_index").hash
    again = ask(spouse, own, last)
    let_days_pass(15)
    assert 200 in doors(spouse, own)
    refuse(client_user, own, again)
    assert doors(spouse, own) == {404}


def test_a_request_that_is_over_is_not_objected_to_again(own: OpenVault, spouse: Island, client_user: Island) -> None:
    """Everybody who opens the vault is sent, and verifies, all of its events."""
    request = ask(spouse, own)
    refuse(client_user, own, request)
    last = AccessEvent.objects.latest("log_index").hash
    with pytest.raises(RefusedError) as refused:
        refuse(client_user, own, request, last)
    assert refused.value.code == "document_refused"
    assert AccessEvent.objects.count() == 2


def test_both_events_stand_in_the_log_as_they_were_signed(own: OpenVault, spouse: Island, client_user: Island) -> None:
    refuse(client_user, own, ask(spouse, own))
    leaves = [bytes(entry.leaf) for entry in AuditEntry.objects.order_by("index")]
    [asked] = [leaf for leaf in leaves if b"keys.access_requested" in leaf]
    [objected] = [leaf for leaf in leaves if b"keys.access_objected" in leaf]
    for leaf, row in zip((asked, objected), AccessEvent.objects.order_by("log_index"), strict=True):
        assert b64(bytes(row.bytes)).encode() in leaf
        assert b64(bytes(row.sig)).encode() in leaf
        assert b'"attested_by":"person"' in leaf


def test_the_vaults_news_tell_its_owner_of_every_event(own: OpenVault, spouse: Island, client_user: Island) -> None:
    request = ask(spouse, own)
    assert len(client_user.get(f"vaults/{own.id}/news")["events"]) == 1
    [asked] = client_user.get("trusted")["asked"]
    assert (asked["vault"], asked["hash"], asked["title"]) == (own.id, request, None)
    assert spouse.get("trusted")["asked"] == []
    refuse(client_user, own, request)
    assert client_user.get("trusted")["asked"] == []
    assert len(client_user.get(f"vaults/{own.id}/news")["events"]) == 2


def test_one_request_at_a_time_and_the_same_again_is_no_other(own: OpenVault, spouse: Island) -> None:
    request = ask(spouse, own)
    assert ask(spouse, own) == request
    with pytest.raises(RefusedError) as refused:
        ask(spouse, own, request)
    assert (refused.value.status, refused.value.code) == (409, "access_requested")
    assert AccessEvent.objects.count() == 1


def test_a_longer_wait_counts_for_a_request_that_stands(own: OpenVault, spouse: Island) -> None:
    ask(spouse, own)
    mine = [one for one in own.state.position.now.roster.holders if one.rights != "trusted"]
    set_holders(own, [*mine, line(spouse, 30)])
    let_days_pass(29)
    assert doors(spouse, own) == {404}
    let_days_pass(1)
    assert 200 in doors(spouse, own)


def test_a_request_ends_with_the_trust_and_does_not_rise_again(own: OpenVault, spouse: Island) -> None:
    ask(spouse, own)
    remove_holder(own, spouse.kid)
    assert own.due
    assert not Wrap.objects.filter(chain=own.id, kid=spouse.kid).exists()
    own.rotate()
    add_holder(own, line(spouse))
    let_days_pass(40)
    assert doors(spouse, own) == {404}


def test_a_revoked_key_is_let_in_nowhere_and_its_request_counts_no_more(
    own: OpenVault, owner: Island, spouse: Island, client_user: Island
) -> None:
    ask(spouse, own)
    let_days_pass(14)
    assert 200 in doors(spouse, own)
    owner.revoke(spouse.kid)
    assert doors(spouse, own) <= {302, 401, 404}
    assert client_user.get("trusted")["asked"] == []
    assert own.refresh().due


def test_wraps_from_a_backup_are_handed_to_nobody_who_has_not_waited(own: OpenVault, spouse: Island) -> None:
    copy = Wrap.objects.get(chain=own.id, kid=spouse.kid)
    remove_holder(own, spouse.kid)
    copy.pk = None
    copy.save(force_insert=True)
    assert doors(spouse, own) == {404}
    assert spouse.get("trusted")["entrusted"] == []


def test_strangers_to_the_vault_declare_nothing(
    own: OpenVault, owner: Island, clerk: Island, spouse: Island, client_user: Island
) -> None:
    for person in (owner, clerk):
        with pytest.raises(RefusedError) as refused:
            ask(person, own)
        assert refused.value.status == 404
    request = ask(spouse, own)
    with pytest.raises(RefusedError) as refused:
        refuse(owner, own, request)
    assert refused.value.status == 404
    with pytest.raises(RefusedError) as refused:
        client_user.post(
            f"vaults/{own.id}/events", {"doc": object_to(spouse.seed, place(own), request, request).to_wire()}
        )
    assert refused.value.code == "document_refused"


def test_the_firm_trusts_somebody_in_a_dossier_and_the_client_objects(
    owner: Island, vault: OpenVault, spouse: Island, client_user: Island
) -> None:
    add_holder(vault, line(spouse, 7))
    request = ask(spouse, vault)
    assert client_user.get("trusted")["asked"][0]["title"] == "Buchhaltung 2026"
    assert owner.get("trusted")["asked"][0]["hash"] == request
    theirs = open_vault(client_user, vault.id)
    refuse(client_user, theirs, request)
    let_days_pass(7)
    assert doors(spouse, vault) == {404}


def test_a_member_of_the_staff_who_is_trusted_is_not_assigned_to_the_dossier(
    owner: Island, vault: OpenVault, clerk: Island
) -> None:
    add_holder(vault, line(clerk))
    assert clerk.get("vaults")["vaults"] == []
    assert status(clerk, f"vaults/{vault.id}/news") == 404


def test_one_may_trust_the_staff_and_who_signs_in_for_the_same_client(
    owner: Island, clerk: Island, spouse: Island, client_user: Island
) -> None:
    names = {one["id"] for one in client_user.get("trusted/candidates")["people"]}
    assert names == {owner.person, clerk.person, spouse.person}
    known = {known.certificate.subject for known in client_user.store()}
    assert spouse.person in known


def test_whose_key_is_new_guards_his_vault_all_the_same(
    own: OpenVault, owner: Island, spouse: Island, client_user: Island
) -> None:
    request = ask(spouse, own)
    letter = invite(
        owner,
        role="client",
        username="harms",
        person=client_user.person,
        generation=2,
        revocation=owner.revocation(client_user.kid, reason="lost"),
    )
    anew = redemption(letter, owner).send()
    assert anew.get("trusted")["asked"][0]["hash"] == request
    refuse(anew, own, request)
    let_days_pass(20)
    assert doors(spouse, own) == {404}
