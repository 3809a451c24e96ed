from django.db import models

from siegel.base.ids import ID_LENGTH, new_id


class Firm(models.Model):
    """What makes a tenant a tax firm. `root_fingerprint` (32 bytes) is set when the owner founds it."""

    class State(models.TextChoices):
        NEW = "new"
        FOUNDED = "founded"

    tenant = models.OneToOneField("base.Tenant", on_delete=models.PROTECT, primary_key=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    root_fingerprint = models.BinaryField(null=True)


class SetUpLink(models.Model):
    """The one-time link by which an owner founds his firm; only the token's hash is stored."""

    tenant = models.ForeignKey("base.Tenant", on_delete=models.CASCADE, related_name="+")
    token_hash = models.BinaryField(unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Office(models.Model):
    """A branch of the firm (Beratungsstelle). Certificates name its id, so it is never deleted."""

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    tenant = models.ForeignKey("base.Tenant", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="firms_office_name")]


class Staff(models.Model):
    """Somebody who works in the firm. Office leaders have an office; owners have none."""

    class Role(models.TextChoices):
        OWNER = "owner"
        OFFICE_LEADER = "office_leader"
        CLERK = "clerk"

    person = models.OneToOneField("accounts.Person", on_delete=models.CASCADE, primary_key=True, related_name="+")
    role = models.CharField(max_length=16, choices=Role.choices)
    office = models.ForeignKey(Office, null=True, on_delete=models.PROTECT, related_name="+")


class Client(models.Model):
    """A client of the firm (the party, not the person who signs in). `created_by` sees it before it has a dossier.

    `sort_name` is `rules.sort_name(name)`: databases know no German alphabet.
    """

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    tenant = models.ForeignKey("base.Tenant", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    sort_name = models.CharField(max_length=400)
    office = models.ForeignKey(Office, null=True, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey("accounts.Person", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "number"], name="firms_client_number")]
        indexes = [models.Index(fields=["tenant", "sort_name", "number"], name="firms_client_sorted")]


class ClientUser(models.Model):
    person = models.OneToOneField("accounts.Person", on_delete=models.CASCADE, primary_key=True, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="users")


class Dossier(models.Model):
    """A client's dossier. It is exactly one vault; until that exists `vault_id` is null."""

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="dossiers")
    title = models.CharField(max_length=200)
    vault_id = models.CharField(max_length=ID_LENGTH, null=True, unique=True)  # noqa: DJ001 (null: no vault yet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "title"], name="firms_dossier_title")]


class Assignment(models.Model):
    """A member of the staff works in a dossier."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="assignments")
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="assignments")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staff", "dossier"], name="firms_assignment_once")]


class LogMail(models.Model):
    """Whether a person gets the log's head by mail every day; owners without a row do, others do not.

    `told_at` and `told_size`: the last one.
    """

    person = models.OneToOneField("accounts.Person", on_delete=models.CASCADE, primary_key=True, related_name="+")
    is_wanted = models.BooleanField()
    told_at = models.DateTimeField(null=True)
    told_size = models.PositiveBigIntegerField(default=0)
