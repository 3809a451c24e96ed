"""A minute before a session ends the page says so, and the person may go on (WCAG 2.2.1)."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from siegel.firms.rules import idle_s
from tests.installation import Installation
from tests.journeys.people import Firm, Person
from tests.journeys.visits import come_in
from tests.journeys.watch import Watch

IDLE_S = idle_s("client")
WARNING = "[data-session-end]"


def idle_until(installation: Installation, person: Person, left_s: int) -> None:
    """The person's sessions were last used so long ago that `left_s` seconds are left."""
    with closing(sqlite3.connect(installation.data / "siegel.sqlite3", timeout=20)) as database, database:
        database.execute(
            "UPDATE accounts_signedinsession SET last_seen_at = datetime('now', ?) WHERE person_id = ?",
            (f"-{IDLE_S - left_s} seconds", person.account.person),
        )


def sit_idle(page: Page, installation: Installation, person: Person) -> None:
    """On the help page, which uses no key, until half a minute before the end."""
    page.clock.install()
    page.goto(f"{installation.url}/hilfe")
    expect(page.locator(WARNING)).to_be_hidden()
    idle_until(installation, person, 30)
    page.clock.fast_forward(IDLE_S * 1000)


def test_a_warned_person_stays_signed_in_with_one_click(visitor: Page, firm: Firm, installation: Installation) -> None:
    come_in(visitor, firm, firm.client)
    sit_idle(visitor, installation, firm.client)
    warning = visitor.locator(WARNING)
    expect(warning).to_contain_text("Ihre Sitzung endet in weniger als einer Minute.")
    assert Axe().run(visitor).violations_count == 0
    warning.get_by_role("button", name="Angemeldet bleiben").click()
    expect(warning).to_be_hidden()
    visitor.goto(f"{firm.url}/")
    expect(visitor.locator("h1")).to_contain_text(firm.client.name)


def test_the_warning_can_be_answered_over_an_open_dialog(visitor: Page, firm: Firm, installation: Installation) -> None:
    come_in(visitor, firm, firm.client)
    visitor.clock.install()
    visitor.goto(f"{firm.url}/hilfe")
    visitor.keyboard.press("?")
    expect(visitor.locator("dialog#shortcuts")).to_be_visible()
    idle_until(installation, firm.client, 30)
    visitor.clock.fast_forward(IDLE_S * 1000)
    visitor.get_by_role("button", name="Angemeldet bleiben").click()
    expect(visitor.locator(WARNING)).to_be_hidden()


def test_a_page_whose_session_has_ended_leads_to_the_door(
    visitor: Page, firm: Firm, installation: Installation, watch: Watch
) -> None:
    come_in(visitor, firm, firm.client)
    visitor.clock.install()
    visitor.goto(f"{firm.url}/hilfe")
    idle_until(installation, firm.client, -10)
    watch.expect("^401: GET .*/api/session/left$")
    visitor.clock.fast_forward(IDLE_S * 1000)
    visitor.wait_for_url(f"{firm.door}?grund=abgelaufen&next=%2Fhilfe")
