"""A second key in somebody's name, beside the one in force: whoever holds it would write and read as that person.

First a person of the staff and a server that takes what he made, against the program `siegel`; then the same person
against the real server. Each test names in its docstring the check without which it fails.
"""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from siegel.agent.log_places import Places
from siegel.base.models import AuditEntry
from siegel.keys.models import Certificate as CertificateRow
from siegel.keys.tests.island import Island, Letter, RefusedError, invite, redemption
from siegel.seals.certificates import Accepted, CertificateStore, Known, countersign, issue
from siegel.seals.derive import PublicKeys, Seed
from siegel.seals.documents import Holder, Roster
from siegel.seals.keyfile import KeyFile
from siegel.seals.records import RosterChange
from siegel.seals.replay import next_record
from siegel.seals.revocations import AcceptedRevocation, revoke_key
from siegel.seals.signed import Signed
from siegel.vault.tests.island import OpenVault, client_of
from siegel.vault.tests.teams import add_holder, found_team
from tests.attacks.hostile import Device, HostileServer, refusal
from tests.attacks.recording import Honest, Json

CERTIFICATES = "keys/certificates"
DeviceOf = Callable[[str], Device]


def store_of(server: HostileServer) -> CertificateStore:
    told = server.answers[CERTIFICATES]
    revocations = [AcceptedRevocation.from_wire(one) for one in told["revocations"]]
    accepted = [Accepted.from_wire(one) for one in told["certificates"]]
    return CertificateStore.verified(accepted, server.honest.set_up.root, revocations)


def certified_for(server: HostileServer, key_file: KeyFile) -> Known:
    known = store_of(server).by_kid(key_file.seed.public_keys().kid)
    assert known is not None
    return known


def show(server: HostileServer, *signed: Signed, revocations: tuple[Signed, ...] = ()) -> None:
    """The server lists these too, everywhere: the revocations first."""
    now = int(time.time())
    for answer in server.answers.values():
        if isinstance(answer, dict) and "revocations" in answer:
            place = 10_000
            for name, many in (("revocations", revocations), ("certificates", signed)):
                for one in many:
                    place += 1
                    listed: Json = {"doc": one.to_wire(), "accepted_at": now, "log_index": place}
                    answer[name].append(listed | ({"provisional": False} if name == "certificates" else {}))


class Clerk:
    """The clerk of the recording, who means ill: he has harms' name and wants to be him."""

    def __init__(self, honest: Honest, server: HostileServer) -> None:
        self.seed = honest.key_files["wulff"].seed
        self.own = certified_for(server, honest.key_files["wulff"])
        self.victim = certified_for(server, honest.key_files["harms"])

    def certify(self, keys: PublicKeys, generation: int = 2, **more: Any) -> Signed:
        kind, subject = more.pop("kind", "client"), self.victim.certificate.subject
        more |= {"generation": generation, "now": int(time.time())}
        return issue(self.seed, self.own, keys, kind=kind, subject=subject, **more)


@pytest.mark.parametrize("generation", [1, 2])
@pytest.mark.parametrize("who", ["inhaberin", "leserin", "harms"])
def test_a_second_key_in_a_clients_name_is_refused_by_everybody(
    honest: Honest, device_of: DeviceOf, who: str, generation: int
) -> None:
    """Proves `subject_has_key` in `CertificateStore`: the signature is the clerk's, who certifies clients."""
    device = device_of(who)
    server = device.server()
    show(server, Clerk(honest, server).certify(Seed.generate().public_keys(), generation))
    assert refusal(lambda: device.account(server)) == "subject_has_key"


def test_a_letter_to_somebody_who_has_a_key_is_refused_with_what_it_led_to(honest: Honest, device_of: DeviceOf) -> None:
    """Proves `subject_has_key` for letters: nobody's seeds are sealed to one that he never asked for."""
    device = device_of("inhaberin")
    server, letter = device.server(), Seed.generate()
    clerk = Clerk(honest, server)
    signed = clerk.certify(letter.public_keys(), kind="invitation", role="client", vaults=(honest.books,))
    show(server, signed)
    assert refusal(lambda: device.account(server)) == "subject_has_key"


def test_a_roster_with_the_second_key_opens_for_nobody(honest: Honest, device_of: DeviceOf) -> None:
    """Proves the same where it hurts: the clerk gives the second key a line in the client's name and writes as him."""
    device = device_of("inhaberin")
    seed, vault = Seed.generate(), device.open(device.server())
    now = vault.state.position.now
    server = device.server()
    clerk = Clerk(honest, server)
    line = Holder(seed.public_keys().kid, "write", clerk.victim.certificate.subject)
    lines = tuple(sorted([*now.roster.holders, line], key=lambda one: one.key))
    roster = Roster(clerk.own.kid, honest.firm, lines, now.roster_hash, now.roster.seq + 1, vault.id).sign(clerk.seed)
    show(server, clerk.certify(seed.public_keys()))
    record = next_record(vault.state.position, clerk.seed, (RosterChange(roster.hash, now.roster.seq + 1),))
    server.add_entry(vault.id, {"record": record.to_wire(), "roster": roster.to_wire()})
    assert refusal(lambda: device.open(server)) == "subject_has_key"


def test_who_takes_the_clients_key_back_first_is_seen(honest: Honest, device_of: DeviceOf) -> None:
    """What the rule leaves to clerk and server: the client's key is taken back, for everybody to see, in his name."""
    device = device_of("inhaberin")
    server = device.server()
    clerk = Clerk(honest, server)
    signed = clerk.certify(Seed.generate().public_keys())
    taken = revoke_key(clerk.seed, clerk.own, clerk.victim, None, "lost")
    show(server, signed, revocations=(taken,))
    store = device.account(server).certificates.store
    revoked = store.revoked(clerk.victim.kid)
    assert revoked is not None
    assert not store.in_force(clerk.victim.kid)
    hidden = device.server()
    show(hidden, signed)
    assert refusal(lambda: device.account(hidden)) == "subject_has_key"


def test_a_revocation_that_comes_behind_the_second_key_does_not_make_room_for_it(
    honest: Honest, device_of: DeviceOf
) -> None:
    """Proves that the places are compared, not only that there is a revocation."""
    device = device_of("inhaberin")
    server = device.server()
    clerk = Clerk(honest, server)
    taken = revoke_key(clerk.seed, clerk.own, clerk.victim, None, "lost")
    show(server, clerk.certify(Seed.generate().public_keys()), revocations=(taken,))
    for answer in server.answers.values():
        if isinstance(answer, dict) and "revocations" in answer:
            for place in (0, 1):
                answer["revocations"][-1]["log_index"] = answer["certificates"][-1]["log_index"] + place
    assert refusal(lambda: device.account(server)) == "subject_has_key"


# Against the real server


@pytest.fixture
def colleague(owner: Island, vault: OpenVault) -> Island:
    return redemption(invite(owner, role="clerk", username="wulff"), owner).send()


def refused(work: Callable[[], object]) -> tuple[str, str]:
    """Code and text of the refusal; no certificate has come in."""
    count = CertificateRow.objects.count()
    with pytest.raises(RefusedError) as error:
        work()
    assert CertificateRow.objects.count() == count
    return error.value.code, error.value.message


def letter_to(by: Island, person: Island, **more: Any) -> Letter:
    return invite(by, role="client", username=person.username, person=person.person, **{"generation": 2, **more})


def test_the_server_takes_no_second_key(owner: Island, vault: OpenVault, client_user: Island) -> None:
    """Proves `_has_key` in `invite` and `certificate_not_invited` in `add_certificate`."""
    now, keys = int(time.time()), Seed.generate().public_keys()
    second = issue(owner.seed, owner.own(), keys, kind="client", subject=client_user.person, now=now, generation=2)
    code, text = refused(lambda: owner.post("keys/certificates", {"doc": second.to_wire()}))
    assert code == "document_refused"
    assert "subject_has_key" in text or "certificate_not_invited" in text
    code, text = refused(lambda: letter_to(owner, client_user))
    assert (code, "reset_revocation" in text) == ("document_refused", True)


def test_the_server_takes_no_machine_under_a_persons_id(owner: Island, client_user: Island) -> None:
    """Proves that `add_certificate` looks at all of a subject: clients would refuse every answer of the server."""
    now, keys = int(time.time()), Seed.generate().public_keys(signs_only=True)
    scanner = issue(owner.seed, owner.own(), keys, kind="scanner", subject=client_user.person, now=now)
    code, text = refused(lambda: owner.post("keys/certificates", {"doc": scanner.to_wire()}))
    assert (code, "certificate_conflict" in text) == ("document_refused", True)


def test_a_fallen_key_is_taken_back_before_the_next_one(owner: Island, vault: OpenVault, colleague: Island) -> None:
    """Proves `subject_has_key` in the server's store: certified again, it would stand beside the new one."""
    since = owner.get(CERTIFICATES)["certificates"][-1]["log_index"] + 1
    add_holder(vault, Holder(colleague.kid, "manage", colleague.person))
    held = invite(colleague, role="client", username="neu", client=client_of(vault))
    client = redemption(held, owner).send()
    owner.revoke(colleague.kid, since=since, reason="compromised")
    fallen = owner.store().by_kid(client.kid)
    assert fallen is not None
    assert not owner.store().in_force(client.kid)
    code, text = refused(lambda: letter_to(owner, client))
    assert (code, "subject_has_key" in text) == ("document_refused", True)
    revocation = owner.revocation(client.kid, reason="replaced")
    anew = redemption(letter_to(owner, client, revocation=revocation), owner).send()
    again = countersign(owner.seed, owner.own(), fallen.certificate, int(time.time()))
    code, text = refused(lambda: owner.post("keys/certificates", {"doc": again.to_wire()}))
    assert (code, "certificate_revoked" in text) == ("document_refused", True)
    store = owner.store()
    assert [store.in_force(kid) for kid in (client.kid, anew.kid)] == [False, True]


def test_every_key_stands_in_the_log_where_and_when_the_server_says(
    owner: Island, vault: OpenVault, client_user: Island, colleague: Island
) -> None:
    """What `siegel audit verify` compares: founding, letters, redemptions, countersignatures, teams, revocations."""
    found_team(owner, colleague)
    known = owner.store().by_kid(client_user.kid)
    assert known is not None
    signed = countersign(owner.seed, owner.own(), known.certificate, int(time.time()))
    owner.post("keys/certificates", {"doc": signed.to_wire()})
    revocation = owner.revocation(client_user.kid, reason="lost")
    redemption(letter_to(owner, client_user, revocation=revocation), owner).send()
    listed, store = owner.get(CERTIFICATES), owner.store()
    entries = [
        json.loads(bytes(entry.leaf)) for entry in AuditEntry.objects.filter(tenant=owner.firm).order_by("index")
    ]
    places = Places(listed, store)
    for index, leaf in enumerate(entries):
        places.compare(index, leaf)
    [taken] = [index for index, leaf in enumerate(entries) if leaf["kind"] == "keys.revoked"]
    assert refusal(lambda: places.compare(taken, entries[taken - 1])) == "log_place_differs"
    assert refusal(lambda: places.compare(taken, entries[taken] | {"at": 0})) == "log_place_differs"
    without = CertificateStore.verified(map(Accepted.from_wire, listed["certificates"][:-2]), owner.root)
    assert without.by_kid(client_user.kid) is not None
    shown = Places({**listed, "revocations": []}, without)
    assert refusal(lambda: shown.compare(taken, entries[taken])) == "revocation_hidden"


def test_a_person_who_is_reset_twice_has_one_key(owner: Island, vault: OpenVault, client_user: Island) -> None:
    """And each of the letters before is worth nothing."""
    person = client_user
    for generation in (2, 3):
        revocation = owner.revocation(person.kid, reason="lost")
        letter = letter_to(owner, person, generation=generation, revocation=revocation)
        person = redemption(letter, owner).send()
    store = owner.store()
    own = {one.kid for one in store if one.certificate.subject == person.person and one.certificate.kind == "client"}
    assert len(own) == 3
    assert [kid for kid in own if store.in_force(kid)] == [person.kid]
