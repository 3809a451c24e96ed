"""Vaults of people's own are named anew by their founder, and by nobody else."""

import secrets

import pytest

from siegel.keys.tests.island import Island, RefusedError
from siegel.seals.canonical import b64
from siegel.seals.documents import Holder
from siegel.seals.rows import MAX_ROW_SIZE
from siegel.vault.models import Vault
from siegel.vault.tests.island import OpenVault, begin_vault, open_vault
from siegel.vault.tests.teams import add_holder

SEALED = secrets.token_bytes(80)


@pytest.fixture
def own(client_user: Island, owner: Island, vault: OpenVault) -> OpenVault:
    """The client's own vault, to which the owner may write."""
    personal = begin_vault(client_user)
    add_holder(personal, Holder(owner.kid, "write", owner.person, None))
    return personal


def rename(vault: OpenVault, row: bytes = SEALED) -> None:
    vault.island.post(f"vaults/{vault.id}/title", {"epoch": vault.epoch, "row": b64(row)})


def told(vault: OpenVault) -> object:
    return vault.island.get(f"vaults/{vault.id}/news?since=0")["title"]


def test_a_new_name_reaches_all_who_read_and_wakes_open_pages(own: OpenVault, owner: Island) -> None:
    theirs, before = open_vault(owner, own.id), own.island.get(f"vaults/{own.id}/head")["locks"]
    assert told(theirs) is None
    rename(own)
    assert told(theirs) == {"epoch": own.epoch, "row": b64(SEALED)}
    assert own.island.get(f"vaults/{own.id}/head")["locks"] == before + 1
    newest = own.island.get(f"vaults/{own.id}/activity")["entries"][0]
    assert (newest["kind"], newest["by"]) == ("vault.renamed", own.island.person)


def test_nobody_but_the_founder_names_a_vault_and_no_dossier_is_renamed(
    own: OpenVault, owner: Island, vault: OpenVault
) -> None:
    for other in (open_vault(owner, own.id), vault):
        with pytest.raises(RefusedError) as error:
            rename(other)
        assert error.value.status == 404
    assert not Vault.objects.exclude(title_row=None).exists()


@pytest.mark.parametrize("row", [b"", secrets.token_bytes(MAX_ROW_SIZE + 1)])
def test_what_cannot_be_a_sealed_name_is_refused(own: OpenVault, row: bytes) -> None:
    with pytest.raises(RefusedError):
        rename(own, row)
    assert told(own) is None
