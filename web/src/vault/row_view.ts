/** One row of the list, cloned from the server's template. */

import { clone, find, write } from "../ui/dom";
import { formatSize, formatWhen, now, pageLanguage } from "../ui/format";
import { texts } from "../ui/texts";
import { kindOf, kindWord } from "./kinds";
import { creatorOf, editorOf, type Listed } from "./list_order";
import type { OpenedFile, OpenedVault } from "./opened";
import { markRow } from "./row_marks";
import { drawInRow } from "./thumbnail_view";
import type { Thumbnails } from "./thumbnails";

export class RowView {
  private readonly vault: OpenedVault;
  private readonly nameOf: (kid: string) => string;
  private readonly thumbnails: Thumbnails;

  constructor(vault: OpenedVault, nameOf: (kid: string) => string, thumbnails: Thumbnails) {
    this.vault = vault;
    this.nameOf = nameOf;
    this.thumbnails = thumbnails;
  }

  /** A row without listeners; `data-node` says what it is about. */
  rowOf(node: Listed): HTMLElement {
    const isNamed = "row" in node;
    const row = this.begun(node, isNamed ? node.row.name : texts().list.unreadable);
    if (!isNamed) {
      find("[data-select]", row).remove();
      // A folder still leads to what is in it; of a file there is nothing to open.
      if (node.kind === "file") find("a[data-open]", row).replaceWith(find("[data-name]", row));
      return row;
    }
    find("[data-select]", row).setAttribute("aria-label", texts().list.select(node.row.name));
    if (node.kind === "file") this.fill(row, node);
    markRow(this.vault, node, row);
    return row;
  }

  /** What the chain itself says of a node: all but its name, its type and its size. */
  private begun(node: Listed, name: string): HTMLElement {
    const row = clone(node.kind === "folder" ? "folder-row" : "file-row");
    const when = formatWhen(node.acceptedAt, now(), pageLanguage());
    row.dataset["node"] = node.id;
    const shown = find("[data-name]", row);
    shown.textContent = name;
    write("[data-meta]", when, row);
    const changed = find<HTMLTimeElement>("[data-changed]", row);
    changed.textContent = when;
    changed.dateTime = new Date(node.acceptedAt * 1000).toISOString();
    const editor = editorOf(node);
    this.writePerson(find("[data-author]", row), creatorOf(node));
    if (editor === null) write("[data-editor]", texts().vault.noValue, row);
    else this.writePerson(find("[data-editor]", row), editor);
    const link = find<HTMLAnchorElement>("a[data-open]", row);
    link.title = name;
    if (node.kind === "folder") link.href = `#${node.id}`;
    return row;
  }

  /** The column is narrow; what is cut off can still be read. */
  private writePerson(cell: HTMLElement, kid: string): void {
    cell.textContent = cell.title = this.nameOf(kid);
  }

  private fill(row: HTMLElement, node: OpenedFile): void {
    const language = pageLanguage();
    const size = formatSize(node.row.size, language);
    write("[data-type]", kindWord(node.row.name, language), row);
    write("[data-size]", size, row);
    write("[data-meta]", `${find("[data-meta]", row).textContent} · ${size}`, row);
    find("[data-icon]", row).className = `bi ${kindOf(node.row.name).icon}`;
    drawInRow(this.thumbnails, row, node);
    const badges = find("[data-badges]", row);
    if (this.vault.certificates.isProvisional(node.author)) badges.append(clone("badge-provisional"));
    if (this.vault.unreadable.has(node.id)) badges.append(clone("badge-unreadable"));
  }
}
