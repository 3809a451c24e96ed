"""Signing in with a key file, and signing out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from siegel.seals.ids import new_id
from siegel.seals.keyfile import write_key_file
from tests.journeys.people import Firm, Vault
from tests.journeys.visits import open_vault, sign_in_with_file
from tests.journeys.watch import Watch

PASSPHRASE = "drei Kisten im Regal"
FILE_ERROR = "[data-error-for=key-file]"
PASSPHRASE_ERROR = "[data-error-for=key-passphrase]"
# Names of what the browser keeps in IndexedDB; nothing when there is no such database.
KEPT = """async () => {
  const names = (await indexedDB.databases()).map(({ name }) => name);
  if (!names.includes("siegel")) return [];
  const database = await new Promise((resolve) => {
    const request = indexedDB.open("siegel");
    request.onsuccess = () => resolve(request.result);
  });
  const keys = await new Promise((resolve) => {
    const request = database.transaction("kept").objectStore("kept").getAllKeys();
    request.onsuccess = () => resolve(request.result);
  });
  database.close();
  return keys;
}"""


@pytest.fixture
def sealed_key_file(firm: Firm, tmp_path: Path) -> Path:
    """The owner's, under a passphrase (of little work, so that the test is quick)."""
    path = tmp_path / "inhaberin.age"
    path.write_bytes(write_key_file(firm.owner.account.key_file, PASSPHRASE, work_factor=12))
    return path


def test_the_owner_signs_in_with_an_unencrypted_key_file(visitor: Page, firm: Firm) -> None:
    sign_in_with_file(visitor, firm, firm.owner.key_file)
    visitor.wait_for_url(f"{firm.url}/")
    expect(visitor.locator("h1")).to_contain_text(firm.owner.name)
    expect(visitor.locator("[data-key-state]")).to_have_text("Ihr Schlüssel ist offen")


def test_a_key_file_under_a_passphrase_wants_it_and_takes_only_the_right_one(
    visitor: Page, firm: Firm, sealed_key_file: Path
) -> None:
    sign_in_with_file(visitor, firm, sealed_key_file)
    expect(visitor.locator(PASSPHRASE_ERROR)).to_contain_text("Bitte geben Sie das Passwort der Datei ein.")
    sign_in_with_file(visitor, firm, sealed_key_file, "vier Kisten im Regal")
    expect(visitor.locator(PASSPHRASE_ERROR)).to_contain_text("Bitte geben Sie es noch einmal ein.")
    sign_in_with_file(visitor, firm, sealed_key_file, PASSPHRASE)
    visitor.wait_for_url(f"{firm.url}/")


def test_a_file_that_is_no_key_file_is_told_so(visitor: Page, firm: Firm, tmp_path: Path) -> None:
    photo = tmp_path / "Foto.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0" + bytes(300_000))
    sign_in_with_file(visitor, firm, photo)
    expect(visitor.locator(FILE_ERROR)).to_contain_text("Bitte wählen Sie die Datei von Ihrem USB-Stick.")


def test_a_key_file_of_another_server_is_told_so(visitor: Page, firm: Firm, watch: Watch, tmp_path: Path) -> None:
    foreign = tmp_path / "fremd.key"
    key_file = replace(firm.owner.account.key_file, slug="fremde-kanzlei")
    foreign.write_bytes(write_key_file(key_file, None))
    watch.expect(r"^404: POST .*/api/sign-in/challenge$")
    sign_in_with_file(visitor, firm, foreign)
    expect(visitor.locator(FILE_ERROR)).to_contain_text("Diese Kanzlei gibt es hier nicht.")


def test_a_key_file_of_another_firm_is_told_so(visitor: Page, firm: Firm, tmp_path: Path) -> None:
    foreign = tmp_path / "nachbar.key"
    key_file = replace(firm.owner.account.key_file, firm=new_id())
    foreign.write_bytes(write_key_file(key_file, None))
    sign_in_with_file(visitor, firm, foreign)
    expect(visitor.locator(FILE_ERROR)).to_contain_text("Bitte wählen Sie die Datei dieser Kanzlei.")


def test_signing_out_forgets_the_key_and_takes_other_tabs_to_the_door(owner: Page, firm: Firm, vault: Vault) -> None:
    other = owner.context.new_page()
    open_vault(other, vault)
    assert "person" in owner.evaluate(KEPT)
    owner.get_by_role("button", name="Abmelden").click()
    for page in (owner, other):
        page.wait_for_url(f"{firm.door}?grund=abgemeldet")
    expect(owner.get_by_text("Sie sind abgemeldet.")).to_be_visible()
    assert owner.evaluate(KEPT) == []
    owner.goto(vault.url)
    assert owner.url.startswith(firm.door) or "/anmeldung" in owner.url
