"""PostgreSQL lets many write at once: what is counted or taken once is counted and taken once all the same."""

from collections.abc import Callable
from typing import Any

import pytest

from siegel.accounts import lockout, rules
from siegel.accounts.models import Person, SignInFailure
from siegel.base.audit import reconciling
from siegel.base.errors import DomainError
from siegel.base.ids import new_id
from siegel.base.models import AuditEntry
from siegel.firms import actions as firms
from siegel.firms.models import Dossier
from siegel.firms.queries import clients_visible_to
from siegel.keys.tests.island import Island, RefusedError
from siegel.vault.actions import uploads
from siegel.vault.models import Node, Upload
from siegel.vault.tests.island import OpenVault, open_vault
from tests.at_once import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.unsequenced]


@pytest.fixture(autouse=True)
def _in_a_database_in_which_transactions_end(committed: None) -> None:
    """Before everything else a test asks for."""


def together(*works: Callable[[], Any]) -> list[Any]:
    """What each returns, or the code of its refusal."""
    return at_once(*works, refusals=(DomainError, RefusedError), told=lambda error: error.code)


def person_of(island: Island) -> Person:
    return Person.objects.select_related("tenant").get(pk=island.person)


def test_guesses_sent_at_once_are_all_counted() -> None:
    attempt = lockout.Attempt(account=b"a" * 32, source=b"s" * 32, known_device=False)
    allowed = together(*[lambda: lockout.count_attempt(attempt)] * 12)
    assert allowed.count(True) == rules.FAILURES_PER_SOURCE
    assert SignInFailure.objects.count() == rules.FAILURES_PER_SOURCE


def test_uploads_announced_at_once_do_not_pass_the_limit_together(
    vault: OpenVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_OPEN_UPLOADS", 3)
    person = person_of(vault.island)
    begun = together(*[lambda: uploads.begin_upload(by=person, vault_id=vault.id, length=10)] * 8)
    assert begun.count("too_many_uploads") == 5
    assert Upload.objects.count() == 3


def test_of_two_records_behind_one_head_the_first_wins_and_the_log_has_it(owner: Island, vault: OpenVault) -> None:
    views = [open_vault(owner, vault.id) for _ in range(3)]
    made = together(*(view.add_folder for view in views))
    assert made.count("stale") == 2
    [folder] = [one for one in made if one != "stale"]
    assert list(Node.objects.filter(vault=vault.id).values_list("node", flat=True)) == [folder]
    assert list(reconciling.discrepancies(person_of(owner).tenant_id)) == []


def test_a_dossier_gets_one_vault_and_a_number_one_client(owner: Island) -> None:
    by = person_of(owner)

    def client() -> str:
        return firms.create_client(number="10099", name="Bäckerei Harms", by=by).pk

    made = together(*[client] * 4)
    assert len(set(made)) == 1  # the same again gives the one that exists
    [first] = clients_visible_to(by).filter(number="10099")
    dossier = firms.create_dossier(client=first, title="Fibu", by=by)
    attached = together(*[lambda: firms.attach_vault(dossier=dossier, vault_id=new_id(), by=by)] * 4)
    assert sorted(map(str, attached)) == ["None", *["vault_exists"] * 3]
    assert Dossier.objects.get(pk=dossier.pk).vault_id
    indexes = list(AuditEntry.objects.filter(tenant=by.tenant_id).order_by("index").values_list("index", flat=True))
    assert indexes == list(range(len(indexes)))
    assert list(reconciling.discrepancies(by.tenant_id)) == []
