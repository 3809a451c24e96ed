"""The door of the emergency sheet: what the root's signature opens, and what it does not."""

import time
from typing import Any

import pytest
from django.test import Client as Browser

from siegel.keys.tests.island import (
    ORIGIN,
    Island,
    Json,
    RefusedError,
    accepted,
    credential,
    found,
    invite,
    post,
    redemption,
)
from siegel.seals.certificates import CertificateStore, Known, issue
from siegel.seals.derive import Seed
from siegel.seals.documents import Revocation
from siegel.seals.ids import new_id
from siegel.seals.login import sign_login
from siegel.seals.revocations import AcceptedRevocation, revoke_key


def root_of(island: Island) -> Seed:
    assert island.sheet is not None
    return island.sheet.root


def login(browser: Browser, slug: str, seed: Seed, **said: str) -> Json:
    challenge = post(browser, "emergency/challenge", {"firm": slug})
    told = {"firm": challenge["firm"], "subject": challenge["firm"], "origin": ORIGIN} | said
    return {**sign_login(seed, nonce=challenge["nonce"], now=int(time.time()), **told).to_wire()}


def opened(island: Island) -> tuple[Json, CertificateStore, Known]:
    """What somebody with the sheet and no session is told."""
    browser = Browser()
    told = post(browser, "emergency/open", {"firm": island.slug, "login": login(browser, island.slug, root_of(island))})
    revocations = [AcceptedRevocation.from_wire(one) for one in told["revocations"]]
    store = CertificateStore.verified([accepted(one) for one in told["certificates"]], island.root, revocations)
    root = store.root()
    assert root is not None
    return told, store, root


def recovery(island: Island, *, person: str, generation: int, revoked: str | None, **more: Any) -> tuple[Island, Json]:
    """A new owner's browser, and what it sends; `revoked`: key id of the old owner."""
    _, store, root = opened(island)
    new = Island(Browser(), island.firm, island.slug, island.root, person, "neu", Seed.generate(), sheet=island.sheet)
    now, seed = int(time.time()), root_of(island)
    certificate = issue(
        seed, root, new.seed.public_keys(), kind="owner", subject=person, generation=generation, now=now
    )
    known = store.by_kid(revoked) if revoked else None
    revocations = [revoke_key(seed, root, known, None, "lost").to_wire()] if known else []
    body = {
        "firm": island.slug,
        "login": login(new.browser, island.slug, seed),
        "person": person,
        "name": "Neue Inhaberin",
        "username": "neu",
        "certificate": certificate.to_wire(),
        "revocations": revocations,
        **credential(new),
    }
    return new, body | more


def refused_code(browser: Browser, body: Json) -> tuple[int, str]:
    with pytest.raises(RefusedError) as refused:
        post(browser, "emergency/owner", body)
    return refused.value.status, refused.value.code


def refusal(browser: Browser, path: str, body: Json) -> tuple[int, str]:
    with pytest.raises(RefusedError) as refused:
        post(browser, path, body)
    return refused.value.status, refused.value.message


def test_the_only_owner_who_lost_his_key_gets_a_new_one_and_the_old_one_opens_nothing(owner: Island) -> None:
    old = owner.kid
    new, body = recovery(owner, person=owner.person, generation=2, revoked=old)
    session = post(new.browser, "emergency/owner", body)
    assert (session["person"]["kid"], session["person"]["username"]) == (new.kid, "inhaberin")
    store = new.store()
    assert (store.in_force(old), store.in_force(new.kid)) == (False, True)
    assert owner.browser.get("/api/session").status_code == 401
    owner.auth_key, new.username = bytes(32), "inhaberin"
    assert refusal(owner.browser, "sign-in/password", {"firm": "muster", "username": "inhaberin", "auth_key": "A" * 43})
    assert new.sign_in()["person"]["id"] == owner.person


def test_a_dead_owner_is_followed_by_a_new_person(owner: Island) -> None:
    new, body = recovery(owner, person=new_id(), generation=1, revoked=owner.kid)
    post(new.browser, "emergency/owner", body)
    told = opened(owner)[0]
    assert {one["username"] for one in told["owners"]} == {"inhaberin", "neu"}
    assert new.get("keys/recovery/wraps")["chains"] == []
    assert owner.browser.get("/api/session").status_code == 401


def test_the_whole_staff_is_told(owner: Island) -> None:
    clerk = redemption(invite(owner, role="clerk", username="wulff"), owner).send()
    before = clerk.browser.get("/").content.decode()
    new, body = recovery(owner, person=new_id(), generation=1, revoked=None)
    post(new.browser, "emergency/owner", body)
    after = clerk.browser.get("/").content.decode()
    assert "Notfallblatt" not in before
    assert "Mit dem Notfallblatt wurde Neue Inhaberin zum Inhaber gemacht." in after


def test_nobody_but_the_root_opens_the_door(owner: Island) -> None:
    browser = Browser()
    for seed, said in (
        (owner.seed, {}),
        (Seed.generate(), {}),
        (root_of(owner), {"subject": owner.person}),
        (root_of(owner), {"origin": "https://elsewhere.example"}),
        (root_of(owner), {"firm": new_id()}),
    ):
        proof = login(browser, "muster", seed, **said)
        assert refusal(browser, "emergency/open", {"firm": "muster", "login": proof})[0] == 401
    proof = login(browser, "muster", root_of(owner))
    post(browser, "emergency/open", {"firm": "muster", "login": proof})
    assert refusal(browser, "emergency/open", {"firm": "muster", "login": proof})[0] == 401
    assert browser.get("/api/session").status_code == 401


def test_the_root_of_another_firm_opens_nothing_here(owner: Island) -> None:
    other, browser = found("andere"), Browser()
    proof = login(browser, "muster", root_of(other))
    assert refusal(browser, "emergency/open", {"firm": "muster", "login": proof})[0] == 401


def test_an_owner_has_one_key_at_a_time(owner: Island) -> None:
    new, body = recovery(owner, person=owner.person, generation=2, revoked=None)
    assert refused_code(new.browser, body) == (409, "emergency_key_in_force")
    new, body = recovery(owner, person=owner.person, generation=3, revoked=owner.kid)
    assert refused_code(new.browser, body) == (409, "emergency_generation")
    assert owner.get("session")["person"]["kid"] == owner.kid


def test_no_clerk_becomes_an_owner_and_nothing_but_the_roots_signature_counts(owner: Island) -> None:
    clerk = redemption(invite(owner, role="clerk", username="wulff"), owner).send()
    new, body = recovery(owner, person=clerk.person, generation=2, revoked=None)
    assert "certificate_conflict" in refusal(new.browser, "emergency/owner", body)[1]
    known = owner.store().by_kid(clerk.kid)
    assert known is not None
    forged = Revocation(owner.kid, known.hash, None, owner.firm, "left").sign(owner.seed).to_wire()
    new, body = recovery(owner, person=new_id(), generation=1, revoked=None, revocations=[forged])
    assert "revocation_rights" in refusal(new.browser, "emergency/owner", body)[1]
    assert clerk.get("session")["person"]["kid"] == clerk.kid
    issued = issue(
        owner.seed, owner.own(), Seed.generate().public_keys(), kind="clerk", subject=new_id(), now=int(time.time())
    )
    new, body = recovery(owner, person=new_id(), generation=1, revoked=None, certificate=issued.to_wire())
    assert "certificate_issuer" in refusal(new.browser, "emergency/owner", body)[1]
