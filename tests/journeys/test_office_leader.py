"""An office leader at work: invites into the own office, sees it and no other, and takes a clerk's key back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from siegel.agent.account import countersign_waiting
from siegel.agent.client import Api
from siegel.agent.invite import invite
from siegel.agent.redeem import redeem
from siegel.agent.session import Home
from siegel.seals.keyfile import write_key_file
from tests.journeys.people import Firm, Person
from tests.journeys.test_invitation import STRONG, choose_password, letter_of
from tests.journeys.test_looks import look, width
from tests.journeys.test_staff_keys import REVOKED, ask_to_revoke, key_row
from tests.journeys.visits import DONE, PHONE, Visit, come_in
from tests.journeys.watch import Watch


@dataclass
class Offices:
    """Two offices, each with its leader; the other one has a clerk and a client, too."""

    leader: Person
    other_client: str


def joined(firm: Firm, username: str, name: str, role: str, office: str) -> Person:
    home = Home(firm.folder / "state-inhaberin")
    owner = firm.owner.account
    letter = invite(owner, home, name=name, username=username, role=role, vaults={}, office=office).letter
    account = redeem(Api(firm.url), letter, f"{username} vier Lampen am Fluss").account
    path = firm.folder / f"{username}.key"
    path.write_bytes(write_key_file(account.key_file, None))
    firm.joined.append(Person(username, name, "", account, path, role))
    return firm.joined[-1]


@pytest.fixture
def offices(firm: Firm) -> Offices:
    api = firm.owner.account.api
    near, far = (str(api.post("offices", {"name": name})["id"]) for name in ("Büro Altstadt", "Büro Hafen"))
    leader = joined(firm, "leitner", "Lena Leitner", "office_leader", near)
    joined(firm, "fern", "Fritz Fern", "clerk", far)
    client = str(api.post("clients", {"number": "77001", "name": "Reederei Hafen KG"})["id"])
    api.post(f"clients/{client}/office", {"office": far})
    firm.owner.account.learn_certificates()
    countersign_waiting(firm.owner.account)
    return Offices(leader, client)


def invite_somebody(page: Page, name: str, username: str, folder: Path) -> str:
    """Fills in the form of the invitation; the link in the letter."""
    page.fill("#display-name", name)
    page.fill("#username", username)
    page.click("form[data-form=invite] [data-submit]")
    letter, _ = letter_of(page, folder)
    return letter.link


def redeem_here(page: Page, link: str) -> None:
    page.goto(link)
    choose_password(page, STRONG)
    expect(page.locator(DONE)).to_be_visible()


def test_an_office_leader_rules_the_own_office_and_no_other(
    visit: Visit, firm: Firm, offices: Offices, watch: Watch, tmp_path: Path
) -> None:
    page = come_in(visit(), firm, offices.leader)
    page.goto(f"{firm.url}/mitarbeiter/einladen")
    expect(page.locator("#role option")).to_have_text(["Sachbearbeitung"])
    expect(page.locator("#office option")).to_have_text(["Büro Altstadt"])
    clerks = visit()
    redeem_here(clerks, invite_somebody(page, "Nina Neu", "nneu", tmp_path))
    page.goto(f"{firm.url}/mandanten/neu")
    page.fill("#client-number", "77002")
    page.fill("#client-name", "Café Altstadt")
    page.fill("#dossier-title", "Buchführung 2026")
    page.click("form[data-form=client-new] [data-submit]")
    expect(page.locator(DONE)).to_be_visible()
    page.click("[data-go=invite]")
    redeem_here(visit(**PHONE), invite_somebody(page, "Carla Café", "ccafe", tmp_path))

    page.goto(f"{firm.url}/mandanten")
    expect(page.locator("tbody")).to_contain_text("Café Altstadt")
    expect(page.locator("tbody")).not_to_contain_text("Reederei Hafen KG")
    watch.expect(f"^404: GET .*/mandanten/{offices.other_client}")
    answer = page.goto(f"{firm.url}/mandanten/{offices.other_client}")
    assert answer is not None
    assert answer.status == 404

    page.goto(f"{firm.url}/mitarbeiter")
    expect(key_row(page, "Nina Neu")).to_be_visible()
    expect(key_row(page, "Fritz Fern")).to_have_count(0)
    look(page, Axe(), "desktop-leader-staff")
    dialog = ask_to_revoke(page, "Nina Neu")
    dialog.locator("#revoke-typed").fill("Neu")
    dialog.get_by_role("button", name="Schlüssel widerrufen").click()
    expect(key_row(page, "Nina Neu")).to_have_class(REVOKED)
    expect(page.locator("[data-renewing-text]")).to_contain_text("Fertig.")
    clerks.goto(firm.url)
    clerks.wait_for_url(f"{firm.url}/anmeldung*")

    phone = come_in(visit(**PHONE), firm, offices.leader)
    phone.goto(f"{firm.url}/mitarbeiter")
    look(phone, Axe(), "phone-leader-staff")
    assert width(phone) <= 390
