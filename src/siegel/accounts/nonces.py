"""Challenges: random, for one purpose within one tenant, valid for five minutes, used once."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from siegel.accounts.errors import AccountsError
from siegel.accounts.models import Nonce
from siegel.base.models import Tenant
from siegel.seals.canonical import b64

NONCE_BYTES = 32
NONCE_LIFE = timedelta(minutes=5)


def issue_nonce(*, tenant: Tenant, purpose: str) -> str:
    """A new nonce (b64 of 32 bytes). Callers bound how often one source may ask (`base.throttle`)."""
    nonce = b64(secrets.token_bytes(NONCE_BYTES))
    expires_at = timezone.now() + NONCE_LIFE
    with transaction.atomic():
        remove_expired_nonces()
        Nonce.objects.create(tenant=tenant, purpose=purpose, value_hash=_hash(nonce), expires_at=expires_at)
    return nonce


def use_nonce(*, tenant: Tenant, purpose: str, nonce: str) -> None:
    """Use up `nonce`; AccountsError `nonce_refused` (401) if it is unknown, used, too old or meant for something else.

    Deleting decides: of two requests at once only one gets it. It stays used if what follows fails.
    """
    known = Nonce.objects.filter(
        tenant=tenant, purpose=purpose, value_hash=_hash(nonce), expires_at__gte=timezone.now()
    )
    deleted, _ = known.delete()
    if not deleted:
        raise AccountsError("nonce_refused", status=401)


def remove_expired_nonces() -> int:
    """Delete challenges that nobody answered in time; returns how many. For the periodic sweep."""
    deleted, _ = Nonce.objects.filter(expires_at__lt=timezone.now()).delete()
    return deleted


def _hash(nonce: str) -> bytes:
    return hashlib.sha256(nonce.encode()).digest()
