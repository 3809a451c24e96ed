"""The log's head in a client's hands: chosen by the owner, sent as a mail, compared in the client's browser."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from playwright.sync_api import Page, expect

from tests.journeys.people import Firm, Vault
from tests.journeys.test_notices import set_address


def newest_note(firm: Firm) -> str:
    """What the mail would carry: mails of this kind go out in the morning only."""
    path = firm.installation.data / "siegel.sqlite3"
    query = (
        "SELECT note FROM base_auditcheckpoint JOIN base_tenant ON base_tenant.id = tenant_id"
        " WHERE slug = ? ORDER BY size DESC LIMIT 1"
    )
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        [note] = database.execute(query, [firm.slug]).fetchone()
    return bytes(note).decode()


def compare(page: Page, firm: Firm, text: str) -> None:
    page.goto(f"{firm.url}/protokoll/vergleichen")
    page.fill("#compare-text", text)
    page.get_by_role("button", name="Vergleichen").click()


def test_a_client_who_was_chosen_compares_the_head_he_kept(owner: Page, client: Page, firm: Firm, vault: Vault) -> None:
    set_address(client, firm, "stand@mandant.example")
    owner.goto(f"{firm.url}/protokoll")
    owner.get_by_role("link", name="Stand per E-Mail").click()
    owner.select_option("#log-mail-person", label=firm.client.name)
    owner.get_by_role("button", name="Täglich senden").click()
    expect(owner.get_by_text("stand@mandant.example")).to_be_visible()
    kept = newest_note(firm)
    mail = f"Guten Tag,\n\n----------\n{kept}----------\n\nWofür ist das gut?\n"
    owner.goto(f"{firm.url}/protokoll")  # the log grows
    compare(client, firm, mail)
    expect(client.get_by_text("Dieselbe Geschichte")).to_be_visible()
    expect(client.get_by_text("In diesem Browser nachgerechnet")).to_be_visible()
    origin, size, *rest = kept.split("\n")
    compare(client, firm, "\n".join([origin, str(int(size) + 1), *rest]))
    expect(client.get_by_text("Das ist kein Stand dieses Protokolls.")).to_be_visible()
    expect(client.get_by_text("Dieselbe Geschichte")).to_be_hidden()
