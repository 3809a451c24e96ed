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


class Node(models.Model):
    """A folder or a file. `version` is the newest version's number, 0 for folders; `seq` the record that made it."""

    vault = models.ForeignKey(Vault, on_delete=models.PROTECT, related_name="+")
    node = models.CharField(max_length=ID_CHARS)
    parent = models.CharField(max_length=ID_CHARS)
    kind = models.CharField(max_length=8, choices=[("folder", "folder"), ("file", "file")])
    version = models.PositiveIntegerField(default=0)
    manifest_hash = models.CharField(max_length=HASH_CHARS, default="")
    row = models.BinaryField(null=True)
    epoch = models.PositiveIntegerField()
    seq = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vault", "node"], name="one_node_per_id")]
        indexes = [models.Index(fields=["vault", "seq"], name="node_by_record")]


class Version(models.Model):
    """A published file: its manifest, sealed row, header, the scanner's verdict and the payload's blob."""

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
    blob = models.OneToOneField("base.Blob", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "version"], name="one_version_per_number")]
        indexes = [models.Index(fields=["vault", "seq"], name="version_by_record")]


class Upload(models.Model):
    """A payload on its way in. How much has arrived is the size of its staging file.

    A check that found it clean sets hash, commitment, leaves and verdict; nothing else is ever published.
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
