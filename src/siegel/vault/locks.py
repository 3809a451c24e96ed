"""Locks that count."""

from django.db.models import QuerySet
from django.utils import timezone

from siegel.keys.places import writers_in
from siegel.vault.models import Lock


def locks_in(vault_id: str) -> QuerySet[Lock]:
    """Those whose time is not over, of people who may still write there; with their holders. One query."""
    counting = Lock.objects.filter(vault=vault_id, until__gt=timezone.now(), person__in=writers_in(vault_id))
    return counting.select_related("person").order_by("pk")
