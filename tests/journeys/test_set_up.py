"""An owner founds an empty firm in the browser and keeps its keys on a stick and on paper."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from siegel.agent.agefiles import read_identities
from siegel.seals.derive import print_of
from siegel.seals.keyfile import KeyFile, parse_key_file
from siegel.seals.shares import Share, combine
from tests.installation import Installation
from tests.journeys.paper import saved_paper
from tests.journeys.visits import DONE
from tests.journeys.watch import Watch

PASSWORD = "drei rote Äpfel im Schnee 7"
USERNAME = "gruenderin"


def only(codes: set[str]) -> str:
    [code] = codes
    return code


def fill_in_firm(page: Page, place: str) -> None:
    page.fill("#firm-place", place)
    page.fill("#owner-name", "Renate Gründer")
    page.fill("#owner-username", USERNAME)
    page.click("[data-step=firm] [data-next]")


def choose_password(page: Page) -> None:
    page.fill("#new-password", PASSWORD)
    page.fill("#repeat-password", PASSWORD)
    expect(page.locator("[data-rule].ok")).to_have_count(3)
    page.click("[data-step=password] [data-next]")


def save_key_file(page: Page, folder: Path) -> KeyFile:
    with page.expect_download() as download:
        page.click("[data-save=key-file]")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return parse_key_file(path.read_bytes(), PASSWORD)


def test_an_owner_founds_an_empty_firm_and_keeps_its_keys(
    visitor: Page, installation: Installation, watch: Watch, tmp_path: Path
) -> None:
    token = installation.create_firm("leer", "Leere Kanzlei")
    visitor.goto(f"{installation.url}/einrichten#{token}")
    expect(visitor.locator("#firm-name")).to_have_value("Leere Kanzlei")
    assert "#" not in visitor.url
    fill_in_firm(visitor, "Leer")
    choose_password(visitor)

    submit = visitor.locator("[data-step=save] [data-submit]")
    expect(submit).to_have_attribute("aria-disabled", "true")
    key_file = save_key_file(visitor, tmp_path)
    assert (key_file.slug, key_file.username) == ("leer", USERNAME)
    assert key_file.root_seed is not None
    assert key_file.recovery_seed is not None
    assert key_file.root == key_file.root_seed.public_keys(signs_only=True).kid
    expect(visitor.locator("[data-fingerprint]")).to_have_text(f"Kennung {print_of(key_file.root)}")

    sheet = saved_paper(visitor, "[data-save=sheet]", tmp_path)
    seeds = {key_file.root_seed.encode(), key_file.recovery_seed.encode()}
    assert sheet.pages == 1
    assert sheet.codes == seeds
    assert all(seed in sheet.text for seed in seeds)
    typed = tmp_path / "abgetippt.txt"
    typed.write_text("\n".join(re.findall("AGE-SECRET-KEY-PQ-1[A-Z0-9]{58}", sheet.text)))
    assert {identity.encode() for identity in read_identities(typed)} == seeds
    assert key_file.root in sheet.text
    assert print_of(key_file.root).replace(" ", "") in sheet.text
    expect(submit).to_have_attribute("aria-disabled", "true")
    visitor.check("#saved")
    expect(submit).to_have_attribute("aria-disabled", "false")
    one, two, _ = [Share.parse(only(saved_paper(visitor, f"[data-save-share='{n}']", tmp_path).codes)) for n in "123"]
    assert combine(one, two) == (key_file.root_seed, key_file.recovery_seed)
    expect(visitor.locator('[data-saved-mark="shares"]')).to_be_visible()
    submit.click()
    expect(visitor.locator(DONE)).to_be_visible()
    visitor.click("[data-go]")
    expect(visitor.locator("h1")).to_contain_text("Renate Gründer")
    expect(visitor.get_by_text("Kanzlei eingerichtet, Schlüssel hinterlegt")).to_be_visible()

    watch.expect(r"^4\d\d: POST .*/api/set-up/open$")
    visitor.goto(f"{installation.url}/einrichten#{token}")
    expect(visitor.locator("[data-message]")).to_contain_text("Dieser Link ist abgelaufen oder wurde schon benutzt.")


def test_a_link_without_its_token_says_what_is_missing(visitor: Page, installation: Installation) -> None:
    visitor.goto(f"{installation.url}/einrichten")
    expect(visitor.locator("[data-message]")).to_contain_text("Dieser Link ist nicht vollständig.")


def test_a_link_and_what_was_typed_outlast_the_change_of_the_language(
    visitor: Page, installation: Installation
) -> None:
    token = installation.create_firm("zweisprachig", "Zweisprachige Kanzlei")
    sent: list[str] = []
    visitor.on("request", lambda request: sent.append(f"{request.url} {request.post_data}"))
    visitor.goto(f"{installation.url}/einrichten#{token}")
    expect(visitor.locator("#firm-name")).to_have_value("Zweisprachige Kanzlei")
    visitor.fill("#firm-name", "Kanzlei & Töchter?")
    visitor.fill("#owner-name", "Renate Gründer")
    visitor.get_by_role("button", name="English").click()
    expect(visitor.locator("html")).to_have_attribute("lang", "en")
    expect(visitor.locator("#firm-name")).to_have_value("Kanzlei & Töchter?")
    expect(visitor.locator("#owner-name")).to_have_value("Renate Gründer")
    assert visitor.url == f"{installation.url}/einrichten"
    fill_in_firm(visitor, "Leer")
    expect(visitor.locator("[data-step=password]")).to_be_visible()
    # The API alone learns the token, to open the link.
    assert not [line for line in sent if token in line and "/api/set-up/open" not in line]
    assert not [line for line in sent if "Renate" in line]
