/** The tool bar stays in one line: what has no room there stands in a menu at its end. */

import { find, findAll } from "../ui/dom";
import { Menu } from "../ui/menu";

export class Overflow {
  private readonly bar = find(".sg-toolbar");
  private readonly more = find("[data-toolbar-more]");
  private readonly box = find("#toolbar-menu");
  /** Those that may give way, the first to go first. */
  private readonly buttons = [...findAll('[data-fold]:not([data-fold="always"])', this.bar)].sort(
    (a, b) => Number(a.dataset["fold"]) - Number(b.dataset["fold"]),
  );
  /** What is done once in years stands in the menu alone, at its end. */
  private readonly seldom = findAll('[data-fold="always"]', this.bar);
  private folded: readonly HTMLElement[] = [];

  listen(): void {
    const menu = new Menu(this.box, (item) => this.folded[Number(item.dataset["item"])]?.click());
    this.more.addEventListener("click", () => {
      this.box.replaceChildren(...this.folded.map(itemOf));
      const { left, bottom } = this.more.getBoundingClientRect();
      menu.show(left, bottom, this.more);
    });
    const observer = new ResizeObserver(() => this.fit());
    observer.observe(this.bar);
    // "Sperre aufheben" is wider than "Sperren".
    for (const word of findAll("[data-word]", this.bar)) observer.observe(word);
  }

  private fit(): void {
    this.fold(0);
    for (let count = 1; this.lines() > 1 && count <= this.buttons.length; count++) this.fold(count);
  }

  private fold(count: number): void {
    this.buttons.forEach((button, i) => {
      button.classList.toggle("is-folded", i < count);
    });
    // What the page shows to nobody here, a mouse's tool on a phone, is not in the menu either.
    const first = this.buttons.slice(0, count);
    this.folded = [...first.filter((button) => !isElsewhere(button)), ...this.seldom];
    this.more.hidden = this.folded.length === 0;
  }

  /** On a phone what is done with a selection has a line of its own. */
  private lines(): number {
    const isOwnLine = getComputedStyle(find(".br", this.bar)).display !== "none";
    const shown = findAll("button", this.bar).filter(
      (button) => button.offsetParent !== null && !(isOwnLine && button.classList.contains("sel")),
    );
    return new Set(shown.map(({ offsetTop, offsetHeight }) => Math.round(offsetTop + offsetHeight / 2))).size;
  }
}

/** Whether a button is hidden for another reason than want of room. */
function isElsewhere(button: HTMLElement): boolean {
  button.classList.remove("is-folded");
  const isHidden = getComputedStyle(button).display === "none";
  button.classList.add("is-folded");
  return isHidden;
}

function itemOf(button: HTMLElement, index: number): HTMLElement {
  const item = document.createElement("button");
  item.type = "button";
  item.tabIndex = -1;
  item.setAttribute("role", "menuitem");
  item.dataset["item"] = String(index);
  item.title = button.title;
  item.setAttribute("aria-disabled", button.getAttribute("aria-disabled") ?? "false");
  const icon = find(".bi", button).cloneNode();
  item.append(icon, find(".lbl", button).textContent ?? "");
  return item;
}
