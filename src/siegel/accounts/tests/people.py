"""Persons for tests, made by the real actions."""

import hashlib
import secrets
from collections.abc import Callable

from django.test import Client as Browser

from siegel.accounts import actions
from siegel.accounts.models import Person
from siegel.accounts.passwords import hash_auth_key
from siegel.base.ids import new_id
from siegel.base.models import Tenant

# The fixture `sign_in`: a browser in which the person is signed in.
SignIn = Callable[[Person], Browser]


def auth_key_of(username: str) -> bytes:
    """The authentication key a test person's password gives (32 bytes)."""
    return hashlib.sha256(username.encode()).digest()


def make_person(tenant: Tenant, username: str, name: str) -> Person:
    """An active person who can sign in with `auth_key_of(username)`."""
    person = actions.add_person(tenant=tenant, person_id=new_id(), username=username, name=name, by=None)
    actions.set_credential(person=person, s=secrets.token_bytes(32), auth_hash=hash_auth_key(auth_key_of(username)))
    return person
