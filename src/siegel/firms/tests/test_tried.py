"""What was refused is named to those who may see it, and its kind to all who read the log."""

import pytest

from siegel.accounts.models import Person
from siegel.accounts.tests.people import SignIn
from siegel.base.queries import AuditLine, audit_lines
from siegel.firms.actions import attach_vault, create_dossier
from siegel.firms.models import Client
from siegel.firms.tried import tried_thing, with_tried
from siegel.site.words import report_cells

VAULT = "v" * 21 + "A"
NOBODY = "x" * 21 + "A"


def refused(person: Person, sign_in: SignIn, address: str) -> AuditLine:
    """The entry that the address leaves."""
    assert sign_in(person).get(address).status_code in (403, 404)
    [line] = audit_lines(person.tenant, limit=1)
    assert line.kind == "accounts.denied"
    return line


@pytest.mark.parametrize(
    ("address", "thing"),
    [
        (f"/tresore/{NOBODY}", "Tresor"),
        (f"/api/vaults/{NOBODY}/news", "Tresor"),
        (f"/api/vaults/{NOBODY}/nodes/{NOBODY}/versions/1", "Datei"),
        (f"/mandanten/{NOBODY}/neue-akte", "Akte"),
        (f"/zugang/{NOBODY}/neu", "Zugang"),
        ("/mitarbeiter/notfallblatt", "Notfallblatt"),
        ("/protokoll", "Protokoll"),
    ],
)
def test_the_address_says_what_kind_of_thing_it_was(
    client_user: Person, sign_in: SignIn, address: str, thing: str
) -> None:
    line = refused(client_user, sign_in, address)
    assert str(tried_thing(line)) == thing
    assert report_cells(line)[2] == thing


def test_the_owner_reads_which_and_who_may_not_see_it_does_not(
    owner: Person, clerk: Person, bakery: Client, sign_in: SignIn
) -> None:
    line = refused(clerk, sign_in, f"/mandanten/{bakery.pk}")
    assert [with_tried([line], one)[0].about for one in (owner, clerk)] == ["Mandant · Bäckerei Harms GmbH", "Mandant"]
    dossier = create_dossier(client=bakery, title="Lohn 2026", by=owner)
    attach_vault(dossier=dossier, vault_id=VAULT, by=owner)
    line = refused(clerk, sign_in, f"/tresore/{VAULT}")
    named = "Tresor · Bäckerei Harms GmbH · Lohn 2026"
    assert [with_tried([line], one)[0].about for one in (owner, clerk)] == [named, "Tresor"]


def test_other_entries_stay_as_they_are(owner: Person, bakery: Client) -> None:
    lines = audit_lines(owner.tenant, limit=20)
    assert with_tried(lines, owner) == list(lines)


def test_the_page_of_the_log_says_it_in_the_list_and_in_the_entry(
    owner: Person, clerk: Person, bakery: Client, sign_in: SignIn
) -> None:
    line = refused(clerk, sign_in, f"/mandanten/{bakery.pk}")
    page = sign_in(owner).get(f"/protokoll?eintrag={line.number}").content.decode()
    assert page.count("Mandant · Bäckerei Harms GmbH") >= 3
