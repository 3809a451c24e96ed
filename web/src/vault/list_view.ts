/** The table of a folder: rows cloned from the server's templates, sorted, selectable. */

import { clone, find, findAll, maybe, write } from "../ui/dom";
import { formatSize, formatWhen, now, pageLanguage } from "../ui/format";
import { texts } from "../ui/texts";
import { kindOf, kindWord } from "./kinds";
import type { OpenedFile, OpenedNode, OpenedVault } from "./opened";
import { markRow } from "./row_marks";
import type { UnreadableNode } from "./unreadable";

type SortKey = "changed" | "name" | "size" | "type";

interface ListHandlers {
  openFolder(id: string): void;
  openFile(file: OpenedFile): void;
  selectionChanged(): void;
}

export class ListView {
  readonly selected = new Set<string>();
  /** Whose details are open beside the list. */
  private detailed: string | null = null;
  private readonly vault: OpenedVault;
  private readonly handlers: ListHandlers;
  private readonly nameOf: (kid: string) => string;
  private sort: SortKey = "name";
  private descending = false;
  private shown: readonly OpenedNode[] = [];

  constructor(vault: OpenedVault, nameOf: (kid: string) => string, handlers: ListHandlers) {
    this.vault = vault;
    this.nameOf = nameOf;
    this.handlers = handlers;
    for (const button of findAll<HTMLButtonElement>("[data-sort]")) {
      button.addEventListener("click", () => this.sortBy(button.dataset["sort"] as SortKey, button));
    }
    find<HTMLInputElement>("[data-select-all]").addEventListener("change", (event) => {
      const { checked } = event.currentTarget as HTMLInputElement;
      this.selected.clear();
      if (checked) for (const { id } of this.shown) this.selected.add(id);
      this.mark();
    });
  }

  /** Files of the folder shown, in the order shown. */
  files(): readonly OpenedFile[] {
    return this.shown.filter((node) => node.kind === "file");
  }

  /** What is selected, in the order shown. */
  selectedNodes(): readonly OpenedNode[] {
    return this.shown.filter(({ id }) => this.selected.has(id));
  }

  render(folder: string): void {
    this.shown = [...this.vault.childrenOf(folder)].sort((a, b) => this.order(a, b));
    for (const id of this.selected) if (!this.shown.some((node) => node.id === id)) this.selected.delete(id);
    const named = this.shown.map((node) => this.row(node));
    const nameless = this.vault.namelessOf(folder).map((node) => this.namelessRow(node));
    const active = document.activeElement;
    const used = active?.closest<HTMLElement>("tbody[data-rows] tr")?.dataset["node"];
    const part = active?.matches("[data-select]") ? "[data-select]" : "a[data-open]";
    find("tbody[data-rows]").replaceChildren(...named, ...nameless);
    this.mark();
    // News that come by themselves take the focus from nobody.
    if (used !== undefined) maybe(`tr[data-node="${used}"] ${part}`)?.focus();
  }

  /** Puts the focus on one row, or on the first there is; in an empty folder on what can be done there. */
  focus(id: string): void {
    const rows = "tbody[data-rows] tr";
    const link =
      maybe(`${rows}[data-node="${id}"] a[data-open]`) ??
      maybe(`${rows} a[data-open]`) ??
      maybe('[data-state="empty"] [data-action]');
    link?.focus();
  }

  markDetailed(id: string | null): void {
    this.detailed = id;
    this.mark();
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
    const [first] = this.shown;
    if (first !== undefined) this.render(first.parent);
  }

  /** Folders first, then by the chosen column; equal ones by name. */
  private order(a: OpenedNode, b: OpenedNode): number {
    if (a.kind !== b.kind) return a.kind === "folder" ? -1 : 1;
    const sign = this.descending ? -1 : 1;
    const byName = a.row.name.localeCompare(b.row.name, "de", { numeric: true });
    if (this.sort === "changed") return sign * (a.acceptedAt - b.acceptedAt) || byName;
    if (this.sort === "size") return sign * (sizeOf(a) - sizeOf(b)) || byName;
    if (this.sort === "type")
      return sign * kindOf(a.row.name).word.localeCompare(kindOf(b.row.name).word) || byName;
    return sign * byName;
  }

  /** What the chain itself says of a node: all but its name, its type and its size. */
  private begun(node: OpenedNode | UnreadableNode, name: string, when: string): HTMLElement {
    const row = clone(node.kind === "folder" ? "folder-row" : "file-row");
    row.dataset["node"] = node.id;
    write("[data-name]", name, row);
    const author = find("[data-author]", row);
    // The column is narrow; what is cut off can still be read.
    author.textContent = author.title = this.nameOf(node.author);
    write("[data-meta]", when, row);
    const changed = find<HTMLTimeElement>("[data-changed]", row);
    changed.textContent = when;
    changed.dateTime = new Date(node.acceptedAt * 1000).toISOString();
    if (node.kind === "folder") {
      const link = find<HTMLAnchorElement>("a[data-open]", row);
      link.href = `#${node.id}`;
      link.addEventListener("click", (event) => this.follow(event, () => this.handlers.openFolder(node.id)));
    }
    return row;
  }

  /** A folder still leads to what is in it; of a file there is nothing to open. */
  private namelessRow(node: UnreadableNode): HTMLElement {
    const when = formatWhen(node.acceptedAt, now(), pageLanguage());
    const row = this.begun(node, texts().vault.unreadable, when);
    find("[data-select]", row).remove();
    if (node.kind === "folder") return row;
    find("a[data-open]", row).replaceWith(find("[data-name]", row));
    return row;
  }

  private row(node: OpenedNode): HTMLElement {
    const language = pageLanguage();
    const when = formatWhen(node.acceptedAt, now(), language);
    const row = this.begun(node, node.row.name, when);
    const select = find<HTMLInputElement>("[data-select]", row);
    select.setAttribute("aria-label", node.row.name);
    select.addEventListener("change", () => {
      if (select.checked) this.selected.add(node.id);
      else this.selected.delete(node.id);
      this.mark();
    });
    markRow(this.vault, node, row);
    if (node.kind === "folder") return row;
    const link = find<HTMLAnchorElement>("a[data-open]", row);
    write("[data-type]", kindWord(node.row.name, language), row);
    write("[data-size]", formatSize(node.row.size, language), row);
    write("[data-meta]", `${when} · ${formatSize(node.row.size, language)}`, row);
    find("[data-icon]", row).className = `bi ${kindOf(node.row.name).icon}`;
    if (this.vault.certificates.isProvisional(node.author))
      find("[data-badges]", row).append(clone("badge-provisional"));
    if (this.vault.unreadable.has(node.id)) find("[data-badges]", row).append(clone("badge-unreadable"));
    link.addEventListener("click", (event) => this.follow(event, () => this.handlers.openFile(node)));
    return row;
  }

  private follow(event: Event, act: () => void): void {
    event.preventDefault();
    act();
  }

  private mark(): void {
    for (const row of findAll("tbody[data-rows] tr")) {
      const isSelected = this.selected.has(row.dataset["node"] ?? "");
      row.classList.toggle("is-selected", isSelected);
      row.classList.toggle("is-detailed", row.dataset["node"] === this.detailed);
      const box = maybe<HTMLInputElement>("[data-select]", row);
      if (box !== null) box.checked = isSelected;
    }
    const files = this.files();
    const all = find<HTMLInputElement>("[data-select-all]");
    all.checked = this.shown.length > 0 && this.selected.size === this.shown.length;
    all.indeterminate = this.selected.size > 0 && !all.checked;
    const size = files
      .filter(({ id }) => this.selected.has(id))
      .reduce((sum, file) => sum + file.row.size, 0);
    const { vault } = texts();
    write(
      "[data-selection]",
      this.selected.size > 0 ? vault.selected(this.selected.size, formatSize(size, pageLanguage())) : "",
    );
    this.handlers.selectionChanged();
  }
}

function sizeOf(node: OpenedNode): number {
  return node.kind === "file" ? node.row.size : 0;
}
