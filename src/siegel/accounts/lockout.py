"""How guessing is bounded, alike for names that exist and names that do not.

An attempt is counted as failed *before* the key is verified and forgiven when it fits: a hundred guesses sent at once
are a hundred failures, not one.
"""

from dataclasses import dataclass

from django.core import signing
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from siegel.accounts import rules
from siegel.accounts.models import Person, SignInFailure
from siegel.accounts.passwords import keyed_hash
from siegel.base.locks import alone
from siegel.base.origin import address_of, source_of

DEVICE_COOKIE = "siegel_device"
DEVICE_LIFE_S = 180 * 24 * 3600
_SALT = "siegel.accounts.device"


@dataclass(frozen=True)
class Attempt:
    """Who tries from where. `account` and `source` are keyed hashes (32 bytes)."""

    account: bytes
    source: bytes
    known_device: bool


def attempt_of(request: HttpRequest, *, firm_id: str, username: str) -> Attempt:
    """The attempt that `request` makes. A device that has signed in to this account before is its own source."""
    account = keyed_hash("siegel-attempt-account@v1", firm_id, username)
    device = _device_of(request, account, firm_id, username)
    source = device or source_of(address_of(request))
    return Attempt(account, keyed_hash("siegel-attempt-source@v1", source), known_device=device is not None)


def count_attempt(attempt: Attempt) -> bool:
    """Count an attempt as failed; False if it is refused because of the failures before it."""
    with transaction.atomic():
        alone("sign-in attempts")
        since = timezone.now() - rules.LOCK_WINDOW
        SignInFailure.objects.filter(at__lt=since).delete()
        failed = SignInFailure.objects.filter(account=attempt.account).values_list("source", flat=True)
        if rules.is_locked(map(bytes, failed), attempt.source, known_device=attempt.known_device):
            return False
        SignInFailure.objects.create(account=attempt.account, source=attempt.source, at=timezone.now())
        return True


def take_back(attempt: Attempt) -> None:
    """The attempt just counted was none: the password fitted, the code was not asked for yet. Those before count."""
    own = SignInFailure.objects.filter(account=attempt.account, source=attempt.source)
    SignInFailure.objects.filter(pk__in=own.order_by("-pk").values("pk")[:1]).delete()


def is_now_locked(attempt: Attempt) -> bool:
    """Whether the attempt just counted was the last one its source had."""
    failures = SignInFailure.objects.filter(account=attempt.account, source=attempt.source).count()
    return failures >= rules.FAILURES_PER_SOURCE


def forgive(attempt: Attempt) -> None:
    """The key fitted: this source starts from zero. Failures of other sources stay."""
    SignInFailure.objects.filter(account=attempt.account, source=attempt.source).delete()


def device_mark(*, person: Person, device: str) -> str:
    """The value of the cookie by which a browser is known again; `device` is a random id.

    A mark is worth nothing once the person's sessions were all ended (`session_generation`).
    """
    account = keyed_hash("siegel-attempt-account@v1", person.tenant_id, person.username)
    return signing.dumps([account.hex(), device, person.session_generation], salt=_SALT)


def _device_of(request: HttpRequest, account: bytes, firm_id: str, username: str) -> str | None:
    try:
        marked, device, generation = signing.loads(
            request.COOKIES.get(DEVICE_COOKIE, ""), salt=_SALT, max_age=DEVICE_LIFE_S
        )
    except (signing.BadSignature, ValueError):
        return None
    if marked != account.hex():
        return None
    people = Person.objects.filter(tenant=firm_id, username=username, session_generation=generation)
    return str(device) if people.exists() else None
