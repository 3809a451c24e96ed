from datetime import timedelta

import pytest
from django.utils import timezone

from siegel.accounts.errors import AccountsError
from siegel.accounts.models import Nonce
from siegel.accounts.nonces import NONCE_LIFE, issue_nonce, remove_expired_nonces, use_nonce
from siegel.base.models import Tenant


def refused(tenant: Tenant, purpose: str, nonce: str) -> bool:
    try:
        use_nonce(tenant=tenant, purpose=purpose, nonce=nonce)
    except AccountsError as error:
        return (error.code, error.status) == ("nonce_refused", 401)
    return False


def test_a_nonce_works_once(firm: Tenant) -> None:
    nonce = issue_nonce(tenant=firm, purpose="sign-in")
    assert not refused(firm, "sign-in", nonce)
    assert refused(firm, "sign-in", nonce)


def test_a_nonce_is_bound_to_purpose_and_tenant(firm: Tenant, stranger: object) -> None:
    nonce = issue_nonce(tenant=firm, purpose="sign-in")
    other = Tenant.objects.get(slug="fremd")
    assert refused(firm, "invitation:ABC", nonce)
    assert refused(other, "sign-in", nonce)
    assert not refused(firm, "sign-in", nonce)


def test_an_old_nonce_is_refused_and_swept_away(firm: Tenant) -> None:
    nonce = issue_nonce(tenant=firm, purpose="sign-in")
    for row in Nonce.objects.all():
        row.expires_at -= NONCE_LIFE + timedelta(seconds=1)
        row.save()
    assert refused(firm, "sign-in", nonce)
    issue_nonce(tenant=firm, purpose="sign-in")
    assert Nonce.objects.count() == 1


def test_the_sweep_removes_old_nonces_only(firm: Tenant) -> None:
    issue_nonce(tenant=firm, purpose="old")
    Nonce.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    Nonce.objects.create(tenant=firm, purpose="new", value_hash=b"x", expires_at=timezone.now() + NONCE_LIFE)
    assert remove_expired_nonces() == 1
    assert Nonce.objects.get().purpose == "new"


def test_an_unknown_nonce_is_refused(firm: Tenant) -> None:
    assert refused(firm, "sign-in", "x" * 43)


@pytest.mark.parametrize("nonce", ["", "ü", "x" * 10_000])
def test_any_text_may_be_tried(firm: Tenant, nonce: str) -> None:
    assert refused(firm, "sign-in", nonce)
