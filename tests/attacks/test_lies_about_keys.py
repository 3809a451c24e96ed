"""A server that lies about keys: whose they are, who certified them, which root is the firm's.

Each test names in its docstring the check without which it fails.
"""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from siegel.agent.account import countersign_waiting
from siegel.agent.client import Api
from siegel.agent.redeem import redeem
from siegel.agent.vaults import begin_vault
from siegel.seals.canonical import b64
from siegel.seals.certificates import Accepted, CertificateStore, Known, issue, root_certificate
from siegel.seals.derive import Seed
from siegel.seals.documents import Certificate
from siegel.seals.ids import new_id
from siegel.seals.rows import VaultRow
from siegel.seals.signed import Signed
from tests.attacks.hostile import Device, HostileServer, flipped, refusal
from tests.attacks.recording import ORIGIN, PASSWORD, Honest, Json

DeviceOf = Callable[[str], Device]
CERTIFICATES = "keys/certificates"


def listed(server: HostileServer, kind: str) -> Json:
    """The entry of the first certificate of this kind."""
    found: list[Json] = server.answers[CERTIFICATES]["certificates"]
    return next(one for one in found if certificate_in(one).kind == kind)


def certificate_in(entry: Json) -> Certificate:
    return Certificate.parse(Signed.from_wire(entry["doc"]))


def show(server: HostileServer, *signed: Signed) -> None:
    """The server lists these certificates too, everywhere."""
    now = int(time.time())
    for answer in server.answers.values():
        if isinstance(answer, dict) and "certificates" in answer:
            answer["certificates"] += [
                {"doc": one.to_wire(), "accepted_at": now, "log_index": 10_000 + at, "provisional": False}
                for at, one in enumerate(signed)
            ]


def known(server: HostileServer, root: str, kind: str) -> Known:
    entries = [Accepted.from_wire(one) for one in server.answers[CERTIFICATES]["certificates"]]
    return next(one for one in CertificateStore.verified(entries, root) if one.certificate.kind == kind)


class ForeignFirm:
    """A whole chain of the attacker's own under the firm's id: root, owner, and what he likes."""

    def __init__(self, firm: str) -> None:
        self.firm, self.now = firm, int(time.time())
        self.root_seed, self.owner_seed = Seed.generate(), Seed.generate()
        self.root = self.root_seed.public_keys(signs_only=True).kid
        self.store = CertificateStore(self.root)
        self.documents: list[Signed] = []
        known_root = self._accept(root_certificate(self.root_seed, firm, self.now))
        owner = issue(
            self.root_seed, known_root, self.owner_seed.public_keys(), kind="owner", subject=new_id(), now=self.now
        )
        self.owner = self._accept(owner)

    def _accept(self, signed: Signed) -> Known:
        self.documents.append(signed)
        return self.store.add(Accepted(signed, self.now, len(self.documents)))

    def certify(self, seed: Seed, kind: str, subject: str, **more: str | tuple[str, ...]) -> Signed:
        keys = seed.public_keys(signs_only=kind == "scanner")
        signed = issue(self.owner_seed, self.owner, keys, kind=kind, subject=subject, now=self.now, **more)  # type: ignore[arg-type]
        self._accept(signed)
        return signed

    def wire(self) -> list[Json]:
        return [
            {"doc": one.to_wire(), "accepted_at": self.now, "log_index": at, "provisional": False}
            for at, one in enumerate(self.documents, 1)
        ]


@pytest.mark.parametrize("kind", ["owner", "clerk", "client", "scanner", "recovery"])
def test_a_substituted_key_in_a_certificate_is_refused(clerk: Device, kind: str) -> None:
    """Proves `Certificate.verify` in `CertificateStore.add`: the issuer never signed for this key."""
    server = clerk.server()
    entry = listed(server, kind)
    stranger = Seed.generate().public_keys(signs_only=kind == "scanner")
    forged = replace(certificate_in(entry), signing_key=stranger.signing_key, recipient=stranger.recipient)
    entry["doc"]["bytes"] = b64(forged.encode())
    assert refusal(lambda: clerk.account(server)) == "signature_invalid"


@pytest.mark.parametrize("kind", ["owner", "clerk", "client", "scanner", "recovery"])
@pytest.mark.parametrize("part", ["bytes", "sig"])
def test_one_flipped_bit_in_a_certificate_is_refused(clerk: Device, kind: str, part: str) -> None:
    """Proves the strict parser and the signature check of certificates."""
    server = clerk.server()
    entry = listed(server, kind)
    entry["doc"][part] = flipped(entry["doc"][part])
    assert refusal(lambda: clerk.account(server)) in {
        "signature_invalid",
        "not_canonical",
        "not_json",
        "document_invalid",
        "certificate_issuer",
        "not_base64",
    }


@pytest.mark.parametrize("kind", ["clerk", "client", "scanner"])
def test_a_certificate_under_a_foreign_root_spoils_the_answer(clerk: Device, kind: str) -> None:
    """Proves `certificate_root`: a chain of the attacker's own is complete, but does not end at the pinned root."""
    server = clerk.server()
    foreign = ForeignFirm(clerk.honest.firm)
    foreign.certify(Seed.generate(), kind, new_id())
    show(server, *foreign.documents)
    assert refusal(lambda: clerk.account(server)) == "certificate_root"


@pytest.mark.parametrize("kind", ["owner", "clerk", "client", "scanner", "recovery"])
def test_a_colluding_client_certifies_nobody(clerk: Device, kind: str) -> None:
    """Proves `certificate_issuer_rights`: the signature is a certified person's, his rank is not enough."""
    server = clerk.server()
    harms = clerk.honest.key_files["harms"]
    mine = known(server, harms.root, "client")
    keys = Seed.generate().public_keys(signs_only=kind == "scanner")
    subject = harms.firm if kind == "recovery" else new_id()
    document = replace(
        certificate_in(listed(server, kind)),
        issuer=mine.hash,
        signing_key=keys.signing_key,
        recipient=keys.recipient,
        subject=subject,
    )
    show(server, document.sign(harms.seed))
    assert refusal(lambda: clerk.account(server)) == "certificate_issuer_rights"


def test_the_recovery_key_cannot_be_replaced_when_a_vault_begins(device_of: DeviceOf) -> None:
    """Proves that `begin_vault` takes its holders from verified certificates: nothing is sealed to the attacker."""
    owner = device_of("inhaberin")
    server = owner.server()
    account = owner.account(server)
    foreign = ForeignFirm(owner.honest.firm)
    keys = Seed.generate().public_keys()
    recovery = replace(
        certificate_in(listed(server, "recovery")),
        issuer=foreign.documents[0].hash,
        signing_key=keys.signing_key,
        recipient=keys.recipient,
    ).sign(foreign.root_seed)
    del server.answers[CERTIFICATES]["certificates"][1]
    show(server, foreign.documents[0], recovery)
    begin = lambda: begin_vault(account, owner.home, VaultRow("Müller", "1", "Neu"), dossier=new_id())  # noqa: E731
    assert refusal(begin) == "certificate_root"
    assert not server.posted("vaults")


def test_another_root_in_the_session_is_refused(clerk: Device) -> None:
    """Proves `root_differs` in `Session.of`."""
    server = clerk.server()
    server.answers["session"]["firm"]["root"] = ForeignFirm(clerk.honest.firm).root
    assert refusal(lambda: clerk.account(server)) == "root_differs"


def test_another_person_in_the_session_is_refused(clerk: Device) -> None:
    """Proves `session_differs` in `Session.of`."""
    server = clerk.server()
    server.answers["session"]["person"]["id"] = new_id()
    assert refusal(lambda: clerk.account(server)) == "session_differs"


def test_a_firm_with_another_root_is_not_the_firm_known_from_earlier(clerk: Device) -> None:
    """Proves the pin in `Home.pin`: a key file cannot be exchanged for one of a firm of the attacker's making."""
    clerk.home.pin(ORIGIN, clerk.honest.firm, clerk.honest.set_up.root)
    foreign = ForeignFirm(clerk.honest.firm).root
    assert refusal(lambda: clerk.home.pin(ORIGIN, clerk.honest.firm, foreign)) == "root_changed"


def test_a_withheld_issuer_is_not_passed_over(clerk: Device) -> None:
    """Proves `certificate_issuer`: what cannot be led to the root is an error, not an unknown person."""
    server = clerk.server()
    server.answers[CERTIFICATES]["certificates"].remove(listed(server, "owner"))
    assert refusal(lambda: clerk.account(server)) == "certificate_issuer"


def test_the_persons_own_certificate_cannot_be_withheld(clerk: Device) -> None:
    """Proves `not_certified` in `Account.own`."""
    server = clerk.server()
    entries = server.answers[CERTIFICATES]["certificates"]
    entries[:] = [one for one in entries if certificate_in(one).kind not in ("clerk", "client", "invitation")]
    assert refusal(lambda: clerk.account(server)) == "not_certified"


# Countersigning


def test_a_clerk_countersigns_the_clients_key_and_no_clerks(clerk: Device) -> None:
    """Proves `countersignable`: what the server puts on the list of waiting ones is not what is signed."""
    server = clerk.server()
    provisional = list(server.answers["keys/provisional"]["certificates"])
    assert [certificate_in(one).kind for one in provisional] == ["client"]
    for one in server.answers[CERTIFICATES]["certificates"]:
        # The owner's countersignature for the clerk himself is withheld: he is provisional again.
        if (
            certificate_in(one).kind == "clerk"
            and certificate_in(one).issuer == known(server, clerk.honest.set_up.root, "owner").hash
        ):
            ordinary = one
    server.answers[CERTIFICATES]["certificates"].remove(ordinary)
    account = clerk.account(server)
    countersign_waiting(account)
    [sent] = server.posted(CERTIFICATES)
    assert Certificate.parse(Signed.from_wire(sent["doc"])).subject == certificate_in(provisional[0]).subject


def test_nobody_countersigns_a_key_that_no_letter_certified(device_of: DeviceOf) -> None:
    """Proves that countersigning starts from verified certificates: a made-up redemption stops the sign-in."""
    owner = device_of("inhaberin")
    server = owner.server()
    [waiting] = server.answers["keys/provisional"]["certificates"]
    keys = Seed.generate().public_keys()
    made_up = replace(certificate_in(waiting), signing_key=keys.signing_key, recipient=keys.recipient)
    show(server, made_up.sign(Seed.generate()))
    assert refusal(lambda: countersign_waiting(owner.account(server))) == "signature_invalid"
    assert not server.posted(CERTIFICATES)


def test_a_second_redemption_of_a_letter_is_refused_by_clients_too(honest: Honest, device_of: DeviceOf) -> None:
    """Proves `certificate_redeemed`: the finder of a letter and the server together cannot replace its redeemer."""
    owner = device_of("inhaberin")
    server = owner.server()
    invitation = next(
        one
        for one in CertificateStore.verified(
            [Accepted.from_wire(one) for one in server.answers[CERTIFICATES]["certificates"]], honest.set_up.root
        )
        if one.kid == honest.letter_seed.public_keys().kid
    )
    for seed in (Seed.generate(), Seed.generate()):
        certificate = issue(
            honest.letter_seed,
            invitation,
            seed.public_keys(),
            kind="client",
            subject=invitation.certificate.subject,
            now=int(time.time()),
        )
        show(server, certificate)
    assert refusal(lambda: owner.account(server)) == "certificate_redeemed"


# The letter


def letter_server(honest: Honest) -> HostileServer:
    return HostileServer(honest, "letter")


def redeemed(honest: Honest, server: HostileServer) -> str:
    """The code of the refusal; nothing of a new person has left the client."""
    code = refusal(lambda: redeem(Api(ORIGIN, transport=server, pauses_s=()), honest.letter, PASSWORD))
    assert not server.posted("/redeem")
    return code


def test_the_letters_code_authenticates_the_root(honest: Honest) -> None:
    """Proves the comparison of key ids in `redeem._verified`: code and root give the invitation's keys, or nothing."""
    server = letter_server(honest)
    told = server.answers[f"invitations/{honest.letter.id}"]
    foreign = ForeignFirm(honest.firm)
    signed = foreign.certify(Seed.generate(), "invitation", told["person"]["id"], role="client", vaults=(honest.books,))
    told["certificates"], told["certificate"] = foreign.wire(), signed.to_wire()
    assert redeemed(honest, server) == "invitation_differs"
    assert not server.posted("/wraps")


def test_the_invitations_keys_under_a_foreign_root_are_refused(honest: Honest) -> None:
    """Proves that the root is part of the derivation: the attacker certifies the true public keys in vain."""
    server = letter_server(honest)
    told = server.answers[f"invitations/{honest.letter.id}"]
    foreign = ForeignFirm(honest.firm)
    signed = foreign.certify(
        honest.letter_seed, "invitation", told["person"]["id"], role="client", vaults=(honest.books,)
    )
    told["certificates"], told["certificate"] = foreign.wire(), signed.to_wire()
    assert redeemed(honest, server) == "invitation_differs"


@pytest.mark.parametrize("field", ["person", "role"])
def test_an_invitation_for_another_person_or_rank_is_refused(honest: Honest, field: str) -> None:
    """Proves the comparison of what the server says with the certificate."""
    server = letter_server(honest)
    told = server.answers[f"invitations/{honest.letter.id}"]
    if field == "person":
        told["person"]["id"] = new_id()
    else:
        told["role"] = "clerk"
    assert redeemed(honest, server) == "invitation_differs"


def test_two_roots_in_an_invitation_are_refused(honest: Honest) -> None:
    """The code tells which of them is the firm's; another that is not of its line spoils the answer."""
    server = letter_server(honest)
    told = server.answers[f"invitations/{honest.letter.id}"]
    told["certificates"] += ForeignFirm(honest.firm).wire()[:1]
    assert redeemed(honest, server) == "certificate_root"


def waiting(server: HostileServer, honest: Honest) -> Json:
    return server.answers[f"invitations/{honest.letter.id}/wraps"]["vaults"][0]


@pytest.mark.parametrize(
    ("alter", "codes"),
    [
        (lambda one: one.update(wrap=flipped(one["wrap"])), {"wrap_invalid", "wrap_not_ours"}),
        (
            lambda one: one["epoch"].update(bytes=flipped(one["epoch"]["bytes"])),
            {"document_invalid", "not_canonical", "signature_invalid"},
        ),
        (lambda one: one["epoch"].update(sig=flipped(one["epoch"]["sig"])), {"signature_invalid"}),
        (lambda one: one["roster"].update(sig=flipped(one["roster"]["sig"])), {"signature_invalid"}),
        (lambda one: one.update(vault=new_id()), {"record_documents"}),
    ],
    ids=["wrap", "epoch", "epoch signature", "roster signature", "vault"],
)
def test_a_vault_that_waits_is_checked_before_its_seed_is_taken_over(
    honest: Honest, alter: Callable[[Json], None], codes: set[str]
) -> None:
    """Proves `_checked_epoch` and `open_wrap` in redeeming."""
    server = letter_server(honest)
    alter(waiting(server, honest))
    assert redeemed(honest, server) in codes


def test_a_vault_the_letter_does_not_name_is_not_taken_over(honest: Honest) -> None:
    """Proves `roster_holder` in `_checked_epoch`: the roster of another vault does not hold the invitation."""
    server = letter_server(honest)
    other = honest.answers["inhaberin"][f"vaults/{honest.taxes}/news"]["records"]
    rosters = [one["roster"] for one in other if one.get("roster")]
    epochs = [one["epoch"] for one in other if one.get("epoch")]
    waiting(server, honest).update(vault=honest.taxes, roster=rosters[-1], epoch=epochs[-1])
    assert redeemed(honest, server) == "roster_holder"
