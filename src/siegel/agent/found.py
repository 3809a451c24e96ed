"""An owner founds the firm: root, recovery and own keys are made here and leave as certificates only."""

import time
from dataclasses import dataclass, replace

from siegel.agent.account import Account, Session, resume
from siegel.agent.client import Api
from siegel.agent.credentials import new_credential
from siegel.seals.certificates import Accepted, CertificateStore, Known, issue, root_certificate
from siegel.seals.derive import PublicKeys, Seed
from siegel.seals.fields import Fields
from siegel.seals.ids import new_id
from siegel.seals.keyfile import KeyFile
from siegel.seals.log_keys import log_subject
from siegel.seals.signed import Signed


@dataclass(frozen=True, slots=True)
class Founded:
    """`set_up_file` holds root and recovery besides the owner's seed and belongs in a safe; the account has its own."""

    account: Account
    set_up_file: KeyFile
    session: Session


def found_firm(
    api: Api,
    token: str,
    *,
    owner_name: str,
    username: str,
    password: str,
    firm_name: str,
    firm_place: str,
) -> Founded:
    """Founds the firm of the one-time link's `token` and signs its owner in.

    Scanner, service and log are certified with the keys the server shows (trusted on this first use). ServerError for a
    link that was used or has expired; RefusedError `password_short`.
    """
    opened = Fields(api.post("set-up/open", {"token": token}), "set-up")
    firm = Fields(opened.take("firm"), "firm")
    key_file = _new_key_file(firm.id("id"), firm.text("slug"), username)
    machines = _machines(opened, key_file.firm)
    body = {
        "token": token,
        "name": owner_name,
        "username": username,
        "firm_name": firm_name,
        "firm_place": firm_place,
        "person": key_file.person,
        "certificates": [signed.to_wire() for signed in _certificates(key_file, machines, int(time.time()))],
        **new_credential(password, key_file).wire(),
    }
    answer = api.post("set-up", body)
    session = Session.of(answer, person=key_file.person, firm=key_file.firm)
    daily = replace(key_file, root_seed=None, recovery_seed=None)
    account = resume(api, daily)
    account.learn_about()
    account.require_root(session.root)
    account.own()
    return Founded(account, key_file, session)


def _machines(opened: Fields, firm: str) -> list[tuple[str, str, str]]:
    """Kind, subject and signing key of each."""
    machines = [
        ("scanner", new_id(), opened.hash("scanner_key")),
        ("service", new_id(), opened.hash("service_key")),
    ]
    # Null where nobody signs the log now; an owner certifies its key later.
    if (log_key := opened.present(opened.hash, "log_key")) is not None:
        machines.append(("service", log_subject(firm), log_key))
    return machines


def _new_key_file(firm: str, slug: str, username: str) -> KeyFile:
    """With new keys of root, recovery and owner."""
    root = Seed.generate()
    return KeyFile(
        firm=firm,
        slug=slug,
        person=new_id(),
        username=username,
        generation=1,
        root=root.public_keys(signs_only=True).kid,
        seed=Seed.generate(),
        root_seed=root,
        recovery_seed=Seed.generate(),
    )


def _certificates(key_file: KeyFile, machines: list[tuple[str, str, str]], now: int) -> list[Signed]:
    """Root, recovery, owner and `machines` (kind, subject, signing key), in this order."""
    assert key_file.root_seed is not None
    assert key_file.recovery_seed is not None
    store = CertificateStore(key_file.root)
    issued: list[Signed] = []

    def accept(signed: Signed) -> Known:
        issued.append(signed)
        return store.add(Accepted(signed, now, len(issued)))

    root = accept(root_certificate(key_file.root_seed, key_file.firm, now))
    recovery = key_file.recovery_seed.public_keys()
    accept(issue(key_file.root_seed, root, recovery, kind="recovery", subject=key_file.firm, now=now))
    own = key_file.seed.public_keys()
    owner = accept(issue(key_file.root_seed, root, own, kind="owner", subject=key_file.person, now=now))
    for kind, subject, key in machines:
        accept(issue(key_file.seed, owner, PublicKeys(key, None), kind=kind, subject=subject, now=now))
    return issued
