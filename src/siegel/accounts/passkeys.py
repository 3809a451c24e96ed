"""Passkeys (WebAuthn): verified here by `fido2`; the seed that each of them opens is the business of `keys`.

User verification is required, so a passkey is two factors: the device, and a finger, a face or its PIN. Attestation is
not asked for. Whatever is wrong with a passkey gets one answer, `passkey_refused`.
"""

import hashlib
import struct
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from cryptography.exceptions import UnsupportedAlgorithm
from django.db import IntegrityError, transaction
from django.utils import timezone
from fido2.cose import CoseKey
from fido2.server import Fido2Server
from fido2.webauthn import AttestedCredentialData, PublicKeyCredentialRpEntity, UserVerificationRequirement

from siegel.accounts.errors import AccountsError
from siegel.accounts.models import Passkey, Person
from siegel.base import audit
from siegel.base.actions import action
from siegel.base.models import Tenant
from siegel.seals.canonical import b64

COSE_ALGORITHM = 3
NAME_MAX = 60
PASSKEYS_MAX = 20
CREDENTIAL_MAX_BYTES = 4096
# What fido2 raises when bytes of strangers are not what they should be; it has no error of its own.
MALFORMED = (
    ValueError, TypeError, LookupError, AttributeError, AssertionError, OverflowError, RecursionError,
    NotImplementedError, struct.error, UnsupportedAlgorithm,
)  # fmt: skip
R = TypeVar("R")


@dataclass(frozen=True)
class Site:
    """For whom passkeys are: the host name (RP ID), and the addresses under which our pages may be seen."""

    host: str
    origins: frozenset[str]


@dataclass(frozen=True)
class Registration:
    """What a browser got of a new passkey: id, client data (JSON) and attestation object, as received."""

    credential_id: bytes
    client_data: bytes
    attestation: bytes


@dataclass(frozen=True)
class Assertion:
    """What a browser got of a passkey that somebody used; all as received."""

    credential_id: bytes
    client_data: bytes
    authenticator_data: bytes
    signature: bytes


@dataclass(frozen=True)
class NewPasskey:
    """A verified registration."""

    credential: AttestedCredentialData
    sign_count: int

    @property
    def digest(self) -> str:
        return digest_of(self.credential.credential_id)


def digest_of(credential_id: bytes) -> str:
    return b64(hashlib.sha256(credential_id).digest())


def passkeys_of(person: Person) -> list[Passkey]:
    """The newest first."""
    return list(Passkey.objects.filter(person=person).order_by("-created_at", "-pk"))


def credential_ids(passkeys: Iterable[Passkey]) -> dict[int, str]:
    """The credential's id (b64) by the passkey's."""
    return {one.pk: b64(AttestedCredentialData(bytes(one.credential)).credential_id) for one in passkeys}


def verify_registration(site: Site, nonce: bytes, made: Registration) -> NewPasskey:
    """The new credential, made for this site and nonce with its user verified; else AccountsError."""
    response = {"clientDataJSON": b64(made.client_data), "attestationObject": b64(made.attestation)}
    answer = {"id": b64(made.credential_id), "rawId": b64(made.credential_id), "response": response}
    data = _verified(lambda: _server(site).register_complete(_state(nonce), {**answer, "type": "public-key"}))
    credential = data.credential_data
    if credential is None or credential.credential_id != made.credential_id or len(credential) > CREDENTIAL_MAX_BYTES:
        raise AccountsError("passkey_refused", status=401)
    if credential.public_key.get(COSE_ALGORITHM) not in CoseKey.supported_algorithms():
        raise AccountsError("passkey_refused", status=401)
    return NewPasskey(credential, data.counter)


def verify_assertion(site: Site, tenant: Tenant, nonce: bytes, used: Assertion) -> Passkey:
    """The passkey of an active person of the tenant, used here for this nonce by somebody it verified.

    Its counter moves on. AccountsError `passkey_refused` (401) in all other cases, a counter that went back included:
    two devices with one key, where there should be one.
    """
    passkey = _passkey(tenant, digest_of(used.credential_id))
    credential = AttestedCredentialData(bytes(passkey.credential))
    response = {
        "clientDataJSON": b64(used.client_data),
        "authenticatorData": b64(used.authenticator_data),
        "signature": b64(used.signature),
    }
    answer = {"id": b64(used.credential_id), "rawId": b64(used.credential_id), "response": response}
    _verified(
        lambda: _server(site).authenticate_complete(_state(nonce), [credential], {**answer, "type": "public-key"})
    )
    # 32 + 1 bytes of RP ID hash and flags, then the counter (WebAuthn, 6.1); verified with the rest.
    count = int.from_bytes(used.authenticator_data[33:37], "big")
    unchanged = Passkey.objects.filter(pk=passkey.pk, sign_count=passkey.sign_count)
    if count <= passkey.sign_count and (count, passkey.sign_count) != (0, 0):
        raise AccountsError("passkey_refused", status=401)
    if not unchanged.update(sign_count=count, last_used_at=timezone.now()):
        raise AccountsError("passkey_refused", status=401)
    return passkey


@action
def add_passkey(*, person: Person, made: NewPasskey, name: str) -> Passkey:
    """AccountsError: `passkey_name_invalid`, `passkey_there` (409), `passkeys_too_many` (409)."""
    audit.in_turn(person.tenant)
    if not 0 < len(name) <= NAME_MAX or name != name.strip() or not name.isprintable():
        raise AccountsError("passkey_name_invalid")
    if Passkey.objects.filter(person=person).count() >= PASSKEYS_MAX:
        raise AccountsError("passkeys_too_many", status=409)
    try:
        with transaction.atomic():
            passkey = Passkey.objects.create(
                person=person,
                digest=made.digest,
                credential=bytes(made.credential),
                sign_count=made.sign_count,
                name=name,
            )
    except IntegrityError as error:
        raise AccountsError("passkey_there", status=409) from error
    audit.record("accounts.passkey_added", tenant=person.tenant, by=person, about={"passkey": passkey.digest})
    return passkey


@action
def remove_passkey(*, passkey: Passkey) -> None:
    """It signs nobody in any more."""
    audit.in_turn(passkey.person.tenant)
    person, digest = passkey.person, passkey.digest
    passkey.delete()
    audit.record("accounts.passkey_removed", tenant=person.tenant, by=person, about={"passkey": digest})


def _passkey(tenant: Tenant, digest: str) -> Passkey:
    people = Passkey.objects.select_related("person__tenant").filter(
        person__tenant=tenant, person__state=Person.State.ACTIVE
    )
    found = people.filter(digest=digest).first()
    if found is None:
        raise AccountsError("passkey_refused", status=401)
    return found


def _server(site: Site) -> Fido2Server:
    origins: Collection[str] = site.origins
    return Fido2Server(
        PublicKeyCredentialRpEntity(name="Siegel", id=site.host), verify_origin=lambda origin: origin in origins
    )


def _state(nonce: bytes) -> dict[str, Any]:
    return {"challenge": b64(nonce), "user_verification": UserVerificationRequirement.REQUIRED}


def _verified(verify: Callable[[], R]) -> R:
    try:
        return verify()
    except MALFORMED as error:
        raise AccountsError("passkey_refused", status=401) from error
