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
    """One leaf of a tenant's log (docs/formats.md 4). Only ever inserted; triggers refuse changes and deletions.

    `hashes` joins the 32-byte hashes of the tree's nodes that this entry completes, its leaf's first (`audit.tree`).
    `personal` and `salt` stand beside the leaf, which holds only a commitment to them: they may be emptied, and nothing
    else, without breaking a proof. `weighty` repeats what the kind says, to find the few among the many.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+", db_index=False)
    index = models.PositiveBigIntegerField()
    leaf = models.BinaryField()
    hashes = models.BinaryField()
    weighty = models.BooleanField(default=False)
    personal = models.BinaryField()
    salt = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "index"], name="base_entry_index")]
        indexes = [
            models.Index(fields=["tenant", "index"], condition=models.Q(weighty=True), name="base_entry_weighty")
        ]


class AuditPending(models.Model):
    """PostgreSQL: an entry without a place yet, in the transaction of its action; `audit.sequencer` takes it in."""

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+", db_index=False)
    leaf = models.BinaryField()
    personal = models.BinaryField()
    salt = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["tenant", "id"], name="base_pending_order")]


class AuditLog(models.Model):
    """What is published of a tenant's log: its origin and the key that signs it, as the key's process said it."""

    tenant = models.OneToOneField(Tenant, on_delete=models.PROTECT, primary_key=True, related_name="+")
    origin = models.CharField(max_length=200, unique=True)
    vkey = models.CharField(max_length=300, default="")


class AuditBeginning(models.Model):
    """A new origin with which a tenant's log went on after a restore (`audit.beginnings`): its key and its opening,
    signed by that and by the key of the origin `before`. `size`: of the opening; its last entry, if there, says why.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    origin = models.CharField(max_length=200, unique=True)
    vkey = models.CharField(max_length=300)
    before = models.CharField(max_length=300)
    size = models.PositiveBigIntegerField()
    note = models.BinaryField()


class AuditCheckpoint(models.Model):
    """A signed head of a tenant's log (docs/formats.md 11). `signed_at` in whole seconds; one per size."""

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+", db_index=False)
    size = models.PositiveBigIntegerField()
    note = models.BinaryField()
    signed_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "size"], name="base_checkpoint_size")]


class AuditWitness(models.Model):
    """Who confirms a tenant's log from outside: a verifier key of type cosignature/v1 and the name people gave it."""

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    vkey = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "vkey"], name="base_witness_key")]


class AuditCosignature(models.Model):
    """A witness's signature line on a checkpoint, verified; `at`: the time it states."""

    checkpoint = models.ForeignKey(AuditCheckpoint, on_delete=models.CASCADE, related_name="+")
    witness = models.ForeignKey(AuditWitness, on_delete=models.PROTECT, related_name="+")
    line = models.TextField()
    at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checkpoint", "witness"], name="base_cosignature_once")]


class AuditTimestamp(models.Model):
    """The answer of a timestamp service (RFC 3161, DER) about a checkpoint's text; `at`: the time it states.

    `service`: the host that gave it.
    """

    checkpoint = models.OneToOneField(AuditCheckpoint, on_delete=models.CASCADE, related_name="+")
    answer = models.BinaryField()
    service = models.CharField(max_length=253)
    at = models.BigIntegerField()


class AuditStamping(models.Model):
    """How the last try to have a tenant's log stamped ended: `code` is empty when it went well.

    `next_at`: when it is tried again, after so many `failures` in a row.
    """

    tenant = models.OneToOneField(Tenant, on_delete=models.PROTECT, primary_key=True, related_name="+")
    tried_at = models.BigIntegerField()
    next_at = models.BigIntegerField()
    failures = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=20, default="")


class AuditPush(models.Model):
    """How a tenant's log was last brought to a witness of the settings (its URL): up to which `size` it cosigned.

    `code` is empty when it went well; `next_at`: when it is tried again, after so many `failures` in a row.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+", db_index=False)
    service = models.CharField(max_length=300)
    size = models.PositiveBigIntegerField(default=0)
    tried_at = models.BigIntegerField(default=0)
    next_at = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=20, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "service"], name="base_push_service")]


class AuditRelease(models.Model):
    """The newest entry about the files that the server gives to browsers: SHA-256 of their list, and its place."""

    tenant = models.OneToOneField(Tenant, on_delete=models.PROTECT, primary_key=True, related_name="+")
    digest = models.BinaryField()
    index = models.PositiveBigIntegerField()


class AuditCheck(models.Model):
    """How the last full verification of a tenant's log ended: `code` is empty when all held; `index`: the first bad."""

    tenant = models.OneToOneField(Tenant, on_delete=models.PROTECT, primary_key=True, related_name="+")
    at = models.BigIntegerField()
    size = models.PositiveBigIntegerField()
    code = models.CharField(max_length=40, default="")
    index = models.PositiveBigIntegerField(null=True)
    is_tampered = models.BooleanField(default=False)


class Blob(models.Model):
    """A stored payload: `size` bytes in the file `siegel.base.blobs.path_of(id)`.

    `leaves` joins the 32-byte hashes of its 1 MiB segments (docs/formats.md 9).
    """

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    size = models.PositiveBigIntegerField()
    leaves = models.BinaryField()
