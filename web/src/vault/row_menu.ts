/** The menu of a row: by its button, the secondary mouse button, or the keyboard. One menu for all rows. */

import { find, findAll, maybe } from "../ui/dom";

/** Room that stays to the window's edges. */
const EDGE = 8;
/** How people scroll; the page itself may scroll too, when the bar of the selection appears. */
const SCROLLING = ["wheel", "touchmove"];

export class RowMenu {
  private readonly menu = find("#row-menu");
  private opener: HTMLElement | null = null;

  /** `opened` prepares the menu for a node; `chosen` does what was chosen. */
  constructor(opened: (node: string) => boolean, chosen: (verb: string) => void) {
    const rows = find("tbody[data-rows]");
    const open = (target: EventTarget | null, x: number, y: number): boolean => {
      const row = target instanceof Element ? target.closest<HTMLElement>("tr[data-node]") : null;
      const node = row?.dataset["node"];
      if (row === null || node === undefined || !opened(node)) return false;
      this.opener = maybe("[data-row-menu]", row);
      this.show(x, y);
      return true;
    };
    rows.addEventListener(
      "click",
      (event) => {
        const button = event.target instanceof Element ? event.target.closest("[data-row-menu]") : null;
        if (button === null) return;
        event.stopPropagation();
        const { left, bottom } = button.getBoundingClientRect();
        open(button, left, bottom);
      },
      true,
    );
    rows.addEventListener("contextmenu", (event) => {
      const at = event.target instanceof Element ? event.target.getBoundingClientRect() : null;
      // From the keyboard it comes without a place.
      const isKey = event.clientX === 0 && event.clientY === 0;
      if (
        open(event.target, isKey ? (at?.left ?? 0) : event.clientX, isKey ? (at?.bottom ?? 0) : event.clientY)
      )
        event.preventDefault();
    });
    this.menu.addEventListener("click", ({ target }) => {
      const item = target instanceof Element ? target.closest<HTMLElement>("[data-verb]") : null;
      if (item === null) return;
      this.close();
      chosen(item.dataset["verb"] ?? "");
    });
    this.menu.addEventListener("keydown", (event) => this.pressed(event));
    document.addEventListener("pointerdown", ({ target }) => {
      if (!this.menu.hidden && target instanceof Node && !this.menu.contains(target)) this.hide();
    });
    for (const way of SCROLLING) addEventListener(way, () => this.hide(), { capture: true, passive: true });
  }

  private get items(): readonly HTMLElement[] {
    return findAll("[role=menuitem]:not([hidden])", this.menu);
  }

  private show(x: number, y: number): void {
    this.menu.hidden = false;
    const { width, height } = this.menu.getBoundingClientRect();
    this.menu.style.left = `${Math.max(EDGE, Math.min(x, innerWidth - width - EDGE))}px`;
    this.menu.style.top = `${Math.max(EDGE, Math.min(y, innerHeight - height - EDGE))}px`;
    this.items[0]?.focus({ preventScroll: true });
  }

  private hide(): void {
    this.menu.hidden = true;
  }

  /** The focus goes back to the row. */
  close(): void {
    this.hide();
    this.opener?.focus({ preventScroll: true });
  }

  private pressed(event: KeyboardEvent): void {
    const { items } = this;
    const at = items.indexOf(document.activeElement as HTMLElement);
    const to: Readonly<Record<string, number>> = {
      ArrowDown: (at + 1) % items.length,
      ArrowUp: (at - 1 + items.length) % items.length,
      Home: 0,
      End: items.length - 1,
    };
    const next = to[event.key];
    if (next !== undefined) items[next]?.focus();
    else if (event.key === "Escape" || event.key === "Tab") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
