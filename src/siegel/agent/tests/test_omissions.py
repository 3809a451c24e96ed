"""A server that leaves out what it says of people: only who is asked about is shown, and not all of it."""

import pytest

from siegel.agent.revoke import revoke
from siegel.agent.session import Home
from siegel.agent.teams import found_team
from siegel.agent.tests.server import Server, Wire
from siegel.seals.documents import Certificate
from siegel.seals.errors import IntegrityError
from siegel.seals.signed import Signed


def shows_narrowly(server: Server, hidden: str) -> None:
    """It hides every revocation, and shows `hidden`, as a true server may, only to whoever asks about him."""

    def lie(path: str, answer: Wire) -> Wire:
        if "certificates" not in answer or path != "keys/certificates":
            return answer
        subjects = [(one, Certificate.parse(Signed.from_wire(one["doc"])).subject) for one in answer["certificates"]]
        asked = hidden in server.queries[-1]
        shown = [one for one, subject in subjects if subject != hidden or asked]
        return {**answer, "certificates": shown, "revocations": []}

    server.lies.append(lie)


def test_nothing_is_sealed_to_a_key_that_was_seen_revoked_when_it_is_asked_about_only_now(
    server: Server, home: Home
) -> None:
    clerk = server.firm.certify(server.firm.owner, "clerk")
    owner = server.account(server.firm.owner)
    owner.require_seen(home)
    revoke(owner, home, clerk.known, reason="left", since=None)
    owner.require_seen(home)
    shows_narrowly(server, clerk.id)
    again = server.account(server.firm.owner)
    # of the clerk nothing was said yet, so nothing is missing yet
    again.require_seen(home)

    def begin() -> None:
        again.learn_about(clerk.id)
        found_team(again, home, "Alle", members=[clerk.kid])

    with pytest.raises(IntegrityError) as error:
        begin()
    assert error.value.code == "revocation_hidden"
    assert "POST teams" not in server.requests
