"""The worker of the logs: signs what has grown about every second, and verifies every log again and again."""

import time
from collections.abc import Callable

import structlog
from django.db import DatabaseError, close_old_connections

from siegel.base.audit import checkpoints, verification
from siegel.base.models import AuditCheck, Tenant

log = structlog.get_logger("siegel.audit")

SIGN_EVERY_S = 1.0
VERIFY_EVERY_S = 180.0
# A long log is verified less often: at most this share of one core.
VERIFY_SHARE = 0.02


def keep(is_ended: Callable[[float], bool]) -> None:
    """Runs until `is_ended`, which waits so many seconds, says so."""
    next_check = 0.0
    while not is_ended(SIGN_EVERY_S):
        try:
            sign_all()
            if time.monotonic() >= next_check:
                began = time.monotonic()
                verify_all()
                spent_s = time.monotonic() - began
                next_check = time.monotonic() + max(VERIFY_EVERY_S, spent_s / VERIFY_SHARE)
        except DatabaseError as error:  # locked or full: the next round tries again
            log.error("keeping the logs failed", error=type(error).__name__)
            close_old_connections()


def sign_all() -> None:
    """A checkpoint for every log that has grown; a new log is verified at once. What hinders one hinders no other."""
    for tenant_id in checkpoints.unsigned():
        checkpoints.sign_quietly(tenant_id)
        if not AuditCheck.objects.filter(tenant=tenant_id).exists():
            verification.check(tenant_id)


def verify_all() -> None:
    """Every log; its result stands on the pages."""
    for tenant_id in Tenant.objects.values_list("pk", flat=True):
        found = verification.check(tenant_id).finding
        if found is not None:
            log.error("log does not verify", tenant=tenant_id, code=found.code, index=found.index)
