"""The owner founds the firm: its root, its recovery key, its first person, and the machines he certifies."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from siegel.accounts import actions as accounts
from siegel.base import audit
from siegel.base.actions import action
from siegel.base.audit import checkpoints
from siegel.base.blobs import sync_folder
from siegel.firms import actions as firms
from siegel.firms.queries import firm_to_set_up
from siegel.keys import rules
from siegel.keys.actions.certificates import accept
from siegel.keys.actions.people import PersonKeys, keep_unlocking
from siegel.keys.errors import KeysError
from siegel.seals.canonical import b64, unb64
from siegel.seals.certificates import CertificateStore
from siegel.seals.derive import Seed
from siegel.seals.documents import Certificate
from siegel.seals.log_keys import log_subject
from siegel.seals.signed import Signed

if TYPE_CHECKING:
    from siegel.accounts.models import Person
    from siegel.base.models import Tenant

KINDS = ("root", "recovery", "owner", "scanner", "service")


@dataclass(frozen=True)
class Founding:
    """What the owner's browser made. `certificates` stand in the order of KINDS, behind them perhaps the log key's."""

    token: str
    person_id: str
    name: str
    username: str
    firm_name: str
    firm_place: str
    certificates: tuple[Signed, ...]
    keys: PersonKeys


@action
def found_firm(*, founding: Founding, scanner_key: str, log_key: str | None) -> "Person":
    """The firm has a root and an active owner. `scanner_key`: b64, what the scanner process says is its own;
    `log_key`: what the notary says so of.

    FirmsError `set_up_link_invalid` (410): the first of two wins. KeysError `document_refused`.
    """
    audit.in_turn(firm_to_set_up(founding.token))
    tenant = firm_to_set_up(founding.token)  # again: another may have had the turn before
    with rules.refusing():
        documents = [Certificate.parse(signed) for signed in founding.certificates]
    _check_founding(documents[: len(KINDS)], founding.person_id, {"scanner": scanner_key, "service": service_key()})
    _check_log(documents[len(KINDS) :], log_subject(tenant.id), log_key)
    root = documents[0].kid
    owner = accounts.add_person(
        tenant=tenant, person_id=founding.person_id, username=founding.username, name=founding.name, by=None
    )
    firms.found_firm(
        token=founding.token,
        name=founding.firm_name,
        place=founding.firm_place,
        root_fingerprint=unb64(root),
        owner=owner,
    )
    logged = audit.record(
        "keys.firm_founded",
        tenant=tenant,
        by=owner,
        about={"certificates": [signed.hash for signed in founding.certificates], "owner": owner.id, "root": root},
        personal={"firm": founding.firm_name},
        attested_by="person",
    )
    store = CertificateStore(root)
    for signed in founding.certificates:
        accept(tenant=tenant, signed=signed, store=store, logged=logged)
    keep_unlocking(person=owner, keys=founding.keys)
    return owner


def _check_founding(documents: list[Certificate], person_id: str, machines: dict[str, str]) -> None:
    if tuple(document.kind for document in documents) != KINDS:
        raise KeysError("document_refused", reason="set_up_certificates")
    by_kind = {document.kind: document for document in documents}
    if by_kind["owner"].subject != person_id:
        raise KeysError("document_refused", reason="set_up_owner")
    for kind, signing_key in machines.items():
        if by_kind[kind].signing_key != signing_key:
            raise KeysError("document_refused", reason=f"set_up_{kind}")


def _check_log(documents: list[Certificate], subject: str, log_key: str | None) -> None:
    """One certificate of the log's key, or none: from a browser to which nobody showed one."""
    asked = [(document.kind, document.subject, document.signing_key) for document in documents]
    if asked not in ([], [("service", subject, log_key)]):
        raise KeysError("document_refused", reason="set_up_log")


def log_key(tenant: "Tenant") -> str | None:
    """The public key (b64) under which the firm's log is signed; None where nobody signs."""
    key = checkpoints.signing_key(tenant.pk)
    return None if key is None else b64(key.public_key)


def service_key() -> str:
    """The public signing key (b64) of this server's service seed, which is made when first asked for.

    ImproperlyConfigured when others can read the seed.
    """
    path = Path(settings.KEY_DIR) / "service.key"
    if not path.exists():
        _make_service_seed(path)
    with path.open(encoding="ascii") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise ImproperlyConfigured(f"{path} can be read by others: chmod 600")
        text = file.read()
    signing_key = Seed(unb64(text.strip(), 32)).public_keys(signs_only=True).signing_key
    assert signing_key is not None
    return signing_key


def _make_service_seed(path: Path) -> None:
    """The seed is complete on disk before anybody certifies it; of two makers at once the first wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(b64(Seed.generate().reveal()) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    sync_folder(path.parent)
