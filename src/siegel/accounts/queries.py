"""Read accounts."""

from collections.abc import Iterable

from siegel.accounts.models import Person


def names_of(ids: Iterable[str]) -> list[dict[str, str]]:
    """Id and name of these people, in no particular order. One query."""
    return [{"id": pk, "name": name} for pk, name in Person.objects.filter(pk__in=set(ids)).values_list("pk", "name")]
