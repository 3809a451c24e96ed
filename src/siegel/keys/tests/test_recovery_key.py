"""Another recovery key: certified by the root, brought by an owner; the old one opens nothing from then on."""

import time

import pytest

from siegel.keys.models import Certificate, Wrap
from siegel.keys.recovery import waiting_for_recovery
from siegel.keys.tests.island import Island, Json, RefusedError, found, invite, redemption
from siegel.seals.certificates import issue
from siegel.seals.derive import Seed
from siegel.seals.revocations import revoke_key
from siegel.vault.tests.island import begin_vault
from siegel.vault.tests.teams import status


@pytest.fixture
def owner(db: None, scanner: object) -> Island:
    return found("muster")


def replacement(owner: Island, root_seed: Seed | None = None) -> tuple[Seed, Json]:
    """What an owner's browser makes of the sheet."""
    assert owner.sheet is not None
    store, new, now = owner.store(), Seed.generate(), int(time.time())
    root, old = store.root(), store.by_kid(owner.sheet.recovery.public_keys().kid)
    assert root is not None
    assert old is not None
    seed = root_seed or owner.sheet.root
    certificate = issue(seed, root, new.public_keys(), kind="recovery", subject=owner.firm, now=now, generation=2)
    revocation = revoke_key(seed, root, old, None, "compromised")
    return new, {"certificate": certificate.to_wire(), "revocation": revocation.to_wire()}


def refused(island: Island, body: Json) -> tuple[int, str]:
    with pytest.raises(RefusedError) as error:
        island.post("keys/recovery", body)
    assert Certificate.objects.filter(kind="recovery").count() == 1
    return error.value.status, error.value.message


def test_the_old_one_opens_nothing_and_what_it_held_is_due(owner: Island) -> None:
    assert owner.sheet is not None
    client = owner.post("clients", {"number": "1", "name": "Müller"})["id"]
    dossier = owner.post(f"clients/{client}/dossiers", {"title": "Akte"})["id"]
    vault = begin_vault(owner, dossier)
    old = owner.sheet.recovery.public_keys().kid
    assert Wrap.objects.filter(kid=old).exists()
    new, body = replacement(owner)
    assert owner.post("keys/recovery", body) == {"vaults": 1, "teams": []}
    assert owner.post("keys/recovery", body) == {"vaults": 1, "teams": []}, "the same again"
    store = owner.store()
    assert (store.in_force(old), store.in_force(new.public_keys().kid)) == (False, True)
    assert not Wrap.objects.filter(kid=old).exists()
    assert waiting_for_recovery(owner.firm) == 1
    vault = vault.refresh()
    vault.rotate()
    assert not Wrap.objects.filter(kid=old).exists()
    # the roster still names the old one, which means the one in force: whoever began the epoch sealed it to that
    assert Wrap.objects.filter(kid=new.public_keys().kid, chain=vault.id).count() == 1
    assert owner.get("keys/due")["vaults"] == []
    assert waiting_for_recovery(owner.firm) == 0


def test_who_is_no_owner_brings_none_and_is_told_of_no_work(owner: Island) -> None:
    clerk = redemption(invite(owner, role="clerk", username="wulff"), owner).send()
    _, body = replacement(owner)
    assert refused(clerk, body)[0] == 404
    owner.post("keys/recovery", body)
    assert clerk.get("keys/due") == {"teams": [], "vaults": [], "more": False, "waiting": 0}


def test_only_the_present_roots_signature_counts(owner: Island) -> None:
    _, body = replacement(owner)
    _, forged = replacement(owner, Seed.generate())
    assert "signature_invalid" in refused(owner, body | {"certificate": forged["certificate"]})[1]
    mine = owner.revocation(owner.kid, reason="lost")
    assert "revocation_certificate" in refused(owner, body | {"revocation": mine})[1]
    assert "signature_invalid" in refused(owner, body | {"revocation": forged["revocation"]})[1]
    assert status(owner, "session") == 200
