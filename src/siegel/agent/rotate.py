"""New epochs for everything of the person's that is due: teams first, as their new keys make vaults due.

Each is done by itself. What was done stays done, so a run that was stopped goes on where it was when it is called
again.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from siegel.agent.account import Account
from siegel.agent.errors import AgentError, OfflineError
from siegel.agent.holders import renew_recovery
from siegel.agent.opened import open_by_id
from siegel.agent.session import Home
from siegel.seals.errors import IntegrityError, SealError
from siegel.seals.fields import Fields


@dataclass(slots=True)
class Done:
    """Ids of teams and vaults: what has a new epoch, what somebody else was quicker with, what stays due and why."""

    rotated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: dict[str, AgentError | SealError] = field(default_factory=dict)

    @property
    def is_broken(self) -> bool:
        """Whether something did not verify."""
        return any(isinstance(error, IntegrityError) for error in self.failed.values())

    @property
    def count(self) -> int:
        return len(self.rotated) + len(self.unchanged) + len(self.failed)


Progress = Callable[[Done], None]


def rotate_all(account: Account, home: Home, progress: Progress = lambda _: None) -> Done:
    """Gives a new epoch to all that is due and that the person may renew. OfflineError."""
    account.learn_about()
    done = rotate_each(account, home, due_teams(account), progress)
    return rotate_each(account, home, due_vaults(account), progress, done)


def rotate_each(
    account: Account, home: Home, ids: Iterable[str], progress: Progress = lambda _: None, done: Done | None = None
) -> Done:
    """One after the other, going on from `done`; one that fails stops no other. OfflineError."""
    done = done or Done()
    for chain in ids:
        try:
            vault = open_by_id(account, home, chain)
            # both: what the roster's change made due, it renews itself
            is_new = renew_recovery(vault) | vault.rotate_if_due()
            (done.rotated if is_new else done.unchanged).append(chain)
        except OfflineError:
            raise
        except (AgentError, SealError) as error:
            done.failed[chain] = error
        progress(done)
    return done


def due_teams(account: Account) -> list[str]:
    """The teams the person rules that are due."""
    return Fields(account.api.get("keys/due"), "due").strings("teams")


def due_vaults(account: Account) -> Iterator[str]:
    """The vaults the person may write to that are due, by id."""
    after, more = "", True
    while more:
        f = Fields(account.api.get(f"keys/due?after={after}"), "due")
        vaults = f.strings("vaults")
        yield from vaults
        more = f.flag("more")
        if (more and not vaults) or (vaults and vaults[0] <= after):
            raise AgentError("answer_invalid")
        after = vaults[-1] if vaults else after
