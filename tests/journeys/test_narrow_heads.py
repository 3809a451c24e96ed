"""What stands at the head of a page on a narrow screen."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.journeys.people import Firm
from tests.journeys.test_looks import width
from tests.journeys.visits import PHONE, Visit, come_in


def test_on_a_phone_the_tab_of_the_page_is_on_the_screen(visit: Visit, firm: Firm) -> None:
    page = come_in(visit(**PHONE), firm, firm.owner)
    for path in ("mitarbeiter", "mitarbeiter/teams", "mitarbeiter/notfallblatt", "mitarbeiter/systemschluessel"):
        page.goto(f"{firm.url}/{path}")
        assert right_edge_of_the_current_tab(page) <= 390
        assert width(page) <= 390


def right_edge_of_the_current_tab(page: Page) -> float:
    box = page.locator(".sg-tabs [aria-current]").bounding_box()
    assert box is not None
    return box["x"] + box["width"]


def test_the_emergency_page_says_which_name_of_the_firm_it_wants(visit: Visit, firm: Firm) -> None:
    page = visit()
    page.goto(f"{firm.url}/notfall")
    expect(page.get_by_label("Kanzlei", exact=True)).to_have_accessible_description(
        "Das Kürzel aus Ihrer Anmeldung, zum Beispiel „muster“."
    )
