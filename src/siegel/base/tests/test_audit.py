import hmac
from dataclasses import dataclass

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from siegel.base import audit
from siegel.base.actions import action
from siegel.base.ids import new_id
from siegel.base.models import AuditEntry, Tenant
from siegel.base.queries import audit_lines, entry_count
from siegel.seals.canonical import b64, parse


@dataclass(frozen=True)
class Somebody:
    id: str
    name: str


HENRIKE = Somebody(new_id(), "Henrike Lindhorst")


@pytest.fixture
def other_firm(firm: Tenant) -> Tenant:
    return Tenant.objects.create(slug="andere", name="Andere", created_at=timezone.now())


@action
def wave(*, tenant: Tenant, by: audit.Actor | None = None) -> audit.Logged:
    audit.in_turn(tenant)
    return audit.record("base.waved", tenant=tenant, by=by, about={"times": 2}, personal={"to": "Jörg"})


def last_entry(tenant: Tenant) -> AuditEntry:
    return AuditEntry.objects.filter(tenant=tenant).order_by("-index")[0]


def test_a_leaf_is_canonical_and_commits_to_the_personal_part(firm: Tenant) -> None:
    wave(tenant=firm, by=HENRIKE)
    entry = last_entry(firm)
    leaf = parse(bytes(entry.leaf))
    assert isinstance(leaf, dict)
    assert leaf["personal"] == b64(hmac.digest(bytes(entry.salt), bytes(entry.personal), "sha256"))
    assert parse(bytes(entry.personal)) == {"by": "Henrike Lindhorst", "to": "Jörg"}
    assert sorted(leaf) == ["about", "at", "attested_by", "by", "kind", "personal", "v"]
    assert leaf["by"] == HENRIKE.id
    assert leaf["about"] == {"times": 2}
    assert len(bytes(entry.salt)) == 32


def test_a_leaf_holds_no_name(firm: Tenant) -> None:
    wave(tenant=firm, by=HENRIKE)
    assert b"Henrike" not in bytes(last_entry(firm).leaf)


def test_equal_personal_parts_give_different_commitments(firm: Tenant) -> None:
    first, second = wave(tenant=firm), wave(tenant=firm)
    assert first.leaf["personal"] != second.leaf["personal"]


def test_indexes_count_from_zero_without_gaps_in_each_tenant(firm: Tenant, other_firm: Tenant) -> None:
    for tenant in (firm, other_firm):
        wave(tenant=tenant)
        indexes = list(AuditEntry.objects.filter(tenant=tenant).order_by("index").values_list("index", flat=True))
        assert indexes == list(range(len(indexes)))
        assert entry_count(tenant) == len(indexes)


@pytest.mark.parametrize("change", [{"leaf": b"{}"}, {"index": 999}])
def test_the_database_refuses_to_alter_an_entry(firm: Tenant, change: dict[str, object]) -> None:
    entry = last_entry(firm)
    with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).update(**change)


def test_the_personal_part_can_be_erased(firm: Tenant) -> None:
    entry = wave(tenant=firm, by=HENRIKE)
    AuditEntry.objects.filter(tenant=firm, index=entry.index).update(personal=b"", salt=b"")
    line = audit_lines(firm, limit=1)[0]
    assert (line.kind, line.who, line.about) == ("base.waved", "", "")


def test_an_entry_outside_an_action_is_a_fault(firm: Tenant) -> None:
    with pytest.raises(audit.OutsideActionError):
        audit.record("base.waved", tenant=firm)


def test_lines_page_backwards_without_overlap(firm: Tenant) -> None:
    for _ in range(5):
        wave(tenant=firm)
    newest = audit_lines(firm, limit=3)
    older = audit_lines(firm, before=newest[-1].number, limit=3)
    numbers = [line.number for line in [*newest, *older]]
    total = entry_count(firm)
    assert numbers == list(range(total, total - 6, -1))
