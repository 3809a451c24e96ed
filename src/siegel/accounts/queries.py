"""Read accounts."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Count, QuerySet

from siegel.accounts.models import OneTimeSecret, Person, SignedInSession

if TYPE_CHECKING:
    from siegel.base.models import Tenant


def names_of(ids: Iterable[str]) -> list[dict[str, str]]:
    """Id and name of these people, in no particular order. One query."""
    return [{"id": pk, "name": name} for pk, name in Person.objects.filter(pk__in=set(ids)).values_list("pk", "name")]


def session_counts(ids: Iterable[str]) -> dict[str, int]:
    """How many sessions each of these people has, if any. One query."""
    rows = SignedInSession.objects.filter(person__in=set(ids)).values("person").annotate(n=Count("pk"))
    return {row["person"]: row["n"] for row in rows}


def with_second_factor(ids: Iterable[str]) -> set[str]:
    """Those of these people whose password needs a one-time password beside it. One query."""
    return set(OneTimeSecret.objects.filter(person__in=set(ids)).values_list("person", flat=True))


def people_of(tenant_id: str) -> QuerySet[Person]:
    return Person.objects.filter(tenant=tenant_id)


def active_person(tenant: "Tenant", person_id: str) -> Person | None:
    """The tenant's person with this id, if he may sign in."""
    people = Person.objects.select_related("tenant").filter(tenant=tenant, state=Person.State.ACTIVE)
    return people.filter(pk=person_id).first()


def password_sign_ins(person: Person) -> int:
    """How often the person has signed in with a password, registration included."""
    return Person.objects.values_list("password_sign_ins", flat=True).get(pk=person.pk)
