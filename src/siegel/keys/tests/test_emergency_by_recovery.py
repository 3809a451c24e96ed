"""The door of the emergency sheet where the root is lost with every owner: recovery signs a new root (ADR 0031)."""

import time
from typing import Any

from django.test import Client as Browser

from siegel.keys.models import Certificate, Revocation
from siegel.keys.tests.island import Island, Json, accepted, credential, invite, post, redemption
from siegel.keys.tests.test_emergency import login, refusal, root_of
from siegel.seals.certificates import CertificateStore, issue
from siegel.seals.derive import Seed
from siegel.seals.ids import new_id
from siegel.seals.revocations import AcceptedRevocation, revoke_key
from siegel.seals.root_change import change_root


def recovery_of(island: Island) -> Seed:
    assert island.sheet is not None
    return island.sheet.recovery


def opened_by(island: Island, seed: Seed) -> CertificateStore:
    browser = Browser()
    told = post(browser, "emergency/open", {"firm": island.slug, "login": login(browser, island.slug, seed)})
    revocations = [AcceptedRevocation.from_wire(one) for one in told["revocations"]]
    return CertificateStore.verified([accepted(one) for one in told["certificates"]], island.root, revocations)


def taken_over(
    island: Island, *, person: str, generation: int, since: int | None = None, kept: tuple[str, ...] = ()
) -> tuple[Island, Json]:
    """A new owner's browser with a new root, and what it sends; `kept`: owners that the new root confirms."""
    seed, new_root, now = recovery_of(island), Seed.generate(), int(time.time())
    store = opened_by(island, seed)
    made = change_root(seed, store, new_root, reason="lost", compromised_since=since, now=now)
    root = store.preview(made.root, now)
    confirmed = (recovery_of(island).public_keys().kid, *kept)
    certificates = [one for one in made.to_wire()["certificates"] if kid_in(one) in confirmed]  # type: ignore[union-attr]
    new = Island(Browser(), island.firm, island.slug, root.kid, person, "neu", Seed.generate(), sheet=island.sheet)
    certificate = issue(
        new_root, root, new.seed.public_keys(), kind="owner", subject=person, generation=generation, now=now
    )
    old = store.by_kid(island.kid)
    assert old is not None
    body: Json = {
        "firm": island.slug,
        "login": login(new.browser, island.slug, seed),
        "person": person,
        "name": "Neue Inhaberin",
        "username": "neu",
        "certificate": certificate.to_wire(),
        "revocations": [revoke_key(new_root, root, old, None, "lost").to_wire()],
        "root": made.to_wire() | {"certificates": certificates},
        **credential(new),
    }
    return new, body


def kid_in(wire: Any) -> str:
    from siegel.seals.documents import Certificate as Document
    from siegel.seals.signed import Signed

    return Document.parse(Signed.from_wire(wire)).kid


def test_recovery_alone_makes_a_root_and_an_owner_and_what_was_opens_nothing(owner: Island) -> None:
    clerk = redemption(invite(owner, role="clerk", username="wulff"), owner).send()
    new, body = taken_over(owner, person=owner.person, generation=2)
    session = post(new.browser, "emergency/owner", body)
    assert session["firm"]["root"] == new.root
    # whoever pinned the old root follows to the new one
    for pinned in (owner.root, new.root):
        clerk.root = pinned
        store = clerk.store()
        root = store.root()
        assert root is not None
        assert root.kid == new.root
        assert [store.in_force(kid) for kid in (owner.root, owner.kid, new.kid, clerk.kid)] == [
            False,
            False,
            True,
            True,
        ]
    assert "Mit dem Notfallblatt" in clerk.browser.get("/").content.decode()
    assert owner.browser.get("/api/session").status_code == 401
    assert refusal(Browser(), "emergency/open", signed_in_with(owner, root_of(owner)))[0] == 401
    assert new.get("keys/recovery/wraps")["chains"] == []


def signed_in_with(island: Island, seed: Seed) -> Json:
    return {"firm": island.slug, "login": login(Browser(), island.slug, seed)}


def test_recovery_without_a_new_root_makes_nobody_an_owner(owner: Island) -> None:
    new, body = taken_over(owner, person=new_id(), generation=1)
    status, message = refusal(new.browser, "emergency/owner", body | {"root": None})
    assert (status, "certificate_issuer" in message) == (400, True)
    assert nothing_changed()


def test_a_change_that_leaves_recovery_out_or_is_not_recoverys_is_refused_whole(owner: Island) -> None:
    new, body = taken_over(owner, person=new_id(), generation=1)
    assert (
        "root_incomplete"
        in refusal(new.browser, "emergency/owner", body | {"root": body["root"] | {"certificates": []}})[1]
    )
    new, body = taken_over(owner, person=new_id(), generation=1)
    _, foreign = taken_over(owner, person=new_id(), generation=1)
    mixed = body["root"] | {"revocation": foreign["root"]["revocation"]}
    assert "revocation_rights" in refusal(new.browser, "emergency/owner", body | {"root": mixed})[1]
    assert nothing_changed()


def nothing_changed() -> bool:
    return Certificate.objects.filter(kind="root").count() == 1 and not Revocation.objects.exists()


def test_what_a_thief_of_the_root_certified_falls(owner: Island) -> None:
    thief = redemption(invite(owner, role="owner", username="dieb"), owner).send()
    since = min(known.log_index for known in owner.store() if known.certificate.subject == thief.person)
    new, body = taken_over(owner, person=owner.person, generation=2, since=since)
    post(new.browser, "emergency/owner", body)
    assert not new.store().in_force(thief.kid)
    assert thief.browser.get("/api/session").status_code == 401


def test_a_recovery_of_another_firm_opens_nothing(owner: Island) -> None:
    browser = Browser()
    assert refusal(browser, "emergency/open", signed_in_with(owner, Seed.generate()))[0] == 401
