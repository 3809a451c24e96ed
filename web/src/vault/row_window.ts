/**
 * The rows of a long table: only those near the visible part are in the page, the rest is room above and below them.
 *
 * Rows of a long list are equally high (`is-long` in the style sheet). A short list stands in the page whole.
 */

import { find } from "../ui/dom";

/** Up to here a list stands in the page whole. */
const SHORT = 150;
/** Rows kept ready on both sides of what is visible. */
const SPARE = 24;
/** Before the first row could be measured. */
const ROW_PX = 40;

export class RowWindow {
  private readonly table = find("table[data-list]");
  private readonly body = find("tbody[data-rows]");
  private readonly before = find("[data-gap=before] td");
  private readonly after = find("[data-gap=after] td");
  private readonly make: (index: number) => HTMLElement;
  private rows = new Map<number, HTMLElement>();
  private count = 0;
  private rowPx = ROW_PX;
  private isWaiting = false;

  /** `make` gives the row with this index. */
  constructor(make: (index: number) => HTMLElement) {
    this.make = make;
    const later = (): void => {
      if (this.isWaiting) return;
      this.isWaiting = true;
      requestAnimationFrame(() => {
        this.isWaiting = false;
        this.draw();
      });
    };
    // Whatever scrolls: the list's own box on a desk, the page on a phone.
    document.addEventListener("scroll", later, { capture: true, passive: true });
    window.addEventListener("resize", () => {
      this.measure();
      later();
    });
  }

  /** Rows in the page, with their indices. */
  get drawn(): ReadonlyMap<number, HTMLElement> {
    return this.rows;
  }

  /** Draws all rows anew. */
  show(count: number): void {
    this.count = count;
    this.table.classList.toggle("is-long", count > SHORT);
    this.table.setAttribute("aria-rowcount", String(count + 1));
    this.rows = new Map();
    this.body.replaceChildren();
    this.draw();
    if (this.measure()) this.draw();
  }

  /** The row, brought into the page and into sight. */
  reveal(index: number): HTMLElement | undefined {
    if (!this.rows.has(index)) {
      const box = this.box();
      const top = this.before.getBoundingClientRect().top + index * this.rowPx;
      box.scrollBy({ top: top - innerHeight / 2, behavior: "instant" });
      this.draw();
    }
    const row = this.rows.get(index);
    row?.scrollIntoView({ block: "nearest", behavior: "instant" });
    return row;
  }

  /** Rows that fit on one screen. */
  get page(): number {
    const { top, bottom } = this.seen();
    return Math.max(1, Math.floor((bottom - top) / this.rowPx) - 2);
  }

  private box(): Element {
    const own = this.table.parentElement;
    const isOwn = own !== null && own.scrollHeight > own.clientHeight + 1;
    return isOwn && getComputedStyle(own).overflowY !== "hidden" ? own : document.documentElement;
  }

  /** The part of the window in which rows can be seen. */
  private seen(): { readonly top: number; readonly bottom: number } {
    const box = this.table.parentElement?.getBoundingClientRect();
    return { top: Math.max(0, box?.top ?? 0), bottom: Math.min(innerHeight, box?.bottom ?? innerHeight) };
  }

  /** True when rows have turned out to be of another height. */
  private measure(): boolean {
    const [row] = this.rows.values();
    const px = row?.getBoundingClientRect().height ?? 0;
    if (px === 0 || Math.abs(px - this.rowPx) < 0.1) return false;
    this.rowPx = px;
    return true;
  }

  private range(): readonly [number, number] {
    if (this.count <= SHORT) return [0, this.count];
    const start = this.before.getBoundingClientRect().top;
    const { top, bottom } = this.seen();
    const first = Math.floor((top - start) / this.rowPx) - SPARE;
    const last = Math.ceil((Math.max(bottom, top) - start) / this.rowPx) + SPARE;
    const from = Math.min(Math.max(0, first), Math.max(0, this.count - 2 * SPARE));
    return [from, Math.min(this.count, Math.max(last, from + 2 * SPARE))];
  }

  private draw(): void {
    const [from, to] = this.range();
    this.drop(from, to);
    let next: Element | null = null;
    for (let index = to - 1; index >= from; index--) {
      const row: HTMLElement = this.rows.get(index) ?? this.added(index, next);
      next = row;
    }
    // Room is made by a height: no class can say how high a hundred thousand rows are.
    this.before.style.height = `${from * this.rowPx}px`;
    this.after.style.height = `${(this.count - to) * this.rowPx}px`;
  }

  private drop(from: number, to: number): void {
    for (const [index, row] of this.rows) {
      if (index >= from && index < to) continue;
      // Who scrolls away from the row that has the focus goes on with the keyboard from the list itself.
      if (row.contains(document.activeElement)) this.table.parentElement?.focus({ preventScroll: true });
      row.remove();
      this.rows.delete(index);
    }
  }

  private added(index: number, next: Element | null): HTMLElement {
    const row = this.make(index);
    row.setAttribute("aria-rowindex", String(index + 2));
    this.body.insertBefore(row, next);
    this.rows.set(index, row);
    return row;
  }
}
