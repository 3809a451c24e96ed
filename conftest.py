"""The people of the tests: made by the real actions, signed in through a real session; and how properties are tried."""

from collections.abc import Iterator, Sequence
from importlib import import_module

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.test import Client as Browser
from hypothesis import settings as hypothesis_settings
from pytest_django.plugin import DjangoDbBlocker

from siegel.accounts import actions as accounts
from siegel.accounts.models import Person
from siegel.accounts.tests.people import SignIn, make_person
from siegel.base.audit import sequencer
from siegel.base.models import AuditEntry, Tenant
from siegel.base.tests.logs import drop_log_triggers
from siegel.firms import actions as firms
from siegel.firms import rules
from siegel.firms.models import Client, Staff
from siegel.firms.queries import role_of
from siegel.firms.tests.people import make_firm

_MIGRATION = import_module("siegel.base.migrations.0003_audit_tree")

# How long an example takes says how busy the machine is, not whether the property holds.
hypothesis_settings.register_profile("siegel", deadline=None)
hypothesis_settings.load_profile("siegel")


@pytest.fixture(autouse=True)
def _fresh_throttle() -> Iterator[None]:
    yield
    for counters in caches.all():
        counters.clear()


@pytest.fixture(autouse=True)
def _nothing_waits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL: an action that ends has had its sequencer, since a test is one transaction, which no worker sees."""
    if connection.vendor != "postgresql" or request.node.get_closest_marker("unsequenced"):
        return
    pend = sequencer.pend

    def pend_and_sequence(entries: Sequence[AuditEntry]) -> None:
        pend(entries)
        sequencer.sequence(entries[0].tenant_id)

    monkeypatch.setattr(sequencer, "pend", pend_and_sequence)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL: what touches the database, and what is about PostgreSQL. The rest runs on SQLite."""
    if connection.vendor == "postgresql":
        chosen = [item for item in items if _touches_database(item)]
    else:
        chosen = [item for item in items if item.get_closest_marker("postgresql") is None]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
    items[:] = chosen


def _touches_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(fixtures & {"db", "transactional_db"}) or any(
        item.get_closest_marker(name) for name in ("django_db", "on_both", "postgresql")
    )


@pytest.fixture
def _log_kept_again(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for trigger in _MIGRATION._POSTGRESQL if connection.vendor == "postgresql" else _MIGRATION._SQLITE:
            cursor.execute(trigger)


@pytest.fixture
def committed(_log_kept_again: None, transactional_db: None) -> Iterator[None]:
    """A database in which transactions end; it is emptied afterwards, and so the log may be for a moment."""
    yield
    drop_log_triggers()


@pytest.fixture
def owner(db: None) -> Person:
    return make_firm("muster")


@pytest.fixture
def firm(owner: Person) -> Tenant:
    return owner.tenant


@pytest.fixture
def clerk(owner: Person) -> Person:
    person = make_person(owner.tenant, "wulff", "Sabine Wulff")
    firms.add_staff(person=person, role=Staff.Role.CLERK, by=owner)
    return person


@pytest.fixture
def bakery(owner: Person) -> Client:
    """A client of the firm (the party)."""
    return firms.create_client(number="10058", name="Bäckerei Harms GmbH", by=owner)


@pytest.fixture
def client_user(owner: Person, bakery: Client) -> Person:
    person = make_person(owner.tenant, "harms", "Daniela Harms")
    firms.add_client_user(person=person, client=bakery, by=owner)
    return person


@pytest.fixture
def stranger(owner: Person) -> Person:
    """The owner of another firm on the same server."""
    return make_firm("fremd")


@pytest.fixture
def sign_in() -> SignIn:
    """A browser in which the person is signed in."""

    def run(person: Person) -> Browser:
        idle_s = rules.idle_s(role_of(person) or "client")
        opened = accounts.start_session(person=person, idle_s=idle_s, method="password", address="192.0.2.1")
        browser = Browser()
        browser.cookies[settings.SESSION_COOKIE_NAME] = opened.token
        return browser

    return run
