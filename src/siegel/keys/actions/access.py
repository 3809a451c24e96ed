"""How a person opens his seed: changed by himself. The seed and its certificate stay as they are."""

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from siegel.accounts import passkeys
from siegel.accounts.passkeys import NewPasskey
from siegel.base import audit
from siegel.base.actions import action
from siegel.base.errors import BaseError
from siegel.keys import queries
from siegel.keys.actions.people import PersonKeys, check_unlock_wrap, keep_unlocking
from siegel.keys.errors import KeysError
from siegel.keys.models import SelfRecord, UnlockWrap
from siegel.seals.self_record import MAX_SELF_RECORD_SIZE
from siegel.seals.unlock import passkey_method

if TYPE_CHECKING:
    from siegel.accounts.models import Person


@action
def change_password(*, person: "Person", keys: PersonKeys) -> None:
    """The new password signs in and opens the seed, the old one does neither; all the person's sessions are over."""
    audit.in_turn(person.tenant)
    keep_unlocking(person=person, keys=keys, generation=_generation(person))


@action
def add_passkey(*, person: "Person", made: NewPasskey, name: str, unlock: bytes) -> None:
    """The passkey signs in and opens the seed: `unlock` is the seed wrapped for it alone.

    KeysError `document_refused` when the wrap cannot be one; AccountsError as in `passkeys.add_passkey`.
    """
    audit.in_turn(person.tenant)
    check_unlock_wrap(unlock)
    passkeys.add_passkey(person=person, made=made, name=name)
    method = passkey_method(made.credential.credential_id)
    UnlockWrap.objects.create(person=person, method=method, generation=_generation(person), blob=unlock)


@action
def remove_passkey(*, person: "Person", passkey_id: int) -> None:
    """The passkey of this person and its wrap are gone; BaseError `not_found` (404) when he has no such one."""
    audit.in_turn(person.tenant)
    passkey = next((one for one in passkeys.passkeys_of(person) if one.pk == passkey_id), None)
    if passkey is None:
        raise BaseError("not_found", status=404)
    UnlockWrap.objects.filter(person=person, method=f"passkey:{passkey.digest}").delete()
    passkeys.remove_passkey(passkey=passkey)


@action
def write_self_record(*, person: "Person", number: int, age: bytes) -> None:
    """The record follows the one before: KeysError `stale` (409) when another device was quicker.

    The same record again changes nothing. KeysError `document_refused` when it cannot be one.
    """
    if not 0 < len(age) <= MAX_SELF_RECORD_SIZE:
        raise KeysError("document_refused", reason="self_record_size")
    # so often that it would drown what is to be read in the log; and it tells nothing
    audit.unchanged()
    kept = SelfRecord.objects.filter(person=person)
    if kept.filter(number=number, age=age).exists():
        return
    made = {"number": number, "age": age, "generation": _generation(person)}
    if number == 1:
        try:
            with transaction.atomic():
                SelfRecord.objects.create(person=person, **made)
        except IntegrityError as error:
            raise KeysError("stale", status=409) from error
    elif not kept.filter(number=number - 1).update(**made):
        raise KeysError("stale", status=409)


def _generation(person: "Person") -> int:
    certificate = queries.certificate_of(person)
    if certificate is None:
        raise KeysError("document_refused", reason="not_certified")
    return certificate.generation
