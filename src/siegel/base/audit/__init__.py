"""The audit log that proves itself: per tenant one RFC 6962 tree over entries that are only ever inserted.

Its parts, lower ones first:

    notary        asks the process that holds the log key
    tree          the stored hashes: each entry carries those of the nodes it completes
    checkpoints   signed heads of the tree
    states        which rows an action changed, as hashes in its last entry, so that `reconciling` finds silent changes
    sequencer     PostgreSQL: entries that wait get their place, one after the other
    entries       what actions call: `record`, `unchanged`, `in_turn`; the batch that an action writes at its end
    witnesses     who confirms heads from outside
    pushing       heads brought to witnesses that the operator names
    stamping      timestamps on heads by a service that the operator names
    proofs        inclusion, consistency, proof files
    verification  everything again from the stored bytes, in bounded memory
    beginnings    the log goes on under a new origin after a restore, and says what is missing
    reconciling   rows against the log
    baseline      once, for a log older than the states: how the rows are that it does not know
    erasure       personal parts go, proofs stay
    export        for an auditor: entries, tiles, checkpoints, `verify.py`
    standing      what the start page says

The bytes stand in docs/formats.md 4 and 11, the reasons in docs/adr/0022, 0023, 0028 and 0032.
"""

from siegel.base.audit.entries import (
    Actor,
    Attester,
    Logged,
    NotInTurnError,
    OutsideActionError,
    frame,
    in_turn,
    prepare,
    record,
    unchanged,
)

__all__ = [
    "Actor",
    "Attester",
    "Logged",
    "NotInTurnError",
    "OutsideActionError",
    "frame",
    "in_turn",
    "prepare",
    "record",
    "unchanged",
]
