/** The menu of a row: by its button, the secondary mouse button, or the keyboard. One menu for all rows. */

import { find, maybe } from "../ui/dom";
import { Menu } from "../ui/menu";

export class RowMenu {
  private readonly menu: Menu;

  /** `opened` prepares the menu for a node; `chosen` does what was chosen. */
  constructor(opened: (node: string) => boolean, chosen: (verb: string) => void) {
    this.menu = new Menu(find("#row-menu"), (item) => chosen(item.dataset["verb"] ?? ""));
    const rows = find("tbody[data-rows]");
    const open = (target: EventTarget | null, x: number, y: number): boolean => {
      const row = target instanceof Element ? target.closest<HTMLElement>("tr[data-node]") : null;
      const node = row?.dataset["node"];
      if (row === null || node === undefined || !opened(node)) return false;
      this.menu.show(x, y, maybe("[data-row-menu]", row));
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
  }
}
