"""Kinds of entries that weigh more than others."""

# Whoever asked for one of these gets his answer with the entry's proof: it is signed at once.
WEIGHTY = frozenset(
    {
        "base.baseline_noted",
        "base.log_begun_anew",
        "base.personal_erased",
        "base.witness_added",
        "firms.created",
        "firms.set_up_link_issued",
        "keys.owner_recovered",
        "keys.revoked",
        "keys.root_signed_in",
    }
)
# What the operator did or saw: pinned above the others on the page of the log.
OF_THE_PROVIDER = frozenset(
    {"base.baseline_noted", "base.log_begun_anew", "base.personal_erased", "firms.set_up_link_issued"}
)
# In the provider's log: a firm's head.
HEAD_NOTED = "base.head_noted"
_MARKS = tuple(f'"kind":"{kind}"'.encode() for kind in WEIGHTY)


def is_weighty(leaf: bytes) -> bool:
    """Whether the leaf, canonical JSON, is of a weighty kind."""
    return any(mark in leaf for mark in _MARKS)
