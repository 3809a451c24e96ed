"""Tables of the opaque tree. Rows (names, types, sizes) are sealed by clients; node ids are their random choice."""

from django.db import models

from siegel.base.ids import ID_LENGTH as ID_CHARS
from siegel.keys.models import HASH_CHARS


class Vault(models.Model):
    """One vault: its sealed root row and what lists show without opening it (files, sealed bytes, last change)."""

    id = models.CharField(primary_key=True, max_length=ID_CHARS)
    chain = models.OneToOneField("keys.Chain", on_delete=models.PROTECT, related_name="+")
    tenant = models.ForeignKey("base.Tenant", on_delete=models.PROTECT, related_name="+")
    dossier = models.OneToOneField("firms.Dossier", null=True, on_delete=models.PROTECT, related_name="+")
    vault_kind = models.CharField(max_length=16)
    row = models.BinaryField()
    file_count = models.PositiveIntegerField(default=0)
    size_bytes = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField()
    # What a personal vault was called last: a sealed row, under this epoch; null as long as it bears its first name.
    title_epoch = models.PositiveIntegerField(null=True)
    title_row = models.BinaryField(null=True)
    # Goes up with every change of a lock or of the name: what an open page compares.
    locks = models.PositiveIntegerField(default=0)


class Node(models.Model):
    """A folder or a file. `version` is the newest version's number, 0 for folders; `seq` the record that made it.

    `removed_seq`: the record that put it in the trash, at `removed_at`; null for what was not removed itself.
    `purged`: nothing but its records is left, of it and of all below it: purged, or emptied out of the trash.
    """

    vault = models.ForeignKey(Vault, on_delete=models.PROTECT, related_name="+")
    node = models.CharField(max_length=ID_CHARS)
    parent = models.CharField(max_length=ID_CHARS)
    kind = models.CharField(max_length=8, choices=[("folder", "folder"), ("file", "file")])
    version = models.PositiveIntegerField(default=0)
    manifest_hash = models.CharField(max_length=HASH_CHARS, default="")
    row = models.BinaryField(null=True)
    epoch = models.PositiveIntegerField()
    seq = models.PositiveIntegerField()
    removed_seq = models.PositiveIntegerField(null=True)
    removed_at = models.DateTimeField(null=True)
    purged = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vault", "node"], name="one_node_per_id")]
        indexes = [
            models.Index(fields=["vault", "seq"], name="node_by_record"),
            models.Index(fields=["vault", "parent"], name="node_by_parent"),
            models.Index(fields=["removed_at"], name="node_in_trash", condition=models.Q(purged=False)),
        ]


class Placement(models.Model):
    """A node was placed by a record: its sealed row, which names it from there on. Empty once the node is purged."""

    vault = models.ForeignKey(Vault, on_delete=models.PROTECT, related_name="+")
    node = models.CharField(max_length=ID_CHARS)
    seq = models.PositiveIntegerField()
    row = models.BinaryField()
    epoch = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vault", "seq", "node"], name="one_place_per_record")]


class Version(models.Model):
    """A published file: its manifest, sealed row, header, the scanner's verdict and the payload's blob.

    Copies share a blob. Row and header are empty, and the blob is null, once the node is purged.
    `replaces`: the hash of the manifest in whose place it has come, sealed anew; `replaced`: another has come in its.
    Of what was replaced manifest, row and verdict stay, which later ones are compared with; header and blob go.
    `held`: the scanner could not look into it, and nobody has released it; `released`: somebody has, this very version.
    """

    vault = models.ForeignKey(Vault, on_delete=models.PROTECT, related_name="+")
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    seq = models.PositiveIntegerField()
    author = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()
    manifest_bytes = models.BinaryField()
    manifest_sig = models.BinaryField()
    row = models.BinaryField()
    header = models.BinaryField()
    verdict_bytes = models.BinaryField()
    verdict_sig = models.BinaryField()
    blob = models.ForeignKey("base.Blob", null=True, on_delete=models.PROTECT, related_name="+")
    manifest_hash = models.CharField(max_length=HASH_CHARS)
    copied_from = models.CharField(max_length=HASH_CHARS, default="")
    held = models.BooleanField(default=False)
    released = models.BooleanField(default=False)
    epoch = models.PositiveIntegerField(default=0)
    replaces = models.CharField(max_length=HASH_CHARS, default="")
    replaced = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["node", "version"], name="one_version_per_number", condition=models.Q(replaced=False)
            )
        ]
        indexes = [
            models.Index(fields=["vault", "seq"], name="version_by_record"),
            models.Index(fields=["vault", "manifest_hash"], name="version_by_manifest"),
            models.Index(
                fields=["vault", "copied_from"], name="version_by_source", condition=~models.Q(copied_from="")
            ),
            models.Index(fields=["vault", "held"], name="version_held", condition=models.Q(held=True)),
        ]


class Thumbnail(models.Model):
    """The sealed picture of a version's contents; its manifest names the hash. Goes with what opens the version."""

    version = models.OneToOneField(Version, primary_key=True, on_delete=models.CASCADE, related_name="+")
    box = models.BinaryField()


class Lock(models.Model):
    """Somebody works on a file: a courtesy, not cryptography. `row`: the sealed reason, if there is one."""

    vault = models.ForeignKey(Vault, on_delete=models.CASCADE, related_name="+")
    node = models.CharField(max_length=ID_CHARS)
    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    epoch = models.PositiveIntegerField()
    row = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vault", "node"], name="one_lock_per_node")]


class Activity(models.Model):
    """Which entries of the firm's log are about a node, or (node empty) a vault; its records stand in keys.Record."""

    vault = models.ForeignKey(Vault, on_delete=models.CASCADE, related_name="+")
    index = models.PositiveBigIntegerField()
    node = models.CharField(max_length=ID_CHARS, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vault", "index", "node"], name="one_activity_per_entry")]
        indexes = [models.Index(fields=["vault", "node", "index"], name="activity_by_node")]


class Settings(models.Model):
    """What the owner decided for the firm's vaults; where there is no row, the defaults hold."""

    tenant = models.OneToOneField("base.Tenant", primary_key=True, on_delete=models.PROTECT, related_name="+")
    trash_days = models.PositiveIntegerField(default=30)
    lock_hours = models.PositiveIntegerField(default=12)
    hold_unscannable = models.BooleanField(default=False)
    firm_quota_bytes = models.BigIntegerField(null=True)
    vault_quota_bytes = models.BigIntegerField(null=True)


class Upload(models.Model):
    """A payload on its way in. How much has arrived is the size of its staging file.

    A check that found it clean sets hash, commitment, leaves and verdict; nothing else is ever published.
    `replaces`: hash of the manifest in whose place it is to come, sealed anew; `frees`: bytes that go then.
    """

    id = models.CharField(primary_key=True, max_length=ID_CHARS)
    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="+")
    vault = models.ForeignKey(Vault, on_delete=models.CASCADE, related_name="+")
    length = models.BigIntegerField()
    expires_at = models.DateTimeField(db_index=True)
    payload_hash = models.CharField(max_length=HASH_CHARS, default="")
    commitment = models.CharField(max_length=HASH_CHARS, default="")
    leaves = models.BinaryField(null=True)
    verdict_bytes = models.BinaryField(null=True)
    verdict_sig = models.BinaryField(null=True)
    replaces = models.CharField(max_length=HASH_CHARS, default="")
    frees = models.BigIntegerField(default=0)
