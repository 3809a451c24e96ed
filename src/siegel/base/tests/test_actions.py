import pytest

from siegel.base import audit
from siegel.base.actions import MissingEntryError, action
from siegel.base.models import AuditEntry, Tenant


@action
def rename(*, tenant: Tenant, name: str, is_logged: bool) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(name=name)
    if is_logged:
        audit.record("base.renamed", tenant=tenant)


@action
def rename_through_another(*, tenant: Tenant, name: str) -> None:
    rename(tenant=tenant, name=name, is_logged=True)


@action
def fail_after_renaming(*, tenant: Tenant) -> None:
    rename(tenant=tenant, name="Neu", is_logged=True)
    raise ValueError


@action
def find_nothing_to_do(*, tenant: Tenant) -> None:
    audit.unchanged()


def entries(tenant: Tenant) -> int:
    return AuditEntry.objects.filter(tenant=tenant).count()


def test_an_action_without_an_entry_changes_nothing(firm: Tenant) -> None:
    with pytest.raises(MissingEntryError):
        rename(tenant=firm, name="Neu", is_logged=False)
    firm.refresh_from_db()
    assert firm.name == "Kanzlei Muster"


def test_the_entry_of_an_inner_action_counts_for_the_outer_one(firm: Tenant) -> None:
    before = entries(firm)
    rename_through_another(tenant=firm, name="Neu")
    firm.refresh_from_db()
    assert firm.name == "Neu"
    assert entries(firm) == before + 1


def test_a_failing_action_takes_its_inner_actions_and_entries_with_it(firm: Tenant) -> None:
    before = entries(firm)
    with pytest.raises(ValueError):
        fail_after_renaming(tenant=firm)
    firm.refresh_from_db()
    assert firm.name == "Kanzlei Muster"
    assert entries(firm) == before


def test_an_action_may_say_that_nothing_was_to_do(firm: Tenant) -> None:
    before = entries(firm)
    find_nothing_to_do(tenant=firm)
    assert entries(firm) == before


def test_the_outer_count_survives_a_failed_action(firm: Tenant) -> None:
    with pytest.raises(ValueError):
        fail_after_renaming(tenant=firm)
    with pytest.raises(audit.OutsideActionError):
        audit.unchanged()


def test_an_action_with_positional_arguments_is_refused_where_it_is_written() -> None:
    def block(tenant: Tenant) -> None: ...

    with pytest.raises(TypeError, match="keyword arguments only"):
        action(block)
