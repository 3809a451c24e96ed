/**
 * Drag and drop with a place: rows onto a folder of the list or of the path move there; files from the desktop are
 * uploaded there, or, anywhere else in the list, into the folder shown. "Verschieben" does the same by keyboard.
 */

import { find, findAll } from "../ui/dom";
import { showStatus } from "../ui/message";
import { texts } from "../ui/texts";
import { moveWithin } from "./copies";
import type { OpenedNode } from "./nodes";
import { countsOf, type VerbContext } from "./verb_context";

export class Dragging {
  private readonly page: VerbContext;
  private readonly zone = find("[data-drop]");
  private readonly upload: (transfer: DataTransfer, folder: string) => void;
  /** What is dragged from the list; empty while something of the desktop is. */
  private dragged: readonly OpenedNode[] = [];

  /** `upload` reads what was dropped at once, as it is gone afterwards. */
  constructor(page: VerbContext, upload: (transfer: DataTransfer, folder: string) => void) {
    this.page = page;
    this.upload = upload;
  }

  listen(): void {
    if (!this.page.mayWrite) return;
    const rows = find("tbody[data-rows]");
    // A row is drawn often, and dragged rarely.
    rows.addEventListener("pointerdown", ({ target, pointerType }) => {
      const row = rowOf(target);
      if (row !== null) row.draggable = pointerType === "mouse";
    });
    rows.addEventListener("dragstart", (event) => this.begin(event));
    rows.addEventListener("dragend", () => this.end());
    for (const place of [this.zone, find("[data-crumbs]")]) {
      place.addEventListener("dragover", (event) => this.over(event));
      place.addEventListener("dragleave", (event) => this.left(event));
      place.addEventListener("drop", (event) => this.dropped(event));
    }
  }

  private begin(event: DragEvent): void {
    const node = this.page.vault.nodes.get(rowOf(event.target)?.dataset["node"] ?? "");
    const { dataTransfer } = event;
    if (node === undefined || dataTransfer === null) return;
    const selected = this.page.chosen();
    this.dragged = selected.some(({ id }) => id === node.id) ? selected : [node];
    // Not the name or address of the link, which another window could take.
    dataTransfer.clearData();
    dataTransfer.setData("application/x-siegel-nodes", "");
    dataTransfer.effectAllowed = "move";
  }

  private end(): void {
    this.dragged = [];
    this.mark(null);
  }

  private over(event: DragEvent): void {
    const isOwn = this.dragged.length > 0;
    const place = placeOf(event.target);
    const folder = this.folderOf(place);
    const isFit = isOwn ? folder !== null && this.takes(folder) : (folder ?? this.inZone(event)) !== null;
    if (!isOwn && !(event.dataTransfer?.types.includes("Files") ?? false)) return;
    this.mark(isFit ? (folder === null ? this.zone : place) : null);
    if (!isFit) return;
    event.preventDefault();
    if (event.dataTransfer !== null) event.dataTransfer.dropEffect = isOwn ? "move" : "copy";
  }

  private left({ currentTarget, relatedTarget }: DragEvent): void {
    if (relatedTarget instanceof Node && (currentTarget as HTMLElement).contains(relatedTarget)) return;
    this.mark(null);
  }

  private dropped(event: DragEvent): void {
    event.preventDefault();
    const nodes = this.dragged;
    const folder = this.folderOf(placeOf(event.target));
    this.end();
    if (nodes.length > 0) {
      if (folder !== null) this.move(nodes, folder).catch((error: unknown) => this.page.fail(error));
      return;
    }
    const into = folder ?? this.inZone(event);
    if (into !== null && event.dataTransfer !== null) this.upload(event.dataTransfer, into);
  }

  /** The folder shown, for what is dropped in the list beside all rows of folders. */
  private inZone({ currentTarget }: DragEvent): string | null {
    return currentTarget === this.zone ? this.page.folder() : null;
  }

  /** The folder that a row or a part of the path stands for; null for a file's, and for none. */
  private folderOf(place: HTMLElement | null): string | null {
    if (place === null) return null;
    const { vault } = this.page;
    const id = place.dataset["node"] ?? place.dataset["folder"] ?? "";
    return vault.isFolder(id) ? id : null;
  }

  /** Whether what is dragged may lie there: not in itself, nor where it lies already. */
  private takes(folder: string): boolean {
    const { vault } = this.page;
    if (this.dragged.every(({ parent }) => parent === folder)) return false;
    for (let at = folder; at !== vault.id; at = vault.chain.nodes.get(at)?.parent ?? vault.id)
      if (this.dragged.some(({ id }) => id === at)) return false;
    return true;
  }

  private async move(nodes: readonly OpenedNode[], folder: string): Promise<void> {
    const { tree } = texts();
    const what = tree.counted(...countsOf(nodes));
    // A name that is taken there: both stay, as nobody was asked.
    await moveWithin(this.page.vault, nodes, folder, "both", (done, all) =>
      showStatus(tree.copying(done, all, what)),
    );
    this.page.changed(
      tree.movedTo(what, this.page.vault.nodes.get(folder)?.row.name ?? this.page.vault.title),
    );
  }

  private mark(place: HTMLElement | null): void {
    for (const old of findAll(".is-drop, .is-over"))
      if (old !== place) old.classList.remove("is-drop", "is-over");
    place?.classList.add(place === this.zone ? "is-over" : "is-drop");
  }
}

function rowOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>("tbody[data-rows] tr[data-node]") : null;
}

/** A row of the list, or a link of the path within the vault. */
function placeOf(target: EventTarget | null): HTMLElement | null {
  if (!(target instanceof Element)) return null;
  return rowOf(target) ?? target.closest<HTMLElement>("[data-crumbs] a[data-folder]");
}
