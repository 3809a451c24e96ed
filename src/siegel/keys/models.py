"""Tables of keys and chains. Signed documents are stored as received: `bytes` is canonical JSON, `sig` the SSHSIG blob.

Hashes and key ids are base64url text of 43 characters; times are whole seconds since 1970 UTC, as in the documents.
"""

from django.db import models

from siegel.base.ids import ID_LENGTH as ID_CHARS
from siegel.seals.invitations import ID_CHARACTERS

HASH_CHARS = 43


class Certificate(models.Model):
    """An accepted certificate. Rows are only inserted; the first one under an invitation is the one that counts.

    `out_at`: the place in the log from which it is in force no more, because its key was revoked or because it fell
    with its issuer; null while it is in force. A key is in force while one of its certificates is.
    """

    hash = models.CharField(primary_key=True, max_length=HASH_CHARS)
    tenant = models.ForeignKey("base.Tenant", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16)
    subject = models.CharField(max_length=ID_CHARS)
    generation = models.PositiveIntegerField()
    kid = models.CharField(max_length=HASH_CHARS)
    issuer = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    bytes = models.BinaryField()
    sig = models.BinaryField()
    accepted_at = models.BigIntegerField()
    log_index = models.BigIntegerField()
    out_at = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "subject"], name="certificate_subject"),
            models.Index(fields=["tenant", "kind", "subject"], name="certificate_kinds"),
            models.Index(fields=["kid", "tenant", "out_at"], name="certificate_force"),
            models.Index(fields=["tenant", "log_index"], name="certificate_log"),
        ]


class Revocation(models.Model):
    """A key taken back, for ever. `kid` is the key's, `author` the key id of whoever took it back."""

    hash = models.CharField(primary_key=True, max_length=HASH_CHARS)
    tenant = models.ForeignKey("base.Tenant", on_delete=models.PROTECT, related_name="+")
    kid = models.CharField(max_length=HASH_CHARS)
    subject = models.CharField(max_length=ID_CHARS)
    author = models.CharField(max_length=HASH_CHARS)
    bytes = models.BinaryField()
    sig = models.BinaryField()
    accepted_at = models.BigIntegerField()
    log_index = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "kid"], name="one_revocation_per_key")]
        indexes = [models.Index(fields=["tenant", "subject"], name="revocation_subject")]


class UnlockWrap(models.Model):
    """A person's seed under the key that one unlocking method gives. The server cannot open it."""

    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="+")
    generation = models.PositiveIntegerField()
    method = models.CharField(max_length=64)
    blob = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "method"], name="one_unlock_wrap_per_method")]


class SelfRecord(models.Model):
    """What a person's devices tell each other of what they have seen: sealed to himself. `number` goes up by one.

    Gone with the generation of keys that it is sealed to.
    """

    person = models.OneToOneField("accounts.Person", primary_key=True, on_delete=models.CASCADE, related_name="+")
    generation = models.PositiveIntegerField()
    number = models.PositiveBigIntegerField()
    age = models.BinaryField()


class Invitation(models.Model):
    """A letter on its way. Open until `redeemed` is set or the certificate's `not_after` has passed."""

    id = models.CharField(primary_key=True, max_length=ID_CHARACTERS)
    tenant = models.ForeignKey("base.Tenant", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=16)
    certificate = models.OneToOneField(Certificate, on_delete=models.PROTECT, related_name="+")
    redeemed = models.OneToOneField(Certificate, null=True, on_delete=models.PROTECT, related_name="+")
    expires_at = models.BigIntegerField()


class Chain(models.Model):
    """The signed history of one vault. The head moves by compare-and-swap only."""

    vault_id = models.CharField(primary_key=True, max_length=ID_CHARS)
    tenant = models.ForeignKey("base.Tenant", on_delete=models.PROTECT, related_name="+")
    head_seq = models.PositiveIntegerField()
    head_hash = models.CharField(max_length=HASH_CHARS)
    epoch = models.PositiveIntegerField()
    due = models.BooleanField(default=False)


class Team(models.Model):
    """A chain whose holders share a key. `name` is for lists; clients compare it with what the sealed row says."""

    chain = models.OneToOneField(Chain, on_delete=models.PROTECT, primary_key=True, related_name="+")
    tenant = models.ForeignKey("base.Tenant", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    office = models.ForeignKey("firms.Office", null=True, on_delete=models.PROTECT, related_name="+")
    row = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="one_team_per_name")]


class Record(models.Model):
    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="+")
    seq = models.PositiveIntegerField()
    hash = models.CharField(max_length=HASH_CHARS)
    bytes = models.BinaryField()
    sig = models.BinaryField()
    author = models.CharField(max_length=HASH_CHARS)
    accepted_at = models.BigIntegerField()
    log_index = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="one_record_per_seq")]


class Roster(models.Model):
    """A roster document; `record_seq` is the record that brought it."""

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="+")
    seq = models.PositiveIntegerField()
    record_seq = models.PositiveIntegerField()
    hash = models.CharField(max_length=HASH_CHARS)
    bytes = models.BinaryField()
    sig = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="one_roster_per_seq")]


class Holder(models.Model):
    """The server's copy of the current roster: a line of a person, of a team (its chain) or of the recovery key.

    `kid` is the effective key: of the redemption, once there is one; of the team's newest generation. `until`: the last
    second of access. Whether the line opens anything is asked at every door: `queries.places_of`.
    """

    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="+")
    roster_kid = models.CharField(max_length=HASH_CHARS)
    kid = models.CharField(max_length=HASH_CHARS, db_index=True)
    person = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Chain, null=True, on_delete=models.PROTECT, related_name="+")
    rights = models.CharField(max_length=8)
    until = models.BigIntegerField(null=True)
    wait_days = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "roster_kid"], name="one_holder_per_key")]


class AccessEvent(models.Model):
    """What somebody declared about a vault: a trusted person asks to be let in, somebody who writes there objects.

    Of a request, `opens_at` is the second in which its wait is over, and `ended` says that it counts no more: somebody
    objected, or the roster does not trust this key any more. `previous`: hash of the vault's last event, or empty.
    """

    hash = models.CharField(primary_key=True, max_length=HASH_CHARS)
    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="+")
    event = models.CharField(max_length=16)
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    kid = models.CharField(max_length=HASH_CHARS)
    previous = models.CharField(max_length=HASH_CHARS)
    request = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    bytes = models.BinaryField()
    sig = models.BinaryField()
    accepted_at = models.BigIntegerField()
    log_index = models.BigIntegerField()
    opens_at = models.BigIntegerField(null=True)
    ended = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "previous"], name="events_follow_one_another")]
        indexes = [models.Index(fields=["chain", "kid"], name="event_by_key")]


class FormerHolder(models.Model):
    """A person or a team an earlier roster named. They open nothing any more, but they still verify the past."""

    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Chain, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain", "person"], name="one_former_holder_per_person"),
            models.UniqueConstraint(fields=["chain", "team"], name="one_former_holder_per_team"),
        ]


class Epoch(models.Model):
    """An epoch document with the seed of its predecessor sealed to it; `record_seq` is the record that brought it."""

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="+")
    epoch = models.PositiveIntegerField()
    record_seq = models.PositiveIntegerField()
    hash = models.CharField(max_length=HASH_CHARS)
    bytes = models.BinaryField()
    sig = models.BinaryField()
    previous_seed = models.BinaryField(null=True)
    log_index = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "epoch"], name="one_document_per_epoch")]


class Wrap(models.Model):
    """An epoch's seed sealed to one holder's key. Gone with the key: a revocation deletes the wraps of what it ends."""

    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="+")
    epoch = models.PositiveIntegerField()
    kid = models.CharField(max_length=HASH_CHARS, db_index=True)
    age = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "epoch", "kid"], name="one_wrap_per_key")]
