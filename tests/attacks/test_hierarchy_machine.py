"""All of the hierarchy's rules at once: those of `hierarchy_rules`, and the ways back.

A founder returns through recovery, recovery and root are replaced, contents are sealed anew. `SIEGEL_LONG_TESTS=1`
runs many more and random stories.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from siegel.seals.documents import Holder
from siegel.seals.errors import IntegrityError
from siegel.seals.replay import replay
from tests.attacks.hierarchy_rules import Hierarchy, picked
from tests.attacks.hierarchy_ways import Ways

IS_LONG = bool(os.environ.get("SIEGEL_LONG_TESTS"))
EXAMPLES, STEPS = (400, 40) if IS_LONG else (32, 30)


class WaysBack(Hierarchy):
    WORLD = Ways
    world: Ways

    @initialize()
    def found(self) -> None:
        super().found()
        self.world.begin_own(self.world.people[-1])
        # of what the founder wrote in his own vault: the epoch, his key and recovery's
        self.own_written: list[tuple[int, str, str]] = []

    @property
    def is_in(self) -> bool:
        """Whether the founder is in his own vault."""
        founder = self.world.founder
        return self.counts(founder) and self.world.founder_line.key == founder.own.kid

    # Own vaults

    @rule()
    def the_founder_writes(self) -> None:
        world = self.world
        if not self.is_in:
            with pytest.raises(IntegrityError, check=lambda e: e.code in ("record_rights", "record_author_revoked")):
                world.own.write(world.founder.own)
            return
        world.own_write()
        self.own_written.append((world.own.epoch, world.founder.own.kid, world.firm.recovery.kid))

    @rule()
    def the_founder_comes_back(self) -> None:
        world, by = self.world, self.world.ruler()
        if not self.counts(world.founder) or self.is_in:
            return
        back = world.readmit(by)
        # A recovery key that came in another's place opens it only once somebody has begun a new epoch.
        assert back == (world.firm.recovery.kid in world.own.state.position.now.epoch.sealed_to)
        assert self.is_in == back

    @rule(beside=st.booleans())
    def an_owner_lets_himself_in(self, beside: bool) -> None:
        """Beside the founder who comes back, or just so."""
        world, by = self.world, self.world.ruler()
        lines = [*(world.returned() if beside else world.own.lines), Holder(by.own.kid, "read", by.id)]
        with pytest.raises(IntegrityError, check=lambda e: e.code in ("record_rights", "roster_holder")):
            world.set_own(by, lines)

    @rule()
    def an_owner_gives_a_place_that_is_not_lost(self) -> None:
        if not self.is_in:
            return
        world, by = self.world, self.world.ruler()
        with pytest.raises(IntegrityError, check=lambda e: e.code == "record_rights"):
            world.set_own(by, world.returned())

    # Root and recovery

    @rule()
    def recovery_is_replaced(self) -> None:
        old = self.world.replace_recovery()
        # Whoever has stolen it, and every wrap there ever was, reads nothing that is written from now on.
        self.letters.append((old.seed, len(self.written)))

    @rule(by_recovery=st.booleans(), back=st.none() | st.integers(0, 60))
    def the_root_is_changed(self, by_recovery: bool, back: int | None) -> None:
        since = None if back is None else max(0, self.world.firm.index - back)
        self.world.change_root(by_recovery=by_recovery, since=since)

    @rule(kind=st.sampled_from(["owner", "recovery"]))
    def a_root_that_was_replaced_certifies_nobody(self, kind: str) -> None:
        firm = self.world.firm
        for root in self.world.roots:
            with pytest.raises(IntegrityError, check=lambda e: e.code == "certificate_issuer_revoked"):
                firm.certify(root, kind, subject=firm.id if kind == "recovery" else None)

    # Old contents

    @rule(who=picked)
    def somebody_puts_a_file(self, who: int) -> None:
        writers = [one for one in self.world.people if self.may_write(one)]
        author = writers[who % len(writers)]
        line = self.line(author)
        if line and line.until is not None and author.id not in self.in_team and line.until < self.soon():
            return
        self.world.put(author)
        self.remember_written()

    @rule(which=picked)
    def an_owner_seals_a_file_anew(self, which: int) -> None:
        world, files = self.world, sorted(self.world.files)
        if not files:
            return
        node = files[which % len(files)]
        by, before = world.ruler(), world.files[node].epoch
        world.settle(by)
        if world.vault.epoch == before:
            with pytest.raises(IntegrityError, check=lambda e: e.code == "node_repeated"):
                world.reseal(by, node)
            return
        world.reseal(by, node)
        assert world.vault.state.nodes[node].epoch == world.vault.epoch > before
        self.remember_written()

    @rule(who=picked, which=picked)
    def who_does_not_manage_seals_nothing_anew(self, who: int, which: int) -> None:
        world, person, files = self.world, self.other(who), sorted(self.world.files)
        line = self.line(person)
        if not files or (line is not None and line.rights == "manage"):
            return
        with pytest.raises(IntegrityError, check=lambda e: e.code in ("record_rights", "record_author_revoked")):
            world.reseal(person, files[which % len(files)])

    def remember_written(self) -> None:
        at = self.world.vault.entries[-1].accepted_at
        inside = {one.id for one in self.world.people if self.belongs(one, at)}
        self.written.append((self.world.vault.epoch, inside))

    # What always holds

    @invariant()
    def recovery_in_force_opens_what_is_not_due(self) -> None:
        if not hasattr(self, "own_written"):
            return
        seed = self.world.firm.recovery.seed
        for chain in self.world.chains:
            if not chain.is_due:
                opened = self.world._open(chain, [seed], lambda one: one.wraps)
                assert opened.seeds.keys() == chain.state.epochs.keys(), chain.kind
        if (
            not self.world.own.is_due
            or self.world.firm.recovery.kid in self.world.own.state.position.now.epoch.sealed_to
        ):
            assert self.world.own_opened([seed]).seeds.keys() == self.world.own.state.epochs.keys()

    @invariant()
    def an_own_vault_is_its_founders(self) -> None:
        if not hasattr(self, "own_written"):
            return
        world = self.world
        if self.is_in:
            assert world.own_opened([world.founder.own.seed]).seeds.keys() == world.own.state.epochs.keys()
        others = [key.seed for one in world.people if one is not world.founder for key in (*one.keys, *one.letters)]
        assert not world.own_opened(others, stolen=True).seeds
        lost = [*world.founder.keys[:-1], *([] if self.counts(world.founder) else [world.founder.own])]
        for key in lost:
            later = {epoch for epoch, by, _ in self.own_written if by != key.kid}
            mine = {epoch for epoch, by, _ in self.own_written if by == key.kid}
            assert not (later - mine) & world.own_opened([key.seed], stolen=True).seeds.keys()

    def teardown(self) -> None:
        super().teardown()
        if not hasattr(self, "own_written"):
            return
        own, (store, _) = self.world.own, self.world.verified()
        assert replay(self.world.firm.id, own.id, own.entries, store).head == own.state.head


@pytest.mark.timeout(400)
def test_who_belongs_opens_everything_and_who_was_shut_out_nothing_new() -> None:
    run_state_machine_as_test(
        WaysBack,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=not IS_LONG,
            database=None,
            # a story cut short for its own sake takes minutes; the first one found is printed, step by step
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
