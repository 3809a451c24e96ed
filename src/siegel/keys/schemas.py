"""The shapes of the API (docs/formats.md 10). Binaries are b64 text on the wire and bytes in here."""

from typing import Annotated

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer

from siegel.accounts.passkeys import Assertion
from siegel.accounts.rules import NAME_MAX
from siegel.seals.canonical import b64, unb64
from siegel.seals.errors import IntegrityError
from siegel.seals.ids import check_id
from siegel.seals.signed import Signed

MAX_ITEMS = 1000


def _binary(value: object) -> bytes:
    if not isinstance(value, str):
        raise ValueError("must be text")
    try:
        return unb64(value)
    except IntegrityError as error:
        raise ValueError(str(error)) from error


def _binary_32(value: object) -> bytes:
    raw = _binary(value)
    if len(raw) != 32:
        raise ValueError("must have 32 bytes")
    return raw


def _id(value: object) -> str:
    try:
        return check_id(value)
    except IntegrityError as error:
        raise ValueError(str(error)) from error


def _hash(value: object) -> str:
    return b64(_binary_32(value))


Binary = Annotated[bytes, BeforeValidator(_binary), PlainSerializer(b64)]
Binary32 = Annotated[bytes, BeforeValidator(_binary_32), PlainSerializer(b64)]
Hash = Annotated[str, BeforeValidator(_hash)]
Id = Annotated[str, BeforeValidator(_id)]
Name = Annotated[str, Field(max_length=NAME_MAX)]


class Strict(Schema):
    """A message with exactly these fields."""

    model_config = ConfigDict(extra="forbid")


class Nothing(Strict):
    """An empty object."""


class PasskeyUse(Strict):
    """What an authenticator answers to a nonce."""

    nonce: Binary32
    credential: Binary
    client_data: Binary
    authenticator_data: Binary
    signature: Binary

    def assertion(self) -> Assertion:
        return Assertion(self.credential, self.client_data, self.authenticator_data, self.signature)


class Doc(Strict):
    """A signed document."""

    bytes: Binary
    sig: Binary

    def signed(self) -> Signed:
        return Signed(self.bytes, self.sig)


class Wrapped(Strict):
    """An epoch's seed sealed to the holder with this key id."""

    key: Hash
    age: Binary


class Row(Strict):
    """A sealed row; version 0 for folders and for the vault's own row."""

    node: Id
    version: Annotated[int, Field(ge=0, le=2**31)]
    row: Binary


class Append(Strict):
    """One record with the documents it names; `certificate`: of a team's new generation, with its epoch."""

    record: Doc
    roster: Doc | None = None
    epoch: Doc | None = None
    previous_seed: Binary | None = None
    certificate: Doc | None = None
    wraps: Annotated[list[Wrapped], Field(max_length=MAX_ITEMS)] = []
    rows: Annotated[list[Row], Field(max_length=MAX_ITEMS)] = []


class Credential(Strict):
    s: Binary32
    auth_key: Binary32


class InvitedPerson(Strict):
    id: Id
    name: Name
    username: Name
    email: Annotated[str, Field(max_length=254)] = ""


class VaultAppend(Append):
    vault: Id


class InvitationIn(Strict):
    id: Annotated[str, Field(min_length=8, max_length=8)]
    person: InvitedPerson
    role: Name
    client: Id | None = None
    office: Id | None = None
    certificate: Doc
    revocation: Doc | None = None
    vaults: Annotated[list[VaultAppend], Field(max_length=MAX_ITEMS)] = []


class LoginIn(Strict):
    login: Doc


class RedeemWrap(Strict):
    vault: Id
    epoch: Annotated[int, Field(ge=1, le=2**31)]
    age: Binary


class RedeemIn(Strict):
    certificate: Doc
    wraps: Annotated[list[RedeemWrap], Field(max_length=MAX_ITEMS)]
    credential: Credential
    unlock: Binary
