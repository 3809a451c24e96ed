"""The personal parts of audit entries about vaults: names that can be erased one day."""

from typing import TYPE_CHECKING

from siegel.keys.queries import team_name
from siegel.vault.models import Vault

if TYPE_CHECKING:
    from siegel.firms.models import Dossier


def personal_of_dossier(dossier: "Dossier | None") -> dict[str, str]:
    return {"client": dossier.client.name, "title": dossier.title} if dossier else {}


def personal_of(vault_id: str) -> dict[str, str]:
    """Of a vault or a team."""
    vault = Vault.objects.select_related("dossier__client").filter(pk=vault_id).first()
    if vault is None:
        name = team_name(vault_id)
        return {"team": name} if name else {}
    return personal_of_dossier(vault.dossier)
