"""Once, for a log that is older than the states: how the rows are that no entry tells of.

From then on a change of theirs that comes past the program is found like any other. It cannot vouch for what happened
before, nor for rows that somebody put in meanwhile: so it is done once, says how many rows of which table it took as
they were, and stands among what the provider did.
"""

from itertools import islice

from siegel.base.actions import action
from siegel.base.audit.entries import in_turn, record
from siegel.base.audit.reconciling import BASELINE_KIND, discrepancies, unknown_rows
from siegel.base.models import AuditEntry, Tenant

ROWS_PER_ENTRY = 400


class BaselineError(Exception):
    """Nothing may be taken as it is; the message says why."""


@action
def note_baseline(*, tenant: Tenant) -> dict[str, int]:
    """Notes the states of all rows the log does not know; how many by table. BaselineError."""
    in_turn(tenant)
    mark = f'"kind":"{BASELINE_KIND}"'.encode()
    weighty = AuditEntry.objects.filter(tenant=tenant, weighty=True).order_by("index").values_list("leaf", flat=True)
    if any(mark in bytes(leaf) for leaf in weighty.iterator(100)):
        raise BaselineError("there is a baseline already; what came past the program since is for people to judge")
    strange = next((one for one in discrepancies(tenant.pk) if one.code != "row_unlogged"), None)
    if strange is not None:
        raise BaselineError(f"{strange.code}: {strange.table} {strange.key} is not as the log left it")
    counts: dict[str, int] = {}
    rows = unknown_rows(tenant.pk)
    while part := list(islice(rows, ROWS_PER_ENTRY)):
        for table, _, _ in part:
            counts[table] = counts.get(table, 0) + 1
        record(BASELINE_KIND, tenant=tenant, about={"rows": len(part), "baseline": [list(row) for row in part]})
    if not counts:
        raise BaselineError("the log tells of every row")
    return counts
