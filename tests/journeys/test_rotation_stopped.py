"""New keys for vaults, stopped half-way by a closed tab: the next sign-in offers to go on."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Route, expect

from siegel.seals.revocations import revoke_key
from tests.journeys.people import Firm, Person, Vault
from tests.journeys.test_looks import look, width
from tests.journeys.visits import PHONE, Visit, come_in

VAULTS = 4
LET_THROUGH = 2


def revoked(firm: Firm, person: Person) -> None:
    """By the owner's program, which gives nothing new keys."""
    account = firm.owner.account
    store = account.learn_certificates()
    known = store.by_kid(person.account.kid)
    assert known is not None
    signed = revoke_key(account.seed, account.own(), known, None, "left")
    account.api.post("keys/revocations", {"revocation": signed.to_wire()})


def due(firm: Firm, vaults: list[Vault]) -> int:
    return sum(firm.opened(vault, firm.owner).due for vault in vaults)


def test_a_rotation_that_was_stopped_goes_on_after_the_next_sign_in(visit: Visit, firm: Firm) -> None:
    clerk = firm.join("halbwegs", "Hanna Halbwegs", "clerk")
    vaults = [firm.new_vault(more=((clerk.account.kid, "write"),)) for _ in range(VAULTS)]
    revoked(firm, clerk)
    assert due(firm, vaults) == VAULTS

    page = come_in(visit(), firm, firm.owner)
    offer = page.get_by_role("link", name="Dort weitermachen, wo es aufgehört hat")
    look(page, Axe(), "desktop-firm-due")
    passed: list[str] = []

    def hold(route: Route) -> None:
        """The line dies after some vaults; the tab is closed while it waits."""
        if len(passed) < LET_THROUGH:
            passed.append(route.request.url)
            route.continue_()

    page.route(re.compile(r"/api/vaults/[^/]+/records$"), hold)
    offer.click()
    page.get_by_role("button", name="Schlüssel jetzt erneuern").click()
    with page.expect_request(lambda request: request.url.endswith("/records") and len(passed) == LET_THROUGH):
        pass
    page.wait_for_timeout(500)
    page.close()
    left = due(firm, vaults)
    assert 0 < left < VAULTS

    phone = come_in(visit(**PHONE), firm, firm.owner)
    expect(phone.get_by_text(re.compile(r"\d+ Tresore? brauch(t einen neuen|en neue) Schlüssel"))).to_be_visible()
    look(phone, Axe(), "phone-firm-due")
    assert width(phone) <= 390
    phone.get_by_role("link", name="Dort weitermachen, wo es aufgehört hat").click()
    phone.get_by_role("button", name="Schlüssel jetzt erneuern").click()
    expect(phone.locator("[data-renewing-text]")).to_contain_text("Fertig.")
    assert due(firm, vaults) == 0
    phone.goto(firm.url)
    expect(phone.get_by_role("link", name="Dort weitermachen, wo es aufgehört hat")).to_have_count(0)
