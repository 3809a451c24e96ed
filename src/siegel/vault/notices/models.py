from django.db import models


class NewContents(models.Model):
    """What somebody was not told of yet: so many new files or versions in one vault, since when, and the last when."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="+")
    vault = models.ForeignKey("vault.Vault", on_delete=models.CASCADE, related_name="+")
    files = models.PositiveIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "vault"], name="notices_new_once")]


class LastDigest(models.Model):
    person = models.OneToOneField("accounts.Person", on_delete=models.CASCADE, primary_key=True, related_name="+")
    at = models.DateTimeField()
