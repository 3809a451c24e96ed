from siegel.keys.tests.island import Island
from siegel.vault.tests.island import OpenVault, open_vault


def test_a_client_sends_a_document_and_the_owner_reads_the_same_bytes(
    owner: Island, vault: OpenVault, client_user: Island
) -> None:
    content = b"Kontoauszug " * 200_000
    theirs = open_vault(client_user, vault.id)
    assert theirs.due
    theirs.rotate()
    assert not theirs.due
    node = theirs.put(content)
    vault.refresh()
    assert vault.open(node) == content
    assert vault.epoch == 2
