"""The hierarchy of keys under whatever happens: people come, go, are revoked, reset, fall; nothing leaks to who left.

Beside the firm a model of a few sets says who belongs. After every step whoever belongs opens everything with what the
server serves him, and whoever was shut out opens nothing that was written since, not even with all wraps the server
ever had. `test_hierarchy_machine.py` adds the ways back, and runs it.
"""

from dataclasses import dataclass

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from siegel.seals.derive import Seed
from siegel.seals.documents import PERSONS, Holder
from siegel.seals.errors import IntegrityError
from siegel.seals.holders import members
from siegel.seals.replay import Head, replay
from tests.attacks.hierarchy import Employee, World

PEOPLE = 5
picked = st.integers(0, 2 * PEOPLE)
rights = st.sampled_from(["read", "write", "manage"])


@dataclass
class Line:
    """A person's line in the vault, as the model has it."""

    rights: str
    until: int | None


class Hierarchy(RuleBasedStateMachine):
    WORLD: type[World] = World

    @initialize()
    def found(self) -> None:
        self.world = self.WORLD()
        self.in_team: set[str] = {one.id for one in self.world.rulers}
        self.in_vault: dict[str, Line] = {one.id: Line("manage", None) for one in self.world.rulers}
        # who certified whom where, for what falls: key id -> (key id of the issuer, place)
        self.issued: dict[str, tuple[str, int]] = {}
        self.out: set[str] = set()
        # of letters that were redeemed: the seed, and how much was written before
        self.letters: list[tuple[Seed, int]] = []
        # (epoch, ids of those who belonged) of everything written, and since then
        self.written: list[tuple[int, set[str]]] = []
        for leads in (True, True, False):
            self.somebody_is_hired(0, leads)
        self.a_clerk_joins_the_team(0)
        self.somebody_is_let_into_the_vault(2, "write", None)

    # The model

    def counts(self, who: Employee) -> bool:
        return who.own.kid not in self.out

    def line(self, who: Employee, at: int | None = None) -> Line | None:
        line, time = self.in_vault.get(who.id), self.world.firm.moment.time if at is None else at
        over = line is not None and line.until is not None and line.until < time
        return None if over else line

    def belongs(self, who: Employee, at: int | None = None) -> bool:
        return self.counts(who) and (self.line(who, at) is not None or who.id in self.in_team)

    def may_write(self, who: Employee) -> bool:
        line = self.line(who)
        return (
            self.belongs(who)
            and not who.blocked
            and (who.id in self.in_team or (line is not None and line.rights != "read"))
        )

    def soon(self) -> int:
        """When a record that needs some attempts will have been accepted at the latest."""
        return self.world.firm.moment.time + 12

    def other(self, number: int) -> Employee:
        """Somebody who is no owner."""
        others = self.world.people[2:]
        return others[number % len(others)]

    def falls(self, kid: str, since: int) -> set[str]:
        direct = {one for one, (issuer, place) in self.issued.items() if issuer == kid and place >= since}
        return direct.union(*(self.falls(one, 0) for one in direct))

    # What happens

    @rule(by=picked, leads=st.booleans())
    def somebody_is_hired(self, by: int, leads: bool) -> None:
        world = self.world
        if len(world.people) == 2 + PEOPLE:
            return
        certifiers = [one for one in world.people if one.role != "client" and self.counts(one)]
        issuer = certifiers[by % len(certifiers)]
        hired = world.hire(issuer, "clerk" if issuer.role == "owner" and leads else "client")
        self.issued[hired.own.kid] = (issuer.own.kid, hired.own.known.log_index)

    @rule(who=picked)
    def a_clerk_joins_the_team(self, who: int) -> None:
        person = self.other(who)
        if person.role != "clerk" or not self.counts(person) or person.id in self.in_team:
            return
        self.world.change_lines(self.world.team, None, Holder(person.own.kid, "read", person.id))
        self.in_team.add(person.id)

    @rule(who=picked)
    def a_clerk_leaves_the_team(self, who: int) -> None:
        person = self.other(who)
        if person.id not in self.in_team:
            return
        self.in_team.discard(person.id)
        self.world.change_lines(self.world.team, person.id)

    @rule(who=picked, right=rights, ends_s=st.none() | st.integers(0, 15))
    def somebody_is_let_into_the_vault(self, who: int, right: str, ends_s: int | None) -> None:
        person = self.other(who)
        if not self.counts(person):
            return
        until = None if ends_s is None else self.world.firm.moment.time + ends_s
        line = Holder(person.own.kid, right, person.id, until)
        self.world.change_lines(self.world.vault, person.id, line)
        self.in_vault[person.id] = Line(right, until)
        for _, belonged in self.written:
            # be it for a second: he is given the present epoch's seed, which leads to all before it
            belonged.add(person.id)

    @rule(who=picked)
    def somebody_is_taken_off_the_vault(self, who: int) -> None:
        person = self.other(who)
        if person.id not in self.in_vault:
            return
        del self.in_vault[person.id]
        self.world.change_lines(self.world.vault, person.id)

    @rule(who=picked, back=st.none() | st.integers(0, 60), again=st.booleans())
    def a_key_is_taken_back(self, who: int, back: int | None, again: bool) -> None:
        person = self.other(who)
        if self.world.firm.store.revoked(person.own.kid):
            return
        self.take_back(person, back, again=again)

    @precondition(lambda self: len(self.world.people) > 2)
    @rule(back=st.none() | st.integers(0, 60), again=st.booleans())
    def an_owners_key_is_taken_back(self, back: int | None, again: bool) -> None:
        first = self.world.rulers[0]
        if not self.counts(first):
            return
        self.take_back(first, back, again=again)

    def take_back(self, person: Employee, back: int | None, *, again: bool) -> None:
        since = None if back is None else max(0, self.world.firm.index - back)
        fallen = set() if since is None else self.falls(person.own.kid, since)
        self.out.add(person.own.kid)
        kids = {one.own.kid for one in self.world.people}
        before, stays = set(self.out), self.world.revoke(person, since, again=again)
        if not again:
            self.out |= fallen
            assert stays & kids == (fallen - before) & kids
        by = self.world.ruler().own
        for one in fallen - before if again else ():
            self.issued[one] = (by.kid, self.world.firm.index)

    @rule(who=picked)
    def somebody_lost_his_key_and_gets_a_letter(self, who: int) -> None:
        person = self.other(who)
        self.out.add(person.own.kid)
        self.world.reset(person)
        self.letters.append((person.letters[-1].seed, len(self.written)))
        self.issued[person.letters[-1].kid] = (self.world.ruler().own.kid, person.letters[-1].known.log_index)
        self.issued[person.own.kid] = (person.letters[-1].kid, person.own.known.log_index)

    @rule(who=picked)
    def somebody_loses_his_key_twice(self, who: int) -> None:
        for _ in range(2):
            self.somebody_lost_his_key_and_gets_a_letter(who)

    @rule(who=picked, more=st.integers(0, 2), as_letter=st.booleans())
    def a_second_key_comes_in_somebodys_name(self, who: int, more: int, as_letter: bool) -> None:
        """By who may certify him; his own is in force, fallen or revoked: it counts behind the revocation only."""
        person = self.other(who)
        own = person.own.known.certificate
        is_free = self.world.firm.store.revoked(person.own.kid) is not None
        if is_free and more == 1:
            return
        code = "certificate_generation" if is_free else "subject_has_key"
        with pytest.raises(IntegrityError, check=lambda e: e.code == code):
            self.world.claim(person, own.generation + more, as_letter=as_letter)

    @rule(who=picked)
    def somebody_is_blocked_or_unblocked(self, who: int) -> None:
        person = self.other(who)
        person.blocked = not person.blocked

    @rule(who=picked)
    def somebody_writes(self, who: int) -> None:
        writers = [one for one in self.world.people if self.may_write(one)]
        author = writers[who % len(writers)]
        line = self.line(author)
        if line and line.until is not None and author.id not in self.in_team and line.until < self.soon():
            return
        self.world.write(author)
        at = self.world.vault.entries[-1].accepted_at
        inside = {one.id for one in self.world.people if self.belongs(one, at)}
        self.written.append((self.world.vault.epoch, inside))

    @rule(who=picked)
    def who_may_not_write_is_refused(self, who: int) -> None:
        person = self.world.people[who % len(self.world.people)]
        line = self.line(person)
        if self.belongs(person) and (person.id in self.in_team or (line and line.rights != "read")):
            return
        with pytest.raises(IntegrityError, check=lambda e: e.code in ("record_rights", "record_author_revoked")):
            self.world.vault.write(person.own)

    @rule()
    def the_log_goes_on_elsewhere(self) -> None:
        """And with it the time, at whose end somebody's access may end."""
        self.world.firm.index += 15

    @rule(short=st.integers(1, 6))
    def an_old_state_is_shown(self, short: int) -> None:
        """A server that restored a backup: whoever saw more notices."""
        chain = self.world.vault
        if len(chain.entries) <= short:
            return
        store, states = self.world.verified()
        seen = states[chain.id].head
        old = replay(self.world.firm.id, chain.id, chain.entries[:-short], store, seen)
        with pytest.raises(IntegrityError, match="ends before"):
            old.require_head(Head(old.head.seq, old.head.hash))

    # What always holds

    @invariant()
    def who_belongs_opens_everything(self) -> None:
        if not hasattr(self, "world"):
            return
        for person in self.world.people:
            if self.belongs(person) and not person.blocked:
                opened = self.world.opened(person, self.world.vault)
                assert opened.seeds.keys() == self.world.vault.state.epochs.keys(), person.role

    @invariant()
    def who_was_shut_out_opens_nothing_new(self) -> None:
        if not hasattr(self, "world"):
            return
        inside = {one.id for one in self.world.people if self.belongs(one)}
        for _, belonged in self.written:
            belonged.update(inside)
        epochs = {one.id: {e for e, belonged in self.written if one.id not in belonged} for one in self.world.people}
        for person in self.world.people:
            if epochs[person.id]:
                seeds = [key.seed for key in (*person.keys, *person.letters)]
                assert not epochs[person.id] & self.world.stolen(seeds).seeds.keys(), person.role
        for seed, before in self.letters:
            later = {epoch for epoch, _ in self.written[before:]}
            assert not (later and later & self.world.stolen([seed]).seeds.keys()), "who found a letter"

    @invariant()
    def nobody_has_two_keys(self) -> None:
        if not hasattr(self, "world"):
            return
        store, held = self.world.firm.store, dict[str, set[str]]()
        for one in store:
            if one.certificate.kind in PERSONS:
                held.setdefault(one.certificate.subject, set()).add(one.kid)
        for person in self.world.people:
            assert held[person.id] == {key.kid for key in person.keys}
            assert {kid for kid in held[person.id] if store.in_force(kid)} <= {person.own.kid}

    def teardown(self) -> None:
        """A client that saw everything one by one, and one that comes now, agree; and with the model."""
        if not hasattr(self, "world"):
            return
        world, moment = self.world, self.world.firm.moment
        store, states = world.verified()
        for chain in world.chains:
            mine, theirs = chain.state, states[chain.id]
            assert (mine.head, mine.nodes, mine.epochs) == (theirs.head, theirs.nodes, theirs.epochs)
            roster = mine.position.now.roster
            held = [members(roster, one, moment) for one in (world.firm.store, store)]
            ours, others = ({member.key: member.rights for member in one.values()} for one in held)
            assert ours == others
        for person in world.people:
            for one in (world.firm.store, store):
                assert one.in_force(person.own.kid) == self.counts(person)
