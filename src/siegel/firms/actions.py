"""Changes to a firm's master data."""

import secrets
from collections.abc import Iterable
from itertools import product
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from siegel.accounts import actions as accounts
from siegel.accounts.rules import check_name
from siegel.base import audit
from siegel.base.actions import action
from siegel.base.models import Tenant
from siegel.firms import rules
from siegel.firms.errors import FirmsError
from siegel.firms.models import Assignment, Client, ClientUser, Dossier, Firm, Office, SetUpLink, Staff
from siegel.firms.queries import (
    ASSIGNED,
    clients_visible_to,
    dossiers_visible_to,
    office_id_of,
    set_up_token_hash,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from siegel.accounts.models import Person

TOKEN_BYTES = 32


@action
def create_firm(*, slug: str, name: str, place: str = "", phone: str = "") -> tuple[Tenant, str]:
    """A firm that its owner has yet to found, and the token of the one-time link for that (24 hours).

    FirmsError: `slug_invalid`, `slug_taken` (409), `whereabouts_invalid`. AccountsError: `name_invalid`.
    """
    rules.check_slug(slug)
    check_name(name)
    rules.check_whereabouts(place, phone)
    try:
        with transaction.atomic():
            tenant = Tenant.objects.create(slug=slug, name=name, place=place, phone=phone, created_at=timezone.now())
    except IntegrityError as error:
        raise FirmsError("slug_taken", status=409, slug=slug) from error
    audit.in_turn(tenant)
    Firm.objects.create(tenant=tenant)
    audit.record("firms.created", tenant=tenant, personal={"name": name})
    return tenant, issue_set_up_link(tenant=tenant)


@action
def issue_set_up_link(*, tenant: Tenant) -> str:
    """A new one-time token; links issued before it no longer work. FirmsError `already_founded` (409)."""
    audit.in_turn(tenant)
    if Firm.objects.get(tenant=tenant).state != Firm.State.NEW:
        raise FirmsError("already_founded", status=409)
    now = timezone.now()
    SetUpLink.objects.filter(tenant=tenant, used_at=None).update(used_at=now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    SetUpLink.objects.create(
        tenant=tenant, token_hash=set_up_token_hash(token), expires_at=now + rules.SET_UP_LINK_LIFE
    )
    audit.record("firms.set_up_link_issued", tenant=tenant)
    return token


@action
def found_firm(*, token: str, name: str, place: str, root_fingerprint: bytes, owner: "Person") -> Tenant:
    """Use the link up: the firm has its name, its root (32 bytes) and its owner.

    FirmsError `set_up_link_invalid` (410): of two who hold the link only the first succeeds; `whereabouts_invalid`.
    AccountsError `name_invalid`.
    """
    audit.in_turn(owner.tenant)
    check_name(name)
    rules.check_whereabouts(place, "")
    now = timezone.now()
    link = SetUpLink.objects.filter(token_hash=set_up_token_hash(token), used_at=None, expires_at__gt=now)
    if not link.update(used_at=now):
        raise FirmsError("set_up_link_invalid", status=410)
    tenant = SetUpLink.objects.select_related("tenant").get(token_hash=set_up_token_hash(token)).tenant
    if owner.tenant_id != tenant.id:
        raise FirmsError("set_up_link_invalid", status=410)
    tenant.name, tenant.place = name, place
    tenant.save(update_fields=["name", "place"])
    Firm.objects.filter(tenant=tenant).update(root_fingerprint=root_fingerprint, state=Firm.State.FOUNDED)
    add_staff(person=owner, role=Staff.Role.OWNER, by=owner)
    return tenant


@action
def add_staff(*, person: "Person", role: str, by: "Person | None", office: Office | None = None) -> Staff:
    """The person works in the firm as `owner`, `office_leader` or `clerk`; a leader has an office, an owner none.

    FirmsError `office_needed`.
    """
    audit.in_turn(person.tenant)
    if (role == Staff.Role.OFFICE_LEADER and office is None) or (role == Staff.Role.OWNER and office is not None):
        raise FirmsError("office_needed")
    staff = Staff.objects.create(person=person, role=Staff.Role(role), office=office)
    audit.record(
        "firms.staff_added",
        tenant=person.tenant,
        by=by,
        about={"person": person.id, "role": role},
        personal={"name": person.name},
    )
    return staff


@action
def add_client_user(*, person: "Person", client: Client, by: "Person | None") -> ClientUser:
    """The person signs in for the client."""
    audit.in_turn(person.tenant)
    user = ClientUser.objects.create(person=person, client=client)
    audit.record(
        "firms.client_user_added",
        tenant=person.tenant,
        by=by,
        about={"client": client.id, "person": person.id},
        personal={"client": client.name, "name": person.name},
    )
    return user


@action
def create_client(*, number: str, name: str, by: "Person") -> Client:
    """A client of the firm, of the office of `by`. The same number and name again gives the client that exists.

    FirmsError: `number_invalid`, `number_taken` (409). AccountsError: `name_invalid`.
    """
    audit.in_turn(by.tenant)
    rules.check_number(number)
    check_name(name)
    known = clients_visible_to(by).filter(number=number, name=name).first()
    if known is not None:
        audit.unchanged()
        return known
    try:
        with transaction.atomic():
            client = Client.objects.create(
                tenant=by.tenant,
                number=number,
                name=name,
                sort_name=rules.sort_name(name),
                created_by=by,
                office_id=office_id_of(by),
            )
    except IntegrityError as error:
        raise FirmsError("number_taken", status=409, number=number) from error
    audit.record("firms.client_added", tenant=by.tenant, by=by, about={"client": client.id}, personal={"client": name})
    return client


@action
def create_dossier(*, client: Client, title: str, by: "Person") -> Dossier:
    """A dossier without a vault, assigned to `by` himself if a clerk; other clerks, once they hold its vault.

    The same title again gives the dossier that exists as long as it has no vault: a browser that broke off between
    dossier and vault can go on. FirmsError: `title_invalid`, `title_taken` (409).
    """
    audit.in_turn(by.tenant)
    rules.check_title(title)
    dossier = dossiers_visible_to(by).filter(client=client, title=title, vault_id=None).first()
    if dossier is not None:
        audit.unchanged()
    else:
        dossier = _new_dossier(client, title)
        audit.record(
            "firms.dossier_added",
            tenant=by.tenant,
            by=by,
            about={"client": client.id, "dossier": dossier.id},
            personal={"client": client.name, "title": title},
        )
    for staff in Staff.objects.filter(person=by, role__in=ASSIGNED):
        assign_dossier(dossier=dossier, staff=staff, by=by)
    return dossier


@action
def assign_dossier(*, dossier: Dossier, staff: Staff, by: "Person") -> None:
    """The member of staff works in the dossier; nothing changes if he does already."""
    audit.in_turn(by.tenant)
    _, is_new = Assignment.objects.get_or_create(dossier=dossier, staff=staff)
    if not is_new:
        audit.unchanged()
        return
    audit.record(
        "firms.dossier_assigned",
        tenant=by.tenant,
        by=by,
        about={"dossier": dossier.id, "person": staff.person_id},
        personal={"client": dossier.client.name, "name": staff.person.name, "title": dossier.title},
    )


@action
def assign_vaults(*, vault_ids: "Iterable[str] | QuerySet[Any, str]", people: Iterable[str], by: "Person") -> None:
    """Those of `people` (ids) who need it are assigned to the dossiers of these vaults: a team came, or came to them.

    However many they are: two statements, one entry; nothing changes where they work already.
    """
    audit.in_turn(by.tenant)
    staff = list(
        Staff.objects.filter(person__in=set(people), person__tenant=by.tenant_id, role__in=ASSIGNED).select_related(
            "person"
        )
    )
    dossiers = Dossier.objects.filter(vault_id__in=vault_ids, client__tenant=by.tenant_id)
    wanted = set(product((one.pk for one in staff), dossiers.values_list("pk", flat=True)))
    known = Assignment.objects.filter(staff__in=staff, dossier__in=dossiers).values_list("staff_id", "dossier_id")
    new = sorted(wanted - set(known))
    if not new:
        audit.unchanged()
        return
    Assignment.objects.bulk_create(Assignment(staff_id=one, dossier_id=dossier) for one, dossier in new)
    newcomers = {one for one, _ in new}
    audit.record(
        "firms.dossiers_assigned",
        tenant=by.tenant,
        by=by,
        about={"dossiers": len({dossier for _, dossier in new}), "people": sorted(newcomers)},
        personal={"name": ", ".join(sorted(one.person.name for one in staff if one.pk in newcomers))},
    )


@action
def attach_vault(*, dossier: Dossier, vault_id: str, by: "Person") -> None:
    """The dossier's vault exists. FirmsError `vault_exists` (409) if it has one: compare and set, the first wins."""
    audit.in_turn(by.tenant)
    if not Dossier.objects.filter(pk=dossier.pk, vault_id=None).update(vault_id=vault_id):
        raise FirmsError("vault_exists", status=409)
    dossier.vault_id = vault_id
    audit.record("firms.vault_attached", tenant=by.tenant, by=by, about={"dossier": dossier.id, "vault": vault_id})


@action
def create_office(*, name: str, by: "Person") -> Office:
    """An office of the firm; the same name again gives the one that exists. FirmsError `office_name_invalid`."""
    audit.in_turn(by.tenant)
    rules.check_office_name(name)
    office, is_new = Office.objects.get_or_create(tenant=by.tenant, name=name)
    if is_new:
        audit.record(
            "firms.office_created", tenant=by.tenant, by=by, about={"office": office.id}, personal={"office": name}
        )
    else:
        audit.unchanged()
    return office


def replace_root(*, tenant: Tenant, root_fingerprint: bytes) -> None:
    """Part of an action: the firm's root (32 bytes) is another one."""
    Firm.objects.filter(tenant=tenant).update(root_fingerprint=root_fingerprint)


@action
def rename_office(*, office: Office, name: str, by: "Person") -> None:
    """FirmsError: `office_name_invalid`, `office_taken` (409)."""
    audit.in_turn(by.tenant)
    rules.check_office_name(name)
    if office.name == name:
        audit.unchanged()
        return
    before, office.name = office.name, name
    try:
        with transaction.atomic():
            office.save(update_fields=["name"])
    except IntegrityError as error:
        raise FirmsError("office_taken", status=409, name=name) from error
    names = {"before": before, "name": name}
    audit.record("firms.office_renamed", tenant=by.tenant, by=by, about={"office": office.id}, personal=names)


@action
def move_staff(*, staff: Staff, office: Office | None, by: "Person") -> None:
    """A clerk works in another office, or in none. FirmsError `office_fixed` (409) for owners and leaders.

    What he may certify stays with his certificate's office until he gets a new key.
    """
    audit.in_turn(by.tenant)
    if staff.role != Staff.Role.CLERK:
        raise FirmsError("office_fixed", status=409)
    about, personal = {"person": staff.person_id}, {"name": staff.person.name}
    _move(staff, office, "firms.staff_moved", by, about=about, personal=personal)


@action
def move_client(*, client: Client, office: Office | None, by: "Person") -> None:
    """The client belongs to another office, or to none: that office's leaders see it from now on."""
    audit.in_turn(by.tenant)
    _move(client, office, "firms.client_moved", by, about={"client": client.id}, personal={"client": client.name})


def _move(
    one: Staff | Client,
    office: Office | None,
    kind: str,
    by: "Person",
    *,
    about: dict[str, str],
    personal: dict[str, str],
) -> None:
    if one.office_id == (office.pk if office else None):
        audit.unchanged()
        return
    one.office = office
    one.save(update_fields=["office"])
    audit.record(
        kind,
        tenant=by.tenant,
        by=by,
        about=about | {"office": office.id if office else None},
        personal=personal | {"office": office.name if office else ""},
    )


@action
def block_person(*, person: "Person", by: "Person") -> None:
    """No door opens for the person until he is unblocked; his sessions end at once. His keys stay as they are.

    FirmsError: `block_self` (409), `block_inactive` (409) for somebody invited or revoked.
    """
    audit.in_turn(person.tenant)
    if person.pk == by.pk:
        raise FirmsError("block_self", status=409)
    if person.state == person.State.BLOCKED:
        audit.unchanged()
        return
    if person.state != person.State.ACTIVE:
        raise FirmsError("block_inactive", status=409)
    accounts.set_state(person=person, state=person.State.BLOCKED)
    about = {"person": person.id}
    audit.record("accounts.blocked", tenant=by.tenant, by=by, about=about, personal={"name": person.name})


@action
def unblock_person(*, person: "Person", by: "Person") -> None:
    """The person may sign in again. FirmsError `block_inactive` (409) for somebody who is not blocked or active."""
    audit.in_turn(person.tenant)
    if person.state == person.State.ACTIVE:
        audit.unchanged()
        return
    if person.state != person.State.BLOCKED:
        raise FirmsError("block_inactive", status=409)
    accounts.set_state(person=person, state=person.State.ACTIVE)
    about = {"person": person.id}
    audit.record("accounts.unblocked", tenant=by.tenant, by=by, about=about, personal={"name": person.name})


def _new_dossier(client: Client, title: str) -> Dossier:
    try:
        with transaction.atomic():
            return Dossier.objects.create(client=client, title=title)
    except IntegrityError as error:
        raise FirmsError("title_taken", status=409, title=title) from error
