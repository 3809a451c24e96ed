from django.db import models

from siegel.base.ids import ID_LENGTH, new_id


class OutMail(models.Model):
    """A mail on its way to one person. Its text is erased when it has been taken.

    `person` and `vaults` are ids, for the question whether he should still have it. `error` is a code of
    `transport` with the server's `reply`; `message_id` stays the same through all tries, so that a mail that had to be
    sent twice can be told for one.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        SENT = "sent"  # the mail server has taken it
        WRITTEN = "written"  # no mail server is set; it is a file
        REFUSED = "refused"  # the mail server will never take it
        PARKED = "parked"  # tried often enough
        DROPPED = "dropped"  # meanwhile the person may not have it any more

    id = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey("base.Tenant", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    person = models.CharField(max_length=ID_LENGTH)
    vaults = models.JSONField(default=list)
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=254)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    message_id = models.CharField(max_length=ID_LENGTH, default=new_id)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    error = models.CharField(max_length=20, default="", blank=True)
    reply = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["state", "next_at"], name="outmail_due"),
            models.Index(fields=["tenant", "id"], name="outmail_by_tenant"),
        ]
