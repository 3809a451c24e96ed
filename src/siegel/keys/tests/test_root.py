"""The firm's root is replaced: by itself or by recovery, in one step, and what it certified stays."""

import time
from typing import Any

import pytest
from django.test import Client as Browser

from siegel.keys.models import Certificate, Revocation
from siegel.keys.tests.island import Island, Json, RefusedError, found, invite, redemption
from siegel.keys.tests.test_emergency import login, opened, recovery
from siegel.seals.derive import Seed
from siegel.seals.root_change import RootChange, change_root


@pytest.fixture
def owner(db: None, scanner: object) -> Island:
    return found("muster")


def change(owner: Island, *, by_recovery: bool = False, since: int | None = None) -> tuple[Seed, RootChange]:
    """A new root, as the owner's browser makes it from the sheet."""
    assert owner.sheet is not None
    new, seed = Seed.generate(), owner.sheet.recovery if by_recovery else owner.sheet.root
    reason = "lost" if by_recovery else "replaced"
    return new, change_root(seed, owner.store(), new, reason=reason, compromised_since=since, now=int(time.time()))


def fingerprint(seed: Seed) -> str:
    return seed.public_keys(signs_only=True).kid


def refused(owner: Island, body: Any) -> tuple[int, str]:
    with pytest.raises(RefusedError) as error:
        owner.post("keys/root", body)
    assert Certificate.objects.filter(kind="root").count() == 1
    assert not Revocation.objects.exists()
    return error.value.status, error.value.message


@pytest.mark.parametrize("by_recovery", [False, True])
def test_whoever_pinned_the_old_root_and_whoever_pins_the_new_one_agree(owner: Island, by_recovery: bool) -> None:
    clerk = redemption(invite(owner, role="clerk", username="wulff"), owner).send()
    new, made = change(owner, by_recovery=by_recovery)
    assert owner.post("keys/root", made.to_wire()) == {"vaults": 0, "teams": []}
    assert owner.post("keys/root", made.to_wire()) == {"vaults": 0, "teams": []}, "the same again"
    old = owner.root
    for pinned in (old, fingerprint(new)):
        owner.root = pinned
        store = owner.store()
        root = store.root()
        assert root is not None
        assert root.kid == fingerprint(new)
        assert not store.in_force(old)
        assert all(store.in_force(kid) for kid in (owner.kid, clerk.kid))
    assert owner.get("session")["firm"]["root"] == fingerprint(new)
    assert len({row.log_index for row in Certificate.objects.filter(issuer__kid=fingerprint(new))}) == 1


def test_after_the_change_the_new_root_opens_the_emergency_door_and_the_old_one_does_not(owner: Island) -> None:
    assert owner.sheet is not None
    old, (new, made) = owner.sheet.root, change(owner)
    owner.post("keys/root", made.to_wire())
    browser = Browser()
    with pytest.raises(RefusedError) as error:
        Island(browser, owner.firm, owner.slug, owner.root, "", "", old).post(
            "emergency/open", {"firm": "muster", "login": login(browser, "muster", old)}
        )
    assert error.value.status == 401
    owner.sheet.root, owner.root = new, fingerprint(new)
    island, body = recovery(owner, person=owner.person, generation=2, revoked=None)
    told, _, _ = opened(owner)
    assert told["owners"]
    with pytest.raises(RefusedError, match="noch"):
        island.post("emergency/owner", body)


def test_what_a_stolen_root_certified_falls_unless_it_is_certified_anew(owner: Island) -> None:
    assert owner.sheet is not None
    held = redemption(invite(owner, role="owner", username="dieb"), owner).send()
    since = min(known.log_index for known in owner.store() if known.certificate.subject == held.person)
    _, made = change(owner, since=since)
    theirs = [one for one in made.certificates if held.person in one.raw.decode()]
    assert theirs
    kept = tuple(one for one in made.certificates if one not in theirs)
    body: Json = RootChange(made.root, made.revocation, kept).to_wire()
    owner.post("keys/root", body)
    store = owner.store()
    assert store.in_force(owner.kid)
    assert not store.in_force(held.kid)
    with pytest.raises(RefusedError):
        held.get("session")


def test_only_an_owner_brings_a_new_root(owner: Island) -> None:
    clerk = redemption(invite(owner, role="clerk", username="wulff"), owner).send()
    _, made = change(owner)
    assert refused(clerk, made.to_wire())[0] == 404


def test_a_change_that_is_not_whole_is_refused(owner: Island) -> None:
    _, made = change(owner)
    wire = made.to_wire()
    assert "root_incomplete" in refused(owner, wire | {"certificates": []})[1]
    assert "root_incomplete" in refused(owner, wire | {"certificates": wire["certificates"][:1]})[1]  # type: ignore[index]
    _, foreign = change(owner)
    assert "revocation_rights" in refused(owner, wire | {"revocation": foreign.to_wire()["revocation"]})[1]
    assert "certificate_issuer" in refused(owner, wire | {"certificates": foreign.to_wire()["certificates"]})[1]
    forged = made.root.to_wire() | {"sig": made.revocation.to_wire()["sig"]}
    assert "signature_invalid" in refused(owner, wire | {"root": forged})[1]
