"""A dossier goes to another firm, or comes from one: what the logs of both keep of it."""

from typing import TYPE_CHECKING

from siegel.base import audit
from siegel.base.actions import action
from siegel.base.errors import BaseError
from siegel.firms.queries import role_of
from siegel.keys.places import places_of
from siegel.seals.documents import STAFF
from siegel.vault.actions.tree import remember
from siegel.vault.personal import personal_of

if TYPE_CHECKING:
    from siegel.accounts.models import Person


@action
def hand_over_vault(*, by: "Person", vault_id: str, package: str, recipient: str, files: int) -> None:
    """`package`: hash of the signed list of files, `recipient`: of the other firm's recipient, as the program says.

    For staff who manage the vault; BaseError `not_found` (404) for all others.
    """
    audit.in_turn(by.tenant)
    lines = places_of(by).filter(chain=vault_id, rights="manage")
    names = personal_of(vault_id)
    if "title" not in names or role_of(by) not in STAFF or not lines.exists():
        raise BaseError("not_found", status=404)
    logged = audit.record(
        "vault.handed_over",
        tenant=by.tenant,
        by=by,
        about={"vault": vault_id, "package": package, "recipient": recipient, "files": files},
        personal=names,
    )
    remember(vault_id, logged.index, [""])


@action
def take_in_package(*, by: "Person", vault_id: str, package: str, sender: str, files: int) -> None:
    """`package`: hash of the signed list, `sender`: key id of who signed it; files: how many are here now.

    For whoever writes in the vault; BaseError `not_found` (404) for all others.
    """
    audit.in_turn(by.tenant)
    lines = places_of(by).filter(chain=vault_id, rights__in=("write", "manage"))
    if not lines.exists():
        raise BaseError("not_found", status=404)
    logged = audit.record(
        "vault.taken_in",
        tenant=by.tenant,
        by=by,
        about={"vault": vault_id, "package": package, "sender": sender, "files": files},
        personal=personal_of(vault_id),
    )
    remember(vault_id, logged.index, [""])
