from django.db import models

from siegel.base.ids import ID_LENGTH, new_id


class Tenant(models.Model):
    """A firm or the provider. User names and audit logs live per tenant; id and slug never change."""

    class Kind(models.TextChoices):
        FIRM = "firm"
        PROVIDER = "provider"

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.FIRM)
    slug = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    place = models.CharField(max_length=100, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()


class AuditEntry(models.Model):
    """One leaf of a tenant's log (docs/formats.md 4). Only ever inserted; a trigger refuses changes of a leaf.

    `personal` and `salt` stand beside the leaf, which holds only a commitment to them: they can be erased one day
    without breaking a proof.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    index = models.PositiveBigIntegerField()
    leaf = models.BinaryField()
    personal = models.BinaryField()
    salt = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "index"], name="base_entry_index")]


class Blob(models.Model):
    """A stored payload: `size` bytes in the file `siegel.base.blobs.path_of(id)`.

    `leaves` joins the 32-byte hashes of its 1 MiB segments (docs/formats.md 9).
    """

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    size = models.PositiveBigIntegerField()
    leaves = models.BinaryField()
