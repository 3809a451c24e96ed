from django.db import models

from siegel.base.ids import ID_LENGTH, new_id


class Person(models.Model):
    """Someone who may sign in at one tenant. Holds no password: see `Credential`.

    Raising `session_generation` ends every session of the person at once.
    """

    class State(models.TextChoices):
        INVITED = "invited"
        ACTIVE = "active"
        BLOCKED = "blocked"
        REVOKED = "revoked"  # his newest key was taken back: a new one comes by a new invitation

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    tenant = models.ForeignKey("base.Tenant", on_delete=models.PROTECT, related_name="+")
    username = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.INVITED)
    session_generation = models.PositiveIntegerField(default=1)
    # Registration included; the second time a passkey is offered.
    password_sign_ins = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "username"], name="accounts_person_username")]

    @property
    def login(self) -> str:
        """`slug/username`, unique in the installation."""
        return f"{self.tenant.slug}/{self.username}"


class Credential(models.Model):
    """What the server keeps of a password: the salt part `s` (32 bytes) and Argon2id(HMAC(pepper, auth key))."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="credential")
    s = models.BinaryField()
    auth_hash = models.CharField(max_length=200)


class OneTimeSecret(models.Model):
    """The secret of a person's one-time passwords, sealed (`one_time.seal_secret`); being here, it is asked for.

    `last_step` is the last step of time whose password was used: none is taken twice.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="+")
    sealed = models.BinaryField()
    last_step = models.BigIntegerField()
    since = models.DateTimeField(auto_now_add=True)


class RecoveryCode(models.Model):
    """One unused recovery code, as a keyed hash. Using it deletes the row."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "hash"], name="accounts_recovery_code")]


class Passkey(models.Model):
    """A WebAuthn credential of a person. `credential` is its attested data (AAGUID, id, COSE public key).

    `digest` is the b64 of SHA-256 of the credential's id: ids may have a thousand bytes.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=43, unique=True)
    credential = models.BinaryField()
    sign_count = models.BigIntegerField()
    name = models.CharField(max_length=60)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)


class SignedInSession(models.Model):
    """One signed-in browser or agent. The cookie's token is stored hashed; `half` (32 bytes) goes to the browser.

    Deleting the row withdraws the half: what the browser keeps at rest can then no longer be opened.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    token_hash = models.BinaryField(unique=True)
    half = models.BinaryField()
    generation = models.PositiveIntegerField()
    idle_s = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    # How the person proved who he is, and with which program: for the list of his own sessions.
    method = models.CharField(max_length=12, default="")
    device = models.CharField(max_length=40, default="")
    # "Angemeldet bleiben": outlives the browser and the day.
    kept = models.BooleanField(default=False)


class Nonce(models.Model):
    """A challenge that may be signed once, until `expires_at`, for one purpose within one tenant."""

    value_hash = models.BinaryField(unique=True)
    tenant = models.ForeignKey("base.Tenant", on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=40)
    expires_at = models.DateTimeField(db_index=True)


class SignInFailure(models.Model):
    """One failed or unfinished attempt. Name and source are stored as keyed hashes: unknown names count alike."""

    account = models.BinaryField()
    source = models.BinaryField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["account", "at"], name="accounts_failure_account")]


class Mailbox(models.Model):
    """Where mail for a person goes, in which language, and how often he wants to hear of new contents.

    `address` is empty for somebody who has none. `digest` is empty as long as the person has not chosen.
    """

    class Language(models.TextChoices):
        GERMAN = "de"
        ENGLISH = "en"

    class Digest(models.TextChoices):
        AT_ONCE = "at_once"
        HOURLY = "hourly"
        DAILY = "daily"
        OFF = "off"

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="+")
    address = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=2, choices=Language.choices, default=Language.GERMAN)
    digest = models.CharField(max_length=8, choices=Digest.choices, blank=True)
