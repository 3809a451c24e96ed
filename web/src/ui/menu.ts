/** A menu that opens at a place: by mouse, by finger, by keyboard; it closes with a choice, Esc, Tab, or a click elsewhere. */

import { findAll } from "./dom";

/** Room that stays to the window's edges. */
const EDGE = 8;
/** How people scroll; the page itself may scroll too, when the bar of the selection appears. */
const SCROLLING = ["wheel", "touchmove"];

export class Menu {
  private readonly menu: HTMLElement;
  private opener: HTMLElement | null = null;

  /** `chosen` is called with the item that was chosen, when the menu is closed again. */
  constructor(menu: HTMLElement, chosen: (item: HTMLElement) => void) {
    this.menu = menu;
    menu.addEventListener("click", ({ target }) => {
      const item = target instanceof Element ? target.closest<HTMLElement>("[role=menuitem]") : null;
      if (item === null || item.getAttribute("aria-disabled") === "true") return;
      this.close();
      chosen(item);
    });
    menu.addEventListener("keydown", (event) => this.pressed(event));
    document.addEventListener("pointerdown", ({ target }) => {
      if (!menu.hidden && target instanceof Node && !menu.contains(target)) this.hide();
    });
    for (const way of SCROLLING) addEventListener(way, () => this.hide(), { capture: true, passive: true });
  }

  /** `opener` gets the focus back. */
  show(x: number, y: number, opener: HTMLElement | null): void {
    this.opener = opener;
    this.menu.hidden = false;
    const { width, height } = this.menu.getBoundingClientRect();
    this.menu.style.left = `${Math.max(EDGE, Math.min(x, innerWidth - width - EDGE))}px`;
    this.menu.style.top = `${Math.max(EDGE, Math.min(y, innerHeight - height - EDGE))}px`;
    this.items[0]?.focus({ preventScroll: true });
  }

  hide(): void {
    this.menu.hidden = true;
  }

  private close(): void {
    this.hide();
    this.opener?.focus({ preventScroll: true });
  }

  private get items(): readonly HTMLElement[] {
    return findAll("[role=menuitem]:not([hidden])", this.menu);
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
