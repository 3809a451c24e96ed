"""Changes to a firm's master data."""

import secrets
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from siegel.accounts.rules import check_name
from siegel.base import audit
from siegel.base.actions import action
from siegel.base.models import Tenant
from siegel.firms import rules
from siegel.firms.errors import FirmsError
from siegel.firms.models import Assignment, Client, ClientUser, Dossier, Firm, SetUpLink, Staff
from siegel.firms.queries import clients_visible_to, dossiers_visible_to, set_up_token_hash

if TYPE_CHECKING:
    from siegel.accounts.models import Person

TOKEN_BYTES = 32


@action
def create_firm(*, slug: str, name: str, place: str = "", phone: str = "") -> tuple[Tenant, str]:
    """A firm that its owner has yet to found, and the token of the one-time link for that (24 hours).

    FirmsError: `slug_invalid`, `slug_taken` (409). AccountsError: `name_invalid`.
    """
    rules.check_slug(slug)
    check_name(name)
    try:
        with transaction.atomic():
            tenant = Tenant.objects.create(slug=slug, name=name, place=place, phone=phone, created_at=timezone.now())
    except IntegrityError as error:
        raise FirmsError("slug_taken", status=409, slug=slug) from error
    Firm.objects.create(tenant=tenant)
    audit.record("firms.created", tenant=tenant, personal={"name": name})
    return tenant, issue_set_up_link(tenant=tenant)


@action
def issue_set_up_link(*, tenant: Tenant) -> str:
    """A new one-time token; links issued before it no longer work. FirmsError `already_founded` (409)."""
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

    FirmsError `set_up_link_invalid` (410): of two who hold the link only the first succeeds.
    """
    check_name(name)
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
def add_staff(*, person: "Person", role: str, by: "Person | None") -> Staff:
    """The person works in the firm as `owner` or `clerk`."""
    staff = Staff.objects.create(person=person, role=Staff.Role(role))
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
    """A client of the firm. The same number and name again gives the client that exists: a form may be sent twice.

    FirmsError: `number_invalid`, `number_taken` (409). AccountsError: `name_invalid`.
    """
    rules.check_number(number)
    check_name(name)
    known = clients_visible_to(by).filter(number=number, name=name).first()
    if known is not None:
        audit.unchanged()
        return known
    try:
        with transaction.atomic():
            client = Client.objects.create(
                tenant=by.tenant, number=number, name=name, sort_name=rules.sort_name(name), created_by=by
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
    for staff in Staff.objects.filter(person=by, role=Staff.Role.CLERK):
        assign_dossier(dossier=dossier, staff=staff, by=by)
    return dossier


@action
def assign_dossier(*, dossier: Dossier, staff: Staff, by: "Person") -> None:
    """The member of staff works in the dossier; nothing changes if he does already."""
    _, is_new = Assignment.objects.get_or_create(dossier=dossier, staff=staff)
    if not is_new:
        audit.unchanged()
        return
    audit.record(
        "firms.dossier_assigned",
        tenant=by.tenant,
        by=by,
        about={"dossier": dossier.id, "person": staff.person_id},
        personal={"name": staff.person.name, "title": dossier.title},
    )


@action
def attach_vault(*, dossier: Dossier, vault_id: str, by: "Person") -> None:
    """The dossier's vault exists. FirmsError `vault_exists` (409) if it has one: compare and set, the first wins."""
    if not Dossier.objects.filter(pk=dossier.pk, vault_id=None).update(vault_id=vault_id):
        raise FirmsError("vault_exists", status=409)
    dossier.vault_id = vault_id
    audit.record("firms.vault_attached", tenant=by.tenant, by=by, about={"dossier": dossier.id, "vault": vault_id})


def _new_dossier(client: Client, title: str) -> Dossier:
    try:
        with transaction.atomic():
            return Dossier.objects.create(client=client, title=title)
    except IntegrityError as error:
        raise FirmsError("title_taken", status=409, title=title) from error
