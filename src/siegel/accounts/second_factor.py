"""The second factor: one-time passwords, with recovery codes for the day the telephone is gone."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from siegel.accounts import one_time
from siegel.accounts.actions import end_sessions
from siegel.accounts.errors import AccountsError
from siegel.accounts.models import OneTimeSecret, Person, RecoveryCode, SignedInSession
from siegel.base import audit
from siegel.base.actions import action


@dataclass(frozen=True)
class SecondFactor:
    """Since when a person has one, and how many recovery codes are left."""

    since: datetime
    recovery_codes: int


def second_factor_of(person: Person) -> SecondFactor | None:
    since = OneTimeSecret.objects.filter(person=person).values_list("since", flat=True).first()
    if since is None:
        return None
    return SecondFactor(since, RecoveryCode.objects.filter(person=person).count())


def accept_code(person: Person, code: str) -> bool:
    """Whether `code` is a one-time password of the person, or a recovery code; it is used up by that."""
    code = one_time.normalize(code)
    if one_time.is_password(code):
        return _use_password(person, code)
    return _use_recovery_code(person=person, code=code)


@action
def add_second_factor(*, person: Person, secret: bytes, code: str, current: SignedInSession, idle_s: int) -> list[str]:
    """From now on the person's password needs a one-time password of `secret` (20 bytes); his recovery codes.

    `code` proves that his app has the secret. Sessions that were opened without it end; the current one goes on but is
    no longer kept: `idle_s` is what it gets instead. AccountsError: `second_factor_there` (409), `code_refused`.
    """
    audit.in_turn(person.tenant)
    if OneTimeSecret.objects.filter(person=person).exists():
        raise AccountsError("second_factor_there", status=409)
    step = one_time.matching_step(secret, one_time.normalize(code), now_s=_now_s(), after=0)
    if step is None:
        raise AccountsError("code_refused")
    OneTimeSecret.objects.create(person=person, sealed=one_time.seal_secret(person.id, secret), last_step=step)
    end_sessions(by=person, current=current)
    if current.kept:
        SignedInSession.objects.filter(pk=current.pk).update(kept=False, idle_s=idle_s)
    audit.record("accounts.second_factor_added", tenant=person.tenant, by=person)
    return _new_recovery_codes(person)


@action
def remove_second_factor(*, person: Person) -> None:
    """The password alone signs in again. The caller has verified password and code."""
    audit.in_turn(person.tenant)
    OneTimeSecret.objects.filter(person=person).delete()
    RecoveryCode.objects.filter(person=person).delete()
    audit.record("accounts.second_factor_removed", tenant=person.tenant, by=person)


@action
def renew_recovery_codes(*, person: Person) -> list[str]:
    """Ten new codes; the ones before are worth nothing. AccountsError `second_factor_missing` (409)."""
    audit.in_turn(person.tenant)
    if not OneTimeSecret.objects.filter(person=person).exists():
        raise AccountsError("second_factor_missing", status=409)
    audit.record("accounts.recovery_codes_renewed", tenant=person.tenant, by=person)
    return _new_recovery_codes(person)


def _new_recovery_codes(person: Person) -> list[str]:
    codes = one_time.new_recovery_codes()
    RecoveryCode.objects.filter(person=person).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(person=person, hash=one_time.recovery_hash(person.id, code)) for code in codes
    )
    return codes


def _use_password(person: Person, code: str) -> bool:
    row = OneTimeSecret.objects.filter(person=person).first()
    if row is None:
        return False
    secret = one_time.open_secret(person.id, bytes(row.sealed))
    step = one_time.matching_step(secret, code, now_s=_now_s(), after=row.last_step)
    if step is None:
        return False
    # The row decides: of two requests with the same password one moves the step on.
    return OneTimeSecret.objects.filter(person=person, last_step__lt=step).update(last_step=step) == 1


@action
def _use_recovery_code(*, person: Person, code: str) -> bool:
    used, _ = RecoveryCode.objects.filter(person=person, hash=one_time.recovery_hash(person.id, code)).delete()
    if used:
        left = RecoveryCode.objects.filter(person=person).count()
        audit.record("accounts.recovery_code_used", tenant=person.tenant, by=person, about={"left": left})
    else:
        audit.unchanged()
    return used == 1


def _now_s() -> int:
    return int(timezone.now().timestamp())
