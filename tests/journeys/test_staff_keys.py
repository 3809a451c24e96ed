"""Mitarbeiter & Schlüssel: who has which key, and how one is taken back."""

from __future__ import annotations

import re
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Locator, Page, expect

from siegel.agent.client import Api
from siegel.agent.invite import invite
from siegel.agent.redeem import redeem
from siegel.agent.session import Home
from tests.journeys.people import Firm, Person
from tests.journeys.test_looks import look, width
from tests.journeys.visits import PHONE, Visit, come_in, open_vault
from tests.journeys.watch import Watch

REVOKED = re.compile(r"\bis-off\b")


def key_row(page: Page, name: str) -> Locator:
    return page.locator(f'.sg-keyrow[data-name="{name}"]')


def ask_to_revoke(page: Page, name: str) -> Locator:
    """The dialog, open."""
    key_row(page, name).locator("[data-revoke]").click()
    dialog = page.locator("dialog#revoke")
    expect(dialog).to_be_visible()
    return dialog


def client_of(firm: Firm, clerk: Person, folder: Path, name: str) -> None:
    """Somebody whom this clerk has invited, and who has redeemed."""
    home = Home(folder / f"state-{clerk.username}")
    invited = invite(
        clerk.account, home, name=name, username="vonrenken", role="client", vaults={}, client=firm.client_id
    )
    redeem(Api(firm.url), invited.letter, "sieben Schwalben am Kanal").account.api.close()


def test_the_owner_revokes_a_clerk_and_the_vaults_get_new_keys(
    owner: Page, visit: Visit, firm: Firm, watch: Watch
) -> None:
    # the clerk's open page may ask for something before it is left
    watch.expect(r"^40[14]: GET .*/(head|left|news.*)$")
    clerk = firm.join("renken", "Tobias Renken", "clerk")
    vault = firm.new_vault(more=((clerk.account.kid, "manage"),))
    elsewhere = come_in(visit(), firm, clerk)
    open_vault(elsewhere, vault)
    before = firm.opened(vault, firm.owner).epoch
    owner.goto(f"{firm.url}/mitarbeiter")
    expect(key_row(owner, "Tobias Renken")).to_contain_text("2 Geräte angemeldet")
    dialog = ask_to_revoke(owner, "Tobias Renken")
    expect(dialog.get_by_role("button", name="Abbrechen")).to_be_focused()
    dialog.get_by_label("Zur Bestätigung den Nachnamen eingeben").fill("Wulff")
    dialog.get_by_role("button", name="Schlüssel widerrufen").click()
    expect(dialog.locator("[data-error-for=revoke-typed]")).to_contain_text("Bitte tippen Sie „Renken“.")
    dialog.get_by_label("Zur Bestätigung den Nachnamen eingeben").fill("renken")
    dialog.get_by_role("button", name="Schlüssel widerrufen").click()
    expect(key_row(owner, "Tobias Renken")).to_have_class(REVOKED)
    expect(key_row(owner, "Tobias Renken")).to_contain_text("öffnet nichts Neues mehr")
    expect(key_row(owner, "Tobias Renken")).not_to_contain_text("Zweiter Faktor")
    expect(owner.locator("[data-renewing-text]")).to_contain_text("Fertig.")
    assert firm.opened(vault, firm.owner).epoch > before
    elsewhere.goto(vault.url)
    elsewhere.wait_for_url(f"{firm.url}/anmeldung?*")
    again = key_row(owner, "Tobias Renken").get_by_role("link", name="Zugang von Tobias Renken neu ausstellen")
    expect(again).to_be_visible()
    owner.reload()
    expect(again).to_be_visible()
    expect(key_row(owner, "Tobias Renken")).to_contain_text("öffnet nichts Neues mehr")
    expect(owner.locator("[data-renewing-text]")).to_have_text("Alle Tresore haben gültige Schlüssel.")


def test_what_a_compromised_key_has_certified_falls_and_is_confirmed_in_the_same_step(
    owner: Page, firm: Firm, tmp_path: Path
) -> None:
    clerk = firm.join("kompro", "Konrad Kompro", "clerk")
    firm.new_vault(more=((clerk.account.kid, "manage"),))
    client_of(firm, clerk, tmp_path, "Vera Vonihm")
    owner.goto(f"{firm.url}/mitarbeiter")
    dialog = ask_to_revoke(owner, "Konrad Kompro")
    dialog.locator("#revoke-reason").select_option("compromised")
    expect(dialog.locator("[data-falling]")).to_be_hidden()
    dialog.locator("#revoke-since").fill("2020-01-01")
    expect(dialog.locator("[data-falling-mine] li")).to_contain_text(["Vera Vonihm"])
    dialog.locator("#revoke-typed").fill("konrad kompro ")
    dialog.get_by_role("button", name="Schlüssel widerrufen").click()
    expect(key_row(owner, "Konrad Kompro")).to_have_class(REVOKED)
    owner.goto(f"{firm.url}/mandanten/{firm.client_id}")
    expect(key_row(owner, "Vera Vonihm")).to_contain_text("Gültig")


def test_blocking_needs_no_key_and_can_be_undone(owner: Page, visit: Visit, firm: Firm) -> None:
    firm.join("urlaub", "Uwe Urlaub", "clerk")
    plain = come_in(visit(), firm, firm.owner)
    plain.goto(f"{firm.url}/mitarbeiter")
    key_row(plain, "Uwe Urlaub").get_by_role("button", name="Uwe Urlaub sperren").click()
    expect(key_row(plain, "Uwe Urlaub")).to_contain_text("Gesperrt")
    key_row(plain, "Uwe Urlaub").get_by_role("button", name="Uwe Urlaub entsperren").click()
    expect(key_row(plain, "Uwe Urlaub").get_by_role("button", name="Uwe Urlaub sperren")).to_be_visible()


def test_a_provisional_key_is_compared_and_confirmed(owner: Page, visit: Visit, firm: Firm) -> None:
    person = firm.join("neuling", "Nora Neuling", "clerk")
    her = come_in(visit(), firm, person)
    her.goto(f"{firm.url}/mein-zugang")
    expect(her.locator("[data-own-words]")).to_be_visible()
    read_out = her.locator("[data-own-words]").inner_text()
    owner.goto(f"{firm.url}/mitarbeiter")
    expect(key_row(owner, "Nora Neuling")).to_contain_text("Vorläufig")
    owner.get_by_role("button", name="Schlüssel von Nora Neuling bestätigen").click()
    dialog = owner.locator("dialog#compare")
    expect(dialog).to_be_visible()
    assert len(read_out.split()) == 8
    expect(dialog.locator("[data-compare-words]")).to_have_text(read_out)
    expect(dialog.locator("svg")).to_be_visible()
    look(owner, Axe(), "desktop-firm-compare")
    dialog.get_by_role("button", name="Stimmt überein, bestätigen").click()
    expect(key_row(owner, "Nora Neuling")).to_contain_text("Gültig")
    owner.reload()
    expect(key_row(owner, "Nora Neuling")).to_contain_text("Gültig")


def test_the_dialog_is_accessible_at_every_size(visit: Visit, firm: Firm) -> None:
    for name, options in {
        "desktop": {},
        "phone": PHONE,
        "dark": {"color_scheme": "dark"},
        "small": {**PHONE, "viewport": {"width": 320, "height": 640}},
    }.items():
        page = come_in(visit(**options), firm, firm.owner)
        page.goto(f"{firm.url}/mitarbeiter")
        look(page, Axe(), f"{name}-firm-staff-keys")
        dialog = ask_to_revoke(page, firm.colleague.name)
        dialog.locator("#revoke-reason").select_option("lost")
        look(page, Axe(), f"{name}-firm-revoke")
        assert width(page) <= page.viewport_size["width"]  # type: ignore[index]
