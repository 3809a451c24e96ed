"""A finger hits what it aims at: on a phone every control takes 44 px, however small it is drawn."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.journeys.people import Firm
from tests.journeys.test_looks import OF_CLIENTS, OF_STAFF, width
from tests.journeys.tree import furnish
from tests.journeys.visits import PHONE, Visit, come_in, open_vault

# Of each control: does what lies 21 px from its middle belong to it, to its label, or to another control? Links in a
# line of text are as high as the line (WCAG 2.5.8).
MISSED = """() => {
  const control = "a, button, input, select, summary, textarea";
  const gone = "details:not([open]) :not(summary), .visually-hidden, .sg-skip, [hidden], p, dd, .form-text, .sg-crumbs";
  const isHit = (one, x, y) => {
    const there = document.elementFromPoint(x, y);
    if (there === null || one.contains(there)) return there !== null;
    const other = there.closest("label")?.control ?? there.closest(control);
    return other !== null;
  };
  return [...document.querySelectorAll(control)].filter((one) => {
    one.scrollIntoView({ block: "center", behavior: "instant" });
    const { left, top, width, height } = one.getBoundingClientRect();
    if (width === 0 || height === 0 || one.closest(gone) || getComputedStyle(one).visibility === "hidden") return false;
    if ((one.labels?.[0]?.getBoundingClientRect().height ?? 0) >= 44) return false;
    const [x, y] = [left + width / 2, top + height / 2];
    const points = [[x, y - 21], [x, y + 21], ...(width < 44 ? [[x - 21, y], [x + 21, y]] : [])];
    return !points.every(([x, y]) => isHit(one, x, y));
  }).map((one) => `${one.tagName} ${one.className} ${one.textContent.trim() || one.ariaLabel || one.id}`);
}"""


def missed(page: Page) -> list[str]:
    found: list[str] = page.evaluate(MISSED)
    return found


@pytest.mark.parametrize("who", ["owner", "client"])
def test_on_a_phone_every_control_of_every_page_is_large_enough(visit: Visit, firm: Firm, who: str) -> None:
    for _ in range(2):
        firm.new_vault()
    person, paths = (firm.owner, OF_STAFF) if who == "owner" else (firm.client, OF_CLIENTS)
    page = come_in(visit(**PHONE), firm, person)
    for path in paths:
        page.goto(firm.url + path)
        assert (path, missed(page)) == (path, [])
        assert width(page) <= 390, path


def test_on_a_phone_so_is_every_control_of_a_vault(
    visit: Visit, firm: Firm, tmp_path_factory: pytest.TempPathFactory
) -> None:
    vault = firm.new_vault()
    furnish(firm, vault, firm.clerk, tmp_path_factory.mktemp("touch"), "Belege/Brief.txt", "Eid.txt")
    page = come_in(visit(**PHONE), firm, firm.clerk)
    open_vault(page, vault)
    assert missed(page) == []
