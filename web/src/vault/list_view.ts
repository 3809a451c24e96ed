/** The table of a folder: filtered, sorted, selectable, and all of it by keyboard. */

import { find, findAll, maybe, write } from "../ui/dom";
import { formatSize, pageLanguage } from "../ui/format";
import { texts } from "../ui/texts";
import { filtered, indexByPrefix, type Listed, type SortKey, sizeOf, sorted } from "./list_order";
import type { OpenedFile, OpenedNode, OpenedVault } from "./opened";
import { RowView } from "./row_view";
import { RowWindow } from "./row_window";
import { Selection } from "./selection";
import { withContents } from "./subtree";
import type { Thumbnails } from "./thumbnails";

interface ListHandlers {
  openFolder(id: string): void;
  openFile(file: OpenedFile): void;
  selectionChanged(): void;
}

/** Letters typed within this time belong together. */
const TYPED_MS = 800;
/** Somebody who types a filter sees it work when he pauses. */
const FILTER_MS = 80;

export class ListView {
  private readonly selection = new Selection();
  readonly selected: Set<string> = this.selection.ids;
  private readonly vault: OpenedVault;
  private readonly handlers: ListHandlers;
  private readonly nameOf: (kid: string) => string;
  private readonly rows: RowView;
  private readonly window: RowWindow;
  private readonly box = find("[data-list-box]");
  private readonly filter = find<HTMLInputElement>("[data-filter]");
  /** Whose details are open beside the list. */
  private detailed: string | null = null;
  private folder = "";
  private sort: SortKey = "name";
  private descending = false;
  private entries: readonly OpenedNode[] = [];
  private shown: readonly Listed[] = [];
  private ids: readonly string[] = [];
  /** The row that the keyboard is at: the list is one stop of the tab key. */
  private active = 0;
  private typed = { text: "", at: Number.NEGATIVE_INFINITY };

  constructor(
    vault: OpenedVault,
    nameOf: (kid: string) => string,
    thumbnails: Thumbnails,
    handlers: ListHandlers,
  ) {
    this.vault = vault;
    this.nameOf = nameOf;
    this.handlers = handlers;
    this.rows = new RowView(vault, nameOf, thumbnails);
    this.window = new RowWindow((index) => this.rowAt(index));
    for (const button of findAll<HTMLButtonElement>("[data-sort]"))
      button.addEventListener("click", () => this.sortBy(button.dataset["sort"] as SortKey, button));
    find<HTMLInputElement>("[data-select-all]").addEventListener("change", ({ currentTarget }) => {
      this.selection.clear();
      if ((currentTarget as HTMLInputElement).checked) this.selection.all(this.ids);
      this.mark();
    });
    const body = find("tbody[data-rows]");
    body.addEventListener("click", (event) => this.clicked(event));
    body.addEventListener("focusin", ({ target }) => {
      const index = this.indexOf(target);
      if (index >= 0) this.active = index;
    });
    this.box.addEventListener("keydown", (event) => this.pressed(event));
    this.listenToFilter();
  }

  /** Files of the folder shown, in the order shown. */
  files(): readonly OpenedFile[] {
    return this.shown.filter((node): node is OpenedFile => "row" in node && node.kind === "file");
  }

  /** What is selected, in the order shown. */
  selectedNodes(): readonly OpenedNode[] {
    return this.shown.filter((node): node is OpenedNode => "row" in node && this.selected.has(node.id));
  }

  render(folder: string): void {
    if (folder !== this.folder) {
      this.filter.value = "";
      this.active = 0;
    }
    const at = this.shown[this.active]?.id;
    this.folder = folder;
    this.entries = this.vault.childrenOf(folder);
    this.order();
    const isKept = at !== undefined && this.shown[this.active]?.id !== at;
    if (isKept)
      this.active = Math.max(
        0,
        this.shown.findIndex(({ id }) => id === at),
      );
    this.draw();
  }

  /** Puts the focus on one row, or on the first there is; in an empty folder on what can be done there. */
  focus(id: string): void {
    const index = this.shown.findIndex((node) => node.id === id);
    if (this.shown.length > 0) this.goTo(Math.max(0, index));
    else maybe('[data-state="empty"] [data-action]')?.focus();
  }

  markDetailed(id: string | null): void {
    this.detailed = id;
    this.mark();
  }

  private order(): void {
    const { sort: key, descending, nameOf } = this;
    const order = { key, descending, nameOf, language: pageLanguage() };
    const named = sorted(filtered(this.entries, this.filter.value), order);
    const nameless = this.filter.value.trim() === "" ? this.vault.namelessOf(this.folder) : [];
    this.shown = [...named, ...nameless];
    this.ids = named.map(({ id }) => id);
    // What a filter hides must not be dragged along by what is done to the selection.
    this.selection.keep(this.ids);
    this.active = Math.min(this.active, Math.max(0, this.shown.length - 1));
  }

  private draw(): void {
    const part = this.focusedPart();
    this.window.show(this.shown.length);
    const isNothing = this.shown.length === 0 && this.entries.length > 0;
    find("[data-nothing]").hidden = !isNothing;
    if (isNothing) write("[data-nothing-title]", texts().list.nothing(this.filter.value.trim()));
    this.mark();
    // News that come by themselves take the focus from nobody.
    if (part !== null) this.stopAt(this.window.reveal(this.active), part);
  }

  /** What of the list has the focus. */
  private focusedPart(): "[data-select]" | "a[data-open]" | null {
    const active = document.activeElement;
    if (active?.closest("tbody[data-rows]") == null) return null;
    return active.matches("[data-select]") ? "[data-select]" : "a[data-open]";
  }

  private listenToFilter(): void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const apply = (): void => {
      this.active = 0;
      this.order();
      this.draw();
      const { list } = texts();
      const isFiltered = this.filter.value.trim() !== "";
      write("[data-live]", isFiltered ? list.found(this.shown.length, this.entries.length) : "");
    };
    this.filter.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(apply, FILTER_MS);
    });
    this.filter.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.filter.value !== "") {
        event.preventDefault();
        this.filter.value = "";
        apply();
      } else if (event.key === "ArrowDown" || event.key === "Enter") {
        event.preventDefault();
        clearTimeout(timer);
        apply();
        this.goTo(0);
      }
    });
  }

  private sortBy(key: SortKey, button: HTMLButtonElement): void {
    this.descending = this.sort === key ? !this.descending : false;
    this.sort = key;
    const arrow = maybe("thead [data-sort] .bi");
    for (const head of findAll("thead th[aria-sort]")) head.removeAttribute("aria-sort");
    button.closest("th")?.setAttribute("aria-sort", this.descending ? "descending" : "ascending");
    if (arrow !== null) {
      arrow.className = `bi ${this.descending ? "bi-arrow-down-short" : "bi-arrow-up-short"}`;
      button.append(" ", arrow);
    }
    this.order();
    this.draw();
  }

  private rowAt(index: number): HTMLElement {
    const node = this.shown[index];
    if (node === undefined) throw new RangeError("no such row");
    const row = this.rows.rowOf(node);
    this.markRow(index, row);
    return row;
  }

  private clicked(event: MouseEvent): void {
    const index = this.indexOf(event.target);
    const node = this.shown[index];
    if (node === undefined || !(event.target instanceof Element)) return;
    const isLink = event.target.closest("a[data-open]") !== null;
    const isBox = event.target.matches("[data-select]");
    if (isLink) event.preventDefault();
    this.active = index;
    if (event.shiftKey && "row" in node) this.selection.rangeTo(node.id, this.ids);
    else if (isBox || ((event.ctrlKey || event.metaKey) && "row" in node)) this.selection.toggle(node.id);
    else if (isLink) this.open(node);
    // Text that was marked with the mouse is to be copied.
    else if ("row" in node && getSelection()?.isCollapsed !== false) this.selection.only(node.id);
    this.mark();
  }

  /** Of the row that something is in; -1 for what is in none. */
  private indexOf(target: EventTarget | null): number {
    const row = target instanceof Element ? target.closest("tr[aria-rowindex]") : null;
    return row === null ? -1 : Number(row.getAttribute("aria-rowindex")) - 2;
  }

  private open(node: Listed): void {
    if (node.kind === "folder") this.handlers.openFolder(node.id);
    else if ("row" in node) this.handlers.openFile(node);
  }

  private pressed(event: KeyboardEvent): void {
    const { key, altKey, shiftKey } = event;
    const isCommand = event.ctrlKey || event.metaKey;
    const isInHead = event.target instanceof Element && event.target.closest("thead") !== null;
    if (altKey || isInHead || this.shown.length === 0) return;
    const step = this.stepOf(key);
    if (step !== null && !isCommand) this.moveTo(step, shiftKey);
    else if (key === " " && !isCommand && !this.isTypingOn(event)) this.toggleActive();
    else if (isCommand && key.toLowerCase() === "a") {
      this.selection.all(this.ids);
      this.mark();
    } else if (key === "Escape" && this.selected.size > 0) {
      this.selection.clear();
      this.mark();
    } else if (!isCommand && [...key].length === 1 && key !== "/" && key !== "?") this.jump(event);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Where a key leads; null for one that leads nowhere. */
  private stepOf(key: string): number | null {
    switch (key) {
      case "ArrowDown":
        return this.active + 1;
      case "ArrowUp":
        return this.active - 1;
      case "PageDown":
        return this.active + this.window.page;
      case "PageUp":
        return this.active - this.window.page;
      case "Home":
        return 0;
      case "End":
        return this.shown.length - 1;
      default:
        return null;
    }
  }

  private moveTo(index: number, isRange: boolean): void {
    const from = this.shown[this.active];
    const to = Math.min(this.shown.length - 1, Math.max(0, index));
    const node = this.shown[to];
    if (isRange && from !== undefined && node !== undefined && "row" in node) {
      this.selection.beginAt(from.id);
      this.selection.rangeTo(node.id, this.ids);
    }
    this.goTo(to);
  }

  private toggleActive(): void {
    const node = this.shown[this.active];
    if (node !== undefined && "row" in node) this.selection.toggle(node.id);
    this.mark();
  }

  /** Whether a letter was typed just before. */
  private isTypingOn({ timeStamp }: KeyboardEvent): boolean {
    return timeStamp - this.typed.at < TYPED_MS;
  }

  private jump(event: KeyboardEvent): void {
    const isMore = this.isTypingOn(event);
    const text = isMore ? this.typed.text + event.key : event.key;
    this.typed = { text, at: event.timeStamp };
    const found = indexByPrefix(this.shown, text, isMore ? this.active : this.active + 1);
    if (found >= 0) this.goTo(found);
  }

  private goTo(index: number): void {
    this.active = index;
    const row = this.window.reveal(index);
    this.mark();
    this.stopAt(row, "a[data-open]");
  }

  private stopAt(row: HTMLElement | undefined, part: string): void {
    const stop = row && (maybe(part, row) ?? row);
    (stop ?? this.box).focus({ preventScroll: true });
  }

  private markRow(index: number, row: HTMLElement): void {
    const id = this.shown[index]?.id ?? "";
    const isSelected = this.selected.has(id);
    row.classList.toggle("is-selected", isSelected);
    row.classList.toggle("is-detailed", id === this.detailed);
    row.setAttribute("aria-selected", String(isSelected));
    const box = maybe<HTMLInputElement>("[data-select]", row);
    if (box !== null) box.checked = isSelected;
    const stop = maybe("a[data-open]", row) ?? row;
    stop.tabIndex = index === this.active ? 0 : -1;
  }

  private mark(): void {
    for (const [index, row] of this.window.drawn) this.markRow(index, row);
    const all = find<HTMLInputElement>("[data-select-all]");
    all.checked = this.ids.length > 0 && this.ids.every((id) => this.selected.has(id));
    all.indeterminate = this.selected.size > 0 && !all.checked;
    write("[data-selection]", this.selectionInWords());
    this.handlers.selectionChanged();
  }

  private selectionInWords(): string {
    if (this.selected.size === 0) return this.countInWords();
    let [files, sizeBytes] = [0, 0];
    const chosen = this.entries.filter(({ id }) => this.selected.has(id));
    for (const { node } of withContents(this.vault, chosen)) {
      if (node.kind === "file") files += 1;
      sizeBytes += sizeOf(node);
    }
    const size = formatSize(sizeBytes, pageLanguage());
    return texts().list.selected(this.selected.size, this.shown.length, files, size);
  }

  private countInWords(): string {
    const { list } = texts();
    const isFiltered = this.filter.value.trim() !== "";
    return isFiltered ? list.found(this.shown.length, this.entries.length) : list.count(this.shown.length);
  }
}
