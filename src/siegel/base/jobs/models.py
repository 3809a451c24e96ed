from django.db import models


class Cursor(models.Model):
    """How far the follower `name` has read a tenant's log: `next` is the index of the entry that comes next.

    `failures` and `retry_at` are about that entry.
    """

    name = models.CharField(max_length=60)
    tenant = models.ForeignKey("base.Tenant", on_delete=models.CASCADE, related_name="+")
    next = models.PositiveBigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "tenant"], name="jobs_cursor_once")]


class ParkedEntry(models.Model):
    """An entry that a follower gave up on, so that those behind it go on. `error`: the exception's class."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=60)
    tenant = models.ForeignKey("base.Tenant", on_delete=models.CASCADE, related_name="+")
    index = models.PositiveBigIntegerField()
    error = models.CharField(max_length=100)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "tenant", "index"], name="jobs_parked_once")]
