"""The people of the tests: made by the real actions, signed in through a real session."""

import hashlib
import secrets
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client as Browser

from siegel.accounts import actions as accounts
from siegel.accounts.models import Person
from siegel.accounts.passwords import hash_auth_key
from siegel.base.ids import new_id
from siegel.base.models import Tenant
from siegel.firms import actions as firms
from siegel.firms import rules
from siegel.firms.models import Client, Staff
from siegel.firms.queries import role_of

SignIn = Callable[[Person], Browser]


def auth_key_of(username: str) -> bytes:
    """The authentication key a test person's password gives (32 bytes)."""
    return hashlib.sha256(username.encode()).digest()


def make_person(tenant: Tenant, username: str, name: str) -> Person:
    """An active person who can sign in with `auth_key_of(username)`."""
    person = accounts.add_person(tenant=tenant, person_id=new_id(), username=username, name=name, by=None)
    accounts.set_credential(person=person, s=secrets.token_bytes(32), auth_hash=hash_auth_key(auth_key_of(username)))
    return person


def make_firm(slug: str) -> tuple[Tenant, Person]:
    """A founded firm and its owner."""
    tenant, token = firms.create_firm(slug=slug, name=f"Kanzlei {slug.title()}", place="Oldenburg")
    owner = make_person(tenant, "inhaberin", "Henrike Lindhorst")
    firms.found_firm(
        token=token, name=tenant.name, place=tenant.place, root_fingerprint=secrets.token_bytes(32), owner=owner
    )
    return Tenant.objects.get(pk=tenant.pk), owner


@pytest.fixture(autouse=True)
def _fresh_throttle() -> Iterator[None]:
    yield
    cache.clear()


@pytest.fixture
def owner(db: None) -> Person:
    return make_firm("muster")[1]


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
    return make_firm("fremd")[1]


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
