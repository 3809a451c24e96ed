"""What the watch of the journeys lets pass: one refusal of the self-record, if the page does not leave it at that."""

from __future__ import annotations

from contextlib import suppress

from playwright.sync_api import Browser, Route

from tests.journeys.watch import Watch

HOME = "http://firm.test/"
WRITE = "fetch('/api/account/self', { method: 'POST' }).then(({ status }) => status)"
READ = "fetch('/api/account/self').then(({ status }) => status)"


def problems(browser: Browser, asked: list[str], answers: list[int]) -> list[str]:
    """What the watch says when a page asks this and is answered that."""
    watch, left = Watch(), list(answers)
    context = browser.new_context()
    watch.follow(context)

    def answer(route: Route) -> None:
        is_page = route.request.url == HOME
        route.fulfill(status=200 if is_page else left.pop(0), content_type="text/html", body="<!doctype html>")

    context.route(f"{HOME}**", answer)
    page = context.new_page()
    page.goto(HOME)
    assert [page.evaluate(script) for script in asked] == answers
    context.close()
    with suppress(AssertionError):
        watch.require_nothing()
    return watch.problems


def test_a_refusal_after_which_the_page_reads_and_writes_again_passes(browser: Browser) -> None:
    assert problems(browser, [WRITE, READ, WRITE], [409, 200, 201]) == []
    assert problems(browser, [WRITE, READ], [409, 200]) == []
    assert problems(browser, [WRITE, WRITE, WRITE, READ], [409, 201, 409, 200]) == []


def test_a_refusal_that_the_page_leaves_at_that_does_not(browser: Browser) -> None:
    assert len(problems(browser, [WRITE], [409])) == 1


def test_a_second_refusal_in_a_row_does_not(browser: Browser) -> None:
    assert len(problems(browser, [WRITE, READ, WRITE, READ], [409, 200, 409, 200])) == 1
