"""What happened in a vault, or to one node of it, as the firm's log has it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from siegel.accounts.queries import names_of
from siegel.base.models import AuditEntry
from siegel.keys.models import Record
from siegel.vault.models import Activity, Vault

ENTRIES_PER_PAGE = 100


@dataclass(frozen=True)
class Happened:
    """One entry of the log. `by`, `name`: of the person who did it, or None; seq: of the record it is about."""

    index: int
    at: int
    by: str | None
    name: str | None
    kind: str
    attested_by: str
    seq: int | None
    node: str | None
    version: int | None


def happened(vault: Vault, *, before: int | None, node: str | None) -> list[Happened]:
    """The newest entries below the log index `before`, about the vault or one of its nodes. Four queries at most."""
    leaves = _leaves(vault, _indexes(vault, before, node))
    people = {person["id"]: person["name"] for person in names_of({leaf["by"] for _, leaf in leaves if leaf["by"]})}
    return [_read(index, leaf, people) for index, leaf in leaves]


def _indexes(vault: Vault, before: int | None, node: str | None) -> Sequence[int]:
    below = {} if before is None else {"index__lt": before}
    about = Activity.objects.filter(vault=vault, **below)
    if node is not None:
        about = about.filter(node=node)
    listed = set(about.order_by("-index").values_list("index", flat=True).distinct()[:ENTRIES_PER_PAGE])
    if node is None:
        records = Record.objects.filter(chain=vault.chain_id)
        records = records if before is None else records.filter(log_index__lt=before)
        listed |= set(records.order_by("-log_index").values_list("log_index", flat=True)[:ENTRIES_PER_PAGE])
    return sorted(listed, reverse=True)[:ENTRIES_PER_PAGE]


def _leaves(vault: Vault, indexes: Sequence[int]) -> list[tuple[int, dict[str, Any]]]:
    rows = AuditEntry.objects.filter(tenant=vault.tenant_id, index__in=indexes).order_by("-index")
    return [(index, json.loads(bytes(leaf))) for index, leaf in rows.values_list("index", "leaf")]


def _read(index: int, leaf: dict[str, Any], people: dict[str, str]) -> Happened:
    about = leaf["about"]
    return Happened(
        index,
        leaf["at"],
        leaf["by"],
        people.get(leaf["by"] or ""),
        leaf["kind"],
        leaf["attested_by"],
        about.get("seq"),
        about.get("node"),
        about.get("version"),
    )
