"""Redeeming a letter: the code authenticates the firm's root, and the person gets keys and a password of his own."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from siegel.agent.account import Account, Session, resume
from siegel.agent.certificates import Certificates
from siegel.agent.client import Api, Wire
from siegel.agent.credentials import new_credential
from siegel.agent.errors import ServerError
from siegel.seals.canonical import Json, b64
from siegel.seals.certificates import CertificateStore, Known, issue
from siegel.seals.derive import Seed
from siegel.seals.documents import Certificate
from siegel.seals.epochs import open_wrap, seal_seed
from siegel.seals.errors import IntegrityError
from siegel.seals.fields import Fields
from siegel.seals.invitations import Letter, invitation_seed, waiting_epoch
from siegel.seals.keyfile import KeyFile
from siegel.seals.login import sign_login
from siegel.seals.signed import Signed

TRIES = 3


@dataclass(frozen=True, slots=True)
class Redeemed:
    """The new person, signed in. `account.key_file` is his key file, to be written where he wants it."""

    account: Account
    session: Session


@dataclass(frozen=True, slots=True)
class _Invitation:
    """What the server says of the invitation, verified."""

    firm: str
    slug: str
    person: str
    username: str
    role: str
    nonce: str
    root: str
    seed: Seed
    known: Known
    store: CertificateStore


def redeem(api: Api, letter: Letter, password: str) -> Redeemed:
    """Makes the invited person's keys, proves the code, takes over the vaults that wait, and sets the password.

    ServerError 410 when the letter was used or has expired; IntegrityError `invitation_differs` when the code does not
    fit what the server shows: then the firm's root is not the one the letter was printed with, or the code is wrong.
    """
    now = int(time.time())
    for number in range(TRIES):
        invitation = _verified(api, letter)
        key_file = KeyFile(
            firm=invitation.firm,
            slug=invitation.slug,
            person=invitation.person,
            username=invitation.username,
            generation=invitation.known.certificate.generation,
            root=invitation.root,
            seed=Seed.generate(),
        )
        try:
            answer = _hand_in(api, letter, invitation, key_file, password=password, now=now)
        except ServerError as error:
            # A vault began a new epoch meanwhile: its new wrap is fetched and taken over.
            if error.code != "stale" or number == TRIES - 1:
                raise
        else:
            break
    session = Session.of(answer, person=key_file.person, firm=key_file.firm)
    account = resume(api, key_file)
    account.learn_about()
    account.require_root(session.root)
    account.own()
    return Redeemed(account, session)


def _verified(api: Api, letter: Letter) -> _Invitation:
    """The invitation, whose certificate must be for the very keys that code and root give."""
    f = Fields(api.get(f"invitations/{letter.id}"), "invitation")
    firm, person = Fields(f.take("firm"), "firm"), Fields(f.take("person"), "person")
    signed = Signed.from_wire(f.take("certificate"))
    listed = f.items("certificates")
    revocations, teams = (f.present(f.items, part) or () for part in ("revocations", "teams"))
    firm_id, person_id, role = firm.id("id"), person.id("id"), f.text("role")
    certificate = Certificate.parse(signed)
    root, seed = _root_of(listed, letter, certificate)
    store = Certificates(root).learn(listed, revocations, teams)
    present = store.root()
    assert present is not None
    known = store.by_hash(signed.hash)
    said = (certificate.kind, certificate.firm, certificate.subject, certificate.role)
    if known is None or said != ("invitation", firm_id, person_id, role):
        raise IntegrityError("invitation_differs", "the invitation is for somebody else")
    return _Invitation(
        firm=firm_id,
        slug=firm.text("slug"),
        person=person_id,
        username=person.text("username"),
        role=role,
        nonce=f.text("nonce"),
        root=present.kid,
        seed=seed,
        known=known,
        store=store,
    )


def _root_of(listed: list[Json], letter: Letter, certificate: Certificate) -> tuple[str, Seed]:
    """The root with which the letter was printed, and the seed its code gives; the code confirms it.

    Of the roots the server shows: since the letter was printed the firm may have another one.
    """
    shown = [Certificate.parse(Signed.from_wire(Fields(item, "accepted").take("doc"))) for item in listed]
    for root in (one.kid for one in shown if one.kind == "root"):
        seed = invitation_seed(letter.code, firm=certificate.firm, invitation=letter.id, root=root)
        if certificate.kid == seed.public_keys().kid:
            return root, seed
    raise IntegrityError("invitation_differs", "the code does not fit the invitation and the firm's root")


def _hand_in(api: Api, letter: Letter, invitation: _Invitation, key_file: KeyFile, *, password: str, now: int) -> Wire:
    certificate = issue(
        invitation.seed,
        invitation.known,
        key_file.seed.public_keys(),
        kind=invitation.role,
        subject=invitation.person,
        now=now,
        generation=key_file.generation,
    )
    body = {
        "certificate": certificate.to_wire(),
        "wraps": list(_wraps(api, letter, invitation, key_file, now)),
        **new_credential(password, key_file).wire(),
    }
    return api.post(f"invitations/{letter.id}/redeem", body, repeatable=True)


def _wraps(api: Api, letter: Letter, invitation: _Invitation, key_file: KeyFile, now: int) -> Iterator[Wire]:
    """The seeds of the vaults that wait, each checked and sealed to the new key."""
    login = sign_login(
        invitation.seed,
        firm=invitation.firm,
        subject=letter.id,
        nonce=invitation.nonce,
        origin=api.origin,
        now=now,
    )
    answer = api.post(f"invitations/{letter.id}/wraps", {"login": login.to_wire()})
    recipient = key_file.seed.public_keys().recipient
    assert recipient is not None
    for item in Fields(answer, "wraps").items("vaults"):
        f = Fields(item, "vault")
        vault = f.id("vault")
        roster, signed = Signed.from_wire(f.take("roster")), Signed.from_wire(f.take("epoch"))
        epoch = waiting_epoch(invitation.known, vault, roster, signed, invitation.store)
        seed = open_wrap(f.binary("wrap"), invitation.seed.identity(), epoch)
        yield {"vault": vault, "epoch": epoch.epoch, "age": b64(seal_seed(seed, recipient))}
