"""Two firms on one server: whoever certifies somebody's key in his own firm has no say over it in another's.

Public keys are no secret, and a certificate asks for no proof that its subject has the private one.
"""

import time

import pytest

from siegel.keys.models import Wrap
from siegel.keys.tests.island import Island, Letter, found, invite, redemption
from siegel.seals.certificates import issue
from siegel.seals.derive import Seed
from siegel.seals.documents import Certificate, Holder
from siegel.seals.invitations import invitation_seed
from siegel.seals.signed import Signed
from siegel.vault.tests.island import OpenVault, client_of, open_vault
from siegel.vault.tests.teams import add_holder, status


@pytest.fixture
def stranger(owner: Island) -> Island:
    """The owner of another firm on the same server."""
    return found("fremd")


@pytest.fixture
def clerk(owner: Island, vault: OpenVault) -> Island:
    return redemption(invite(owner, role="clerk", username="wulff"), owner).send()


def take_in(stranger: Island, seed: Seed) -> None:
    """The stranger's firm certifies the public keys of `seed` for a person of its own, who has not got the seed."""
    held = invite(stranger, role="clerk", username="strohmann")
    made = redemption(held, stranger)
    code = invitation_seed(held.code, firm=stranger.firm, invitation=held.id, root=stranger.root)
    invited = stranger.store().by_hash(Signed.from_wire(made.invitation["certificate"]).hash)
    assert invited is not None
    keys = seed.public_keys()
    signed = issue(code, invited, keys, kind="clerk", subject=held.person, now=int(time.time()))
    made.body["certificate"] = signed.to_wire()
    made.send()
    known = stranger.store().by_kid(keys.kid)
    assert known is not None
    assert known.certificate.firm == stranger.firm != Certificate.parse(signed).subject


def test_a_foreign_firm_shuts_nobody_out_of_ours(owner: Island, vault: OpenVault, stranger: Island) -> None:
    node = vault.put(b"Beleg")
    wraps = list(Wrap.objects.filter(chain=vault.id).order_by("pk").values_list("pk", "kid"))
    take_in(stranger, owner.seed)
    assert stranger.revoke(owner.kid, since=0, reason="compromised") == {"vaults": 0, "teams": []}
    assert list(Wrap.objects.filter(chain=vault.id).order_by("pk").values_list("pk", "kid")) == wraps
    assert status(owner, f"vaults/{vault.id}/head") == 200
    assert not owner.get(f"vaults/{vault.id}/news?since=0")["due"]
    assert open_vault(owner, vault.id).open(node) == b"Beleg"
    open_vault(owner, vault.id).put(b"Danach")


def test_who_is_certified_in_another_firm_too_is_shut_out_of_ours(
    owner: Island, vault: OpenVault, clerk: Island, team: OpenVault, stranger: Island
) -> None:
    """The revoked clerk keeps his key in force elsewhere: that opens nothing here."""
    take_in(stranger, clerk.seed)
    owner.revoke(clerk.kid)
    for path in ("session", f"vaults/{vault.id}/head", f"vaults/{vault.id}/news"):
        assert status(clerk, path) == 401
    assert not Wrap.objects.filter(chain__tenant=owner.firm, kid=clerk.kid).exists()
    assert not owner.store().in_force(clerk.kid)


def test_who_took_back_his_key_in_another_firm_first_is_revoked_in_ours_all_the_same(
    owner: Island, vault: OpenVault, clerk: Island, team: OpenVault, stranger: Island
) -> None:
    take_in(stranger, clerk.seed)
    stranger.revoke(clerk.kid)
    assert status(clerk, f"vaults/{vault.id}/head") == 200
    assert owner.revoke(clerk.kid) == {"vaults": 1, "teams": [team.id]}
    assert status(clerk, "session") == 401
    assert not owner.store().in_force(clerk.kid)


def test_a_fallen_key_is_not_held_up_by_a_certificate_of_another_firm(
    owner: Island, vault: OpenVault, clerk: Island, stranger: Island
) -> None:
    """Its person is not revoked: once unblocked, only the certificate stands between him and the vault."""
    since = owner.get("keys/certificates")["certificates"][-1]["log_index"]
    client = redemption(_letter_by(clerk, vault), owner).send()
    take_in(stranger, client.seed)
    assert status(client, f"vaults/{vault.id}/head") == 200
    owner.revoke(clerk.kid, since=since + 1, reason="compromised")
    owner.post(f"people/{client.person}/unblock", {})
    client.sign_in()
    assert status(client, f"vaults/{vault.id}/head") == 404


def _letter_by(clerk: Island, vault: OpenVault) -> Letter:
    add_holder(vault, Holder(clerk.kid, "manage", clerk.person))
    mine = open_vault(clerk, vault.id)
    return invite(clerk, role="client", username="harms", client=client_of(vault), vaults=[mine.holding("write")])
