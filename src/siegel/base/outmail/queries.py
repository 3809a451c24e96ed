"""The queue, as the firm's owner sees it."""

from collections.abc import Sequence

from siegel.base.models import Tenant
from siegel.base.outmail.models import OutMail


def mails_of(tenant: Tenant, *, before: int | None = None, limit: int) -> Sequence[OutMail]:
    """The newest `limit` mails, or those before the one with the id `before`. Without their texts. One query."""
    mails = OutMail.objects.filter(tenant=tenant)
    if before is not None:
        mails = mails.filter(pk__lt=before)
    return list(mails.order_by("-pk").defer("text")[:limit])


def mail_of(tenant: Tenant, mail_id: int) -> OutMail | None:
    return OutMail.objects.select_related("tenant").filter(tenant=tenant, pk=mail_id).first()
