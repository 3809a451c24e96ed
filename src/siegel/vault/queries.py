"""Reading vaults. Every query is scoped by who asks; what he does not hold is not there."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Length
from django.urls import reverse
from django.utils import timezone

from siegel.accounts.sessions import live
from siegel.base.errors import BaseError, message_of
from siegel.keys import scanner
from siegel.keys.overview import team_seen_by
from siegel.keys.places import managed, may_write, people_in, people_with_access, places_of, right_in, without_line
from siegel.keys.queries import ENTRIES_PER_PAGE, Entry, entries_since
from siegel.seals.chain import WRITERS
from siegel.vault.errors import VaultError
from siegel.vault.models import Node, Placement, Upload, Vault, Version

if TYPE_CHECKING:
    from siegel.accounts.models import Person, SignedInSession
    from siegel.base.models import Tenant
    from siegel.keys.models import Chain

# Nodes in one page of news: a record may bring hundreds. About 6 MB on the wire; a page costs 60 ms besides.
NODES_PER_PAGE = 4000
# Bytes of their rows in one page, which is put together in memory.
ROW_BYTES_PER_PAGE = 8 << 20
# A hint for the badges of a list; what is held, readers find out by themselves.
HELD_SHOWN = 1000


@dataclass(frozen=True)
class VaultLine:
    """A vault in a list, as one person sees it."""

    vault: Vault
    title: str
    right: str

    @property
    def id(self) -> str:
        return self.vault.id

    @property
    def is_personal(self) -> bool:
        """Then `title` is the founder's name: what the vault is called only those know who open it."""
        return self.vault.vault_kind == "personal"

    @property
    def is_own(self) -> bool:
        """Whether the person founded it: nobody else manages a personal vault."""
        return self.is_personal and self.right == "manage"

    @property
    def url(self) -> str:
        return reverse("vault:vault", args=[self.vault.id])

    @property
    def holders(self) -> int:
        """How many people may open it. One query."""
        return people_with_access(self.vault.chain_id)

    @property
    def client_name(self) -> str:
        return self.vault.dossier.client.name if self.vault.dossier else ""

    @property
    def client_number(self) -> str:
        return self.vault.dossier.client.number if self.vault.dossier else ""

    @property
    def file_count(self) -> int:
        return self.vault.file_count

    @property
    def size_bytes(self) -> int:
        return self.vault.size_bytes

    @property
    def changed_at(self) -> datetime:
        return self.vault.changed_at


def vaults_of(person: "Person") -> list[VaultLine]:
    """The vaults the person holds, newest change first. One query."""
    return [_line(vault) for vault in _held(person).order_by("-changed_at", "pk")]


def vault_of(person: "Person", vault_id: str) -> VaultLine:
    """BaseError `not_found` (404) for everybody who does not hold it. One query."""
    found = _held(person).filter(pk=vault_id).first()
    if found is None:
        raise BaseError("not_found", status=404)
    return _line(found)


def _held(person: "Person") -> QuerySet[Vault]:
    return (
        Vault.objects.filter(chain__in=places_of(person).values("chain"))
        .select_related("chain", "dossier__client")
        .annotate(
            right=Subquery(right_in(person, OuterRef("chain"))),
            # a personal vault is managed by who founded it, and by nobody else
            founder=Subquery(people_in(OuterRef("chain")).filter(rights="manage").values("person__name")[:1]),
        )
    )


def _line(vault: Vault) -> VaultLine:
    # a personal vault has no title the server knows; it bears its founder's name
    title = vault.dossier.title if vault.dossier else vault.founder  # type: ignore[attr-defined]  # annotated above
    right = vault.right  # type: ignore[attr-defined]  # annotated above
    # a trusted person whose wait is over reads
    return VaultLine(vault, title, "read" if right == "trusted" else right)


def old_contents(vault_ids: Iterable[str]) -> dict[str, int]:
    """How many versions lie under epochs before the current one, by vault, as far as there are any. One query."""
    kept = Version.objects.filter(vault__in=set(vault_ids), replaced=False, blob__isnull=False)
    old = kept.filter(epoch__lt=F("vault__chain__epoch")).order_by()
    return dict(old.values_list("vault").annotate(Count("pk")))


def count_old_contents(tenant: "Tenant") -> int:
    """How many versions in dossiers lie under epochs before the current one. One query."""
    kept = Version.objects.filter(vault__tenant=tenant, vault__vault_kind="dossier", replaced=False)
    return kept.filter(blob__isnull=False, epoch__lt=F("vault__chain__epoch")).count()


def titles_of(vault_ids: Iterable[str]) -> dict[str, str]:
    """Titles by vault id, as lists show them. One query."""
    vaults = Vault.objects.filter(pk__in=set(vault_ids)).select_related("dossier")
    founder = Subquery(people_in(OuterRef("chain")).filter(rights="manage").values("person__name")[:1])
    named = vaults.annotate(founder=founder)
    return {one.pk: one.dossier.title if one.dossier else one.founder for one in named}


@dataclass(frozen=True)
class Sent:
    """What somebody put into a vault in one go."""

    at: datetime
    vault_title: str
    files: int


def sent_by(person: "Person", *, limit: int) -> list[Sent]:
    """The person's last uploads, newest first. One query."""
    groups = (
        Version.objects.filter(author=person, replaces="")
        .values("vault", "seq", "published_at", "vault__dossier__title")
        .annotate(files=Count("pk"))
        .order_by("-published_at")
    )
    return [
        Sent(row["published_at"], row["vault__dossier__title"] or person.name, row["files"]) for row in groups[:limit]
    ]


@dataclass(frozen=True)
class SealedRow:
    """A row of a node that the record `seq` brought; version 0 for folders and places."""

    node: str
    version: int
    seq: int
    row: bytes


class SealedVersion(NamedTuple):
    """A version's signed manifest and its sealed row; no row of what is purged."""

    seq: int
    version: int
    node: str
    manifest_bytes: bytes | memoryview
    manifest_sig: bytes | memoryview
    row: bytes | memoryview


@dataclass(frozen=True)
class News:
    """Records of a vault and what came with them: versions by record; sealed rows of what is not purged."""

    entries: Sequence[Entry]
    rows: Sequence[SealedRow]
    versions: dict[int, list[SealedVersion]]
    more: bool


@dataclass(frozen=True)
class Shown:
    """A chain that somebody reads, with its sealed first row; `vault` is None for a team's."""

    chain: "Chain"
    row: bytes
    vault: Vault | None


def shown_to(person: "Person", chain_id: str) -> Shown:
    """A vault or team the person holds, or changes without a line; BaseError `not_found` (404)."""
    vault = _held(person).filter(pk=chain_id).first()
    if vault is None:
        vault = Vault.objects.filter(pk=chain_id, chain__in=without_line(person)).select_related("chain").first()
    if vault is not None:
        return Shown(vault.chain, bytes(vault.row), vault)
    team = team_seen_by(person, chain_id)
    return Shown(team.chain, bytes(team.row), None)


def news_since(shown: Shown, since: int, *, brief: bool = False) -> News:
    """The next records after `since`: no more than any of the three bounds of a page allows, but at least one.

    `brief`: one, though more follow.
    """
    entries, vault = entries_since(shown.chain, since, 1 if brief else ENTRIES_PER_PAGE), shown.vault
    if not entries:
        return News([], [], {}, more=False)
    if vault is None:
        return News(entries, [], {}, more=entries[-1].record.seq < shown.chain.head_seq)
    entries = _page(entries, _loads(vault, (entries[0].record.seq, entries[-1].record.seq)))
    span = (entries[0].record.seq, entries[-1].record.seq)
    versions: dict[int, list[SealedVersion]] = defaultdict(list)
    found = Version.objects.filter(vault=vault, seq__range=span).order_by("pk")
    # as tuples: of thousands of them objects would cost more than all else
    for values in found.values_list("seq", "version", "node__node", "manifest_bytes", "manifest_sig", "row"):
        versions[values[0]].append(SealedVersion(*values))
    rows = [SealedRow(one.node, one.version, one.seq, bytes(one.row)) for some in versions.values() for one in some]
    sealed = [*_named_rows(vault, span), *(row for row in rows if row.row)]
    return News(entries, sealed, versions, more=span[1] < shown.chain.head_seq)


def _named_rows(vault: Vault, span: tuple[int, int]) -> list[SealedRow]:
    """Rows of folders and places, as far as they are there. Two queries."""
    folders = Node.objects.filter(vault=vault, seq__range=span, kind="folder", purged=False).order_by("pk")
    places = Placement.objects.filter(vault=vault, seq__range=span).exclude(row=b"").order_by("pk")
    values = [*folders.values_list("node", "seq", "row"), *places.values_list("node", "seq", "row")]
    return [SealedRow(node, 0, seq, bytes(row or b"")) for node, seq, row in values]


@dataclass
class _Load:
    """What comes with a record: how many files and folders, and the bytes of their rows."""

    nodes: int = 0
    row_bytes: int = 0


def _loads(vault: Vault, span: tuple[int, int]) -> dict[int, _Load]:
    """By record, from `span[0]` to `span[1]`."""
    loads: dict[int, _Load] = defaultdict(_Load)
    folders = Node.objects.filter(vault=vault, kind="folder")
    for rows in (Version.objects.filter(vault=vault), folders, Placement.objects.filter(vault=vault)):
        sums = rows.filter(seq__range=span).values_list("seq").annotate(Count("pk"), row_bytes=Sum(Length("row")))
        for seq, nodes, row_bytes in sums:
            loads[seq].nodes += nodes
            loads[seq].row_bytes += row_bytes or 0
    return loads


def _page(entries: Sequence[Entry], loads: Mapping[int, _Load]) -> Sequence[Entry]:
    """As many as fit, at least one."""
    nodes = row_bytes = 0
    for taken, entry in enumerate(entries):
        load = loads.get(entry.record.seq, _Load())
        nodes, row_bytes = nodes + load.nodes, row_bytes + load.row_bytes
        if taken and (nodes > NODES_PER_PAGE or row_bytes > ROW_BYTES_PER_PAGE):
            return entries[:taken]
    return entries[:ENTRIES_PER_PAGE]


def version_of(person: "Person", vault_id: str, node: str, number: int) -> Version:
    """A published version in a vault the person holds.

    BaseError `not_found` (404), also for what was purged; VaultError `held` (409) until somebody releases it.
    """
    held = places_of(person).filter(chain=vault_id).values("chain")
    rows = Version.objects.filter(
        vault__chain__in=held, vault=vault_id, node__node=node, version=number, replaced=False
    )
    found = rows.select_related("blob", "node", "vault__dossier__client").first()
    if found is None or found.blob is None:
        raise BaseError("not_found", status=404)
    if found.held:
        raise VaultError("held", status=409)
    return found


def lock_changes(vault_id: str) -> int:
    """How often locks of the vault have changed; 0 for a team. One query."""
    return Vault.objects.filter(pk=vault_id).values_list("locks", flat=True).first() or 0


def held_versions(vault: Vault) -> list[tuple[str, int]]:
    """Node and number of the versions that wait for a release, the newest first; at most HELD_SHOWN. One query."""
    held = Version.objects.filter(vault=vault, held=True).order_by("-pk")
    return list(held.values_list("node__node", "version")[:HELD_SHOWN])


@dataclass(frozen=True)
class Announced:
    """Live uploads: those of one person, and the bytes of everybody's, counted as if nothing had arrived."""

    own_count: int
    own_bytes: int
    all_bytes: int


# Written out: every file asks, and Django takes ten times as long to put it together as the database to answer it.
_ANNOUNCED = """
    SELECT COUNT(*) FILTER (WHERE person_id = %s),
           COALESCE(SUM(length) FILTER (WHERE person_id = %s), 0),
           COALESCE(SUM(length), 0)
    FROM vault_upload WHERE expires_at > %s
"""


def announced(person: "Person", now: datetime) -> Announced:
    """One query, over all tenants: they share the disk."""
    with connection.cursor() as cursor:
        cursor.execute(_ANNOUNCED, [person.pk, person.pk, connection.ops.adapt_datetimefield_value(now)])
        return Announced(*cursor.fetchone())


def live_uploads(now: datetime) -> list[str]:
    """Ids of all uploads that have not expired, of all tenants."""
    return list(Upload.objects.filter(expires_at__gt=now).values_list("pk", flat=True))


def upload_of(person: "Person", upload_id: str) -> Upload:
    """The person's own upload that has not expired, into a vault he may write to; BaseError `not_found` (404)."""
    found = _uploads_of(person).filter(pk=upload_id).first()
    if found is None:
        raise BaseError("not_found", status=404)
    return found


def uploads_into(person: "Person", vault_id: str, ids: Sequence[str]) -> dict[str, Upload]:
    """The person's own uploads into this vault, all of `ids` or BaseError `not_found` (404)."""
    rows = _uploads_of(person).filter(pk__in=ids, vault=vault_id)
    found = {row.id: row for row in rows}
    if found.keys() != set(ids) or len(found) != len(ids):
        raise BaseError("not_found", status=404)
    return found


def _uploads_of(person: "Person") -> QuerySet[Upload]:
    written = places_of(person).filter(chain=OuterRef("vault__chain"), rights__in=WRITERS)
    return Upload.objects.filter(Exists(written), person=person, expires_at__gt=timezone.now())


def require_writer(person: "Person", vault_id: str) -> None:
    """BaseError `not_found` (404) unless the person may write there."""
    if not may_write(person, vault_id):
        raise BaseError("not_found", status=404)


def require_reader(person: "Person", vault_id: str) -> None:
    """BaseError `not_found` (404) unless the person holds the vault, or rules it."""
    managed(person, vault_id)


def still_held(session: "SignedInSession", vault_id: str) -> Callable[[], None]:
    """To be called again during a long transfer; BaseError `signed_out` (401) when session or membership has ended.

    One query, put together once: a GiB asks 256 times, and that took an eighth of its upload. A small file never asks.
    """

    @cache
    def query() -> tuple[str, tuple[Any, ...]]:
        held = places_of(session.person).filter(chain=vault_id)
        return live(session).filter(Exists(held)).values("pk").query.sql_with_params()

    def recheck() -> None:
        with connection.cursor() as cursor:
            cursor.execute(*query())
            if cursor.fetchone() is None:
                raise BaseError("signed_out", status=401)

    return recheck


def scanner_banner() -> str | None:
    """What people must know about the virus scan, if anything; at most 5 seconds old."""
    status = scanner.status()
    if not status.ready:
        return message_of("banner_no_scanner")
    return message_of("banner_test_signatures") if status.signatures != "official" else None
