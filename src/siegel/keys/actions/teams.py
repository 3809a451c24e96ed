"""A team begins: a chain whose epochs are its keys and whose roster says who is in it."""

from typing import TYPE_CHECKING

from siegel.base import audit
from siegel.base.actions import action
from siegel.base.errors import BaseError
from siegel.firms.queries import offices_of, standing
from siegel.keys import rules
from siegel.keys.actions import chains
from siegel.keys.errors import KeysError
from siegel.keys.models import Team
from siegel.seals.derive import digest
from siegel.seals.documents import Certificate
from siegel.seals.records import Genesis
from siegel.seals.rows import MAX_ROW_SIZE

if TYPE_CHECKING:
    from siegel.accounts.models import Person


@action
def found_team(
    *, by: "Person", team_id: str, name: str, office_id: str | None, documents: chains.Documents, row: bytes
) -> chains.Appended:
    """A team with its first roster, epoch and certificate. The same record again changes nothing.

    By an owner, or by an office leader for his office; BaseError `not_found` (404) for others. KeysError:
    `team_name_invalid`, `team_exists` (409), `document_refused`, and as in `chains.begin_chain`.
    """
    audit.in_turn(by.tenant)
    _require_ruler(by, office_id)
    rules.check_team_name(name)
    if known := chains.accepted_before(team_id, documents.record):
        audit.unchanged()
        return known
    if Team.objects.filter(tenant=by.tenant_id, name=name).exists():
        raise KeysError("team_exists", status=409, name=name)
    if documents.certificate is None:
        raise KeysError("document_refused", reason="team_differs")
    with rules.refusing():
        certificate = Certificate.parse(documents.certificate)
    if certificate.office != office_id:
        raise KeysError("document_refused", reason="certificate_office")
    begun = chains.begin_chain(by=by, vault_id=team_id, documents=documents, personal={"team": name})
    genesis = begun.step.record.changes[0] if begun.step else None
    if not isinstance(genesis, Genesis) or genesis.vault_kind != "team":
        raise KeysError("document_refused", reason="record_shape")
    if not 0 < len(row) <= MAX_ROW_SIZE or digest(row) != genesis.row:
        raise KeysError("document_refused", reason="row_differs")
    Team.objects.create(chain_id=team_id, tenant=by.tenant, name=name, office_id=office_id, row=row)
    return begun


def _require_ruler(by: "Person", office_id: str | None) -> None:
    found = standing(by)
    rules_all = found is not None and found.role == "owner"
    rules_office = found is not None and found.role == "office_leader" and found.office_id == office_id
    if not rules_all and not rules_office:
        raise BaseError("not_found", status=404)
    if office_id is not None and not offices_of(by.tenant).filter(pk=office_id).exists():
        raise BaseError("not_found", status=404)
