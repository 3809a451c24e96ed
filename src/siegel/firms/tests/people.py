"""Firms for tests, made by the real actions."""

import secrets

from siegel.accounts.models import Person
from siegel.accounts.tests.people import make_person
from siegel.firms import actions


def make_firm(slug: str) -> Person:
    """The owner of a new, founded firm. Its root is random: nothing here can be sealed."""
    tenant, token = actions.create_firm(slug=slug, name=f"Kanzlei {slug.title()}", place="Oldenburg")
    owner = make_person(tenant, "inhaberin", "Henrike Lindhorst")
    actions.found_firm(
        token=token, name=tenant.name, place=tenant.place, root_fingerprint=secrets.token_bytes(32), owner=owner
    )
    return Person.objects.select_related("tenant").get(pk=owner.pk)
