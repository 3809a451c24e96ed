import hmac

import pytest
from django.db import DatabaseError, transaction

from siegel.accounts.models import Person
from siegel.base import audit
from siegel.base.actions import action
from siegel.base.models import AuditEntry, Tenant
from siegel.base.queries import audit_lines, entry_count
from siegel.seals.canonical import b64, parse


@action
def wave(*, tenant: Tenant, by: Person | None = None) -> AuditEntry:
    return audit.record("base.waved", tenant=tenant, by=by, about={"times": 2}, personal={"to": "Jörg"})


def last_entry(tenant: Tenant) -> AuditEntry:
    return AuditEntry.objects.filter(tenant=tenant).order_by("-index")[0]


def test_a_leaf_is_canonical_and_commits_to_the_personal_part(owner: Person) -> None:
    wave(tenant=owner.tenant, by=owner)
    entry = last_entry(owner.tenant)
    leaf = parse(bytes(entry.leaf))
    assert isinstance(leaf, dict)
    assert leaf["personal"] == b64(hmac.digest(bytes(entry.salt), bytes(entry.personal), "sha256"))
    assert parse(bytes(entry.personal)) == {"by": "Henrike Lindhorst", "to": "Jörg"}
    assert sorted(leaf) == ["about", "at", "attested_by", "by", "kind", "personal", "v"]
    assert leaf["by"] == owner.id
    assert leaf["about"] == {"times": 2}
    assert len(bytes(entry.salt)) == 32


def test_a_leaf_holds_no_name(owner: Person) -> None:
    wave(tenant=owner.tenant, by=owner)
    assert b"Henrike" not in bytes(last_entry(owner.tenant).leaf)


def test_equal_personal_parts_give_different_commitments(owner: Person) -> None:
    first, second = wave(tenant=owner.tenant), wave(tenant=owner.tenant)
    assert bytes(first.leaf) != bytes(second.leaf)


def test_indexes_count_from_zero_without_gaps_in_each_tenant(owner: Person, stranger: Person) -> None:
    for tenant in (owner.tenant, stranger.tenant):
        wave(tenant=tenant)
        indexes = list(AuditEntry.objects.filter(tenant=tenant).order_by("index").values_list("index", flat=True))
        assert indexes == list(range(len(indexes)))
        assert entry_count(tenant) == len(indexes)


@pytest.mark.parametrize("change", [{"leaf": b"{}"}, {"index": 999}])
def test_the_database_refuses_to_alter_an_entry(owner: Person, change: dict[str, object]) -> None:
    entry = last_entry(owner.tenant)
    with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).update(**change)


def test_the_personal_part_can_be_erased(owner: Person) -> None:
    entry = wave(tenant=owner.tenant, by=owner)
    AuditEntry.objects.filter(pk=entry.pk).update(personal=b"", salt=b"")
    line = audit_lines(owner.tenant, limit=1)[0]
    assert (line.kind, line.who, line.about) == ("base.waved", "", "")


def test_an_entry_outside_an_action_is_a_fault(owner: Person) -> None:
    with pytest.raises(audit.OutsideActionError):
        audit.record("base.waved", tenant=owner.tenant)


def test_lines_page_backwards_without_overlap(owner: Person) -> None:
    for _ in range(5):
        wave(tenant=owner.tenant)
    newest = audit_lines(owner.tenant, limit=3)
    older = audit_lines(owner.tenant, before=newest[-1].number, limit=3)
    numbers = [line.number for line in [*newest, *older]]
    total = entry_count(owner.tenant)
    assert numbers == list(range(total, total - 6, -1))
