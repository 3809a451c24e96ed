"""A backup was put back: the browser that knew more follows the log to its new origin, and says what is gone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.installation import Installation
from tests.journeys.people import Firm, make_firm
from tests.journeys.visits import Visit, come_in

KEPT = "base_auditentry_kept"


@pytest.fixture
def own_firm(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    """What happens to its log concerns no other test."""
    firm = make_firm(installation, tmp_path_factory.mktemp("firm"), "wieder", "Kanzlei Wieder")
    yield firm
    firm.close()


def cut(firm: Firm, size: int) -> None:
    """As after a restore: entries and heads behind `size` never were."""
    tenant = "(SELECT id FROM base_tenant WHERE slug = ?)"
    with closing(sqlite3.connect(firm.installation.data / "siegel.sqlite3", timeout=20)) as database:
        [trigger] = database.execute("SELECT sql FROM sqlite_master WHERE name = ?", [KEPT]).fetchone()
        database.execute("BEGIN IMMEDIATE")
        database.execute(f"DROP TRIGGER {KEPT}")
        for table, column in (("base_auditcheckpoint", "size > ?"), ("base_auditentry", '"index" >= ?')):
            database.execute(f"DELETE FROM {table} WHERE tenant_id = {tenant} AND {column}", [firm.slug, size])
        database.execute(trigger)
        database.commit()


def held_size(page: Page) -> int:
    """How many entries the browser knows."""
    script = "() => JSON.parse(localStorage.getItem(`siegel-log-${document.body.dataset.firm}`)).checkpoint"
    return int(str(page.evaluate(script)).split("\n")[1])


def know_the_log(page: Page, firm: Firm) -> int:
    page.goto(f"{firm.url}/protokoll")
    expect(page.locator("[data-log-held]")).not_to_be_empty()
    return held_size(page)


def test_a_browser_that_knew_more_says_what_is_lost_and_goes_on(visit: Visit, own_firm: Firm) -> None:
    owner = come_in(visit(), own_firm, own_firm.owner)
    kept = know_the_log(owner, own_firm)
    come_in(visit(), own_firm, own_firm.clerk)
    owner.wait_for_timeout(2500)  # the worker signs about every second
    known = know_the_log(owner, own_firm)
    assert known > kept
    cut(own_firm, kept)
    own_firm.installation.operator("audit", "begin-anew", own_firm.slug, "--yes")
    for place in ("/", "/protokoll"):
        owner.goto(f"{own_firm.url}{place}")
        expect(owner.get_by_text("Im Protokoll fehlen Einträge.")).to_be_visible()
        expect(
            owner.get_by_text(f"Von den {known} Einträgen, die dieser Browser kannte, fehlen bis zu")
        ).to_be_visible()
        expect(owner.get_by_text("Protokoll hat eine Lücke")).to_be_visible()
    owner.get_by_role("link", name="Protokoll nach Wiederherstellung neu begonnen").first.click()
    owner.get_by_role("button", name="Selbst prüfen").click()
    expect(owner.get_by_text("Beweis gültig")).to_be_visible()
