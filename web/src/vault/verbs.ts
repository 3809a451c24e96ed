/** What is done with what is selected: by the tool bar, the menu of a row, or a key. */

import { RefusedError } from "../seals/errors";
import { find, findAll, isTyping, maybe } from "../ui/dom";
import { showStatus } from "../ui/message";
import { texts } from "../ui/texts";
import { ActivityView } from "./activity_view";
import { HandoverView } from "./handover_view";
import { isOwnLock, lockOf, unlockFile } from "./locks";
import type { OpenedFile, OpenedNode } from "./nodes";
import { ResealView } from "./reseal_view";
import { isHeld } from "./row_marks";
import { RowMenu } from "./row_menu";
import { askForTarget, transfer } from "./target_dialog";
import { TrashView } from "./trash_view";
import type { VerbContext } from "./verb_context";
import { countsOf } from "./verb_context";
import { askForName, askForReason, askToRelease, askToRemove } from "./verb_dialogs";

type Verb = "activity" | "download" | "lock" | "open" | "release" | "remove" | "rename" | "target";

/** Whether a verb can be done with these nodes. */
const FITS: { readonly [V in Verb]: (nodes: readonly OpenedNode[]) => boolean } = {
  activity: ({ length }) => length === 1,
  download: (nodes) => nodes.some(({ kind }) => kind === "file"),
  lock: (nodes) => nodes.length === 1 && nodes[0]?.kind === "file",
  open: ({ length }) => length === 1,
  release: (nodes) => nodes.length === 1 && nodes[0]?.kind === "file",
  remove: ({ length }) => length > 0,
  rename: ({ length }) => length === 1,
  target: ({ length }) => length > 0,
};

const KEYS: Readonly<Record<string, Verb>> = { F2: "rename", Delete: "remove" };

export class Verbs {
  private readonly page: VerbContext;
  private readonly trash: TrashView;
  private readonly reseal: ResealView;
  readonly activity: ActivityView;
  /** What the row's menu is about. */
  private menuNodes: readonly OpenedNode[] = [];
  private noted: { readonly deed: "copy" | "move"; readonly nodes: readonly string[] } | null = null;

  constructor(page: VerbContext) {
    this.page = page;
    this.trash = new TrashView(page);
    this.activity = new ActivityView(page);
    this.reseal = new ResealView(page);
  }

  listen(): void {
    for (const button of findAll(".sg-toolbar [data-verb]"))
      button.addEventListener("click", () => {
        if (button.getAttribute("aria-disabled") !== "true")
          this.run(button.dataset["verb"] as Verb, this.page.chosen());
      });
    const views = {
      trash: () => this.trash.show(),
      activity: () => this.activity.show(null),
      reseal: () => this.reseal.show(),
    };
    for (const [name, show] of Object.entries(views))
      find(`[data-page-verb="${name}"]`).addEventListener("click", () => void this.guarded(show()));
    new HandoverView(this.page).listen((work) => this.guarded(work));
    new RowMenu(
      (node) => this.prepare(node),
      (verb) => this.run(verb as Verb, this.menuNodes),
    );
    document.addEventListener("keydown", (event) => this.pressed(event));
  }

  /** Marks which verbs can be done with what is selected. */
  mark(): void {
    this.reseal.mark();
    const nodes = this.page.chosen();
    for (const button of findAll(".sg-toolbar [data-verb]"))
      button.setAttribute("aria-disabled", String(!FITS[button.dataset["verb"] as Verb](nodes)));
    this.nameLock(find(".sg-toolbar"), nodes);
  }

  /** Whether somebody else's lock, which the person may not break, is on the node. */
  private isForeign(node: OpenedNode): boolean {
    const lock = lockOf(this.page.vault, node.id);
    return lock !== null && !isOwnLock(this.page.vault, lock) && !this.page.vault.mayManage;
  }

  /** "Sperren" becomes "Sperre aufheben" for what is locked. */
  private nameLock(root: HTMLElement, nodes: readonly OpenedNode[]): void {
    const button = maybe('[data-verb="lock"]', root);
    const word = button && maybe("[data-word]", button);
    if (button === null || word === null) return;
    const { tree } = texts();
    const [node] = nodes;
    const lock = nodes.length === 1 && node ? lockOf(this.page.vault, node.id) : null;
    word.textContent = lock === null ? tree.lock : tree.unlock;
    if (node !== undefined && this.isForeign(node)) button.setAttribute("aria-disabled", "true");
  }

  /** A row's menu is about all that is selected when the row is. False for a row that has none. */
  private prepare(id: string): boolean {
    const node = this.page.vault.nodes.get(id);
    if (node === undefined) return false;
    const selected = this.page.chosen();
    this.menuNodes = selected.some((one) => one.id === id) ? selected : [node];
    const menu = find("#row-menu");
    for (const item of findAll("[data-verb]", menu)) {
      const verb = item.dataset["verb"] as Verb;
      const isOff = verb === "release" && !isHeld(this.page.vault, node);
      item.hidden = isOff || !FITS[verb](this.menuNodes) || (verb === "lock" && this.isForeign(node));
    }
    this.nameLock(menu, this.menuNodes);
    return true;
  }

  private run(verb: Verb, nodes: readonly OpenedNode[]): void {
    if (!FITS[verb](nodes)) return;
    const after = [...nodes.map(({ id }) => id), ...idsBehind(nodes)];
    void this.guarded(this.carryOut(verb, nodes)).then(() => {
      // The row that the keyboard was at has been drawn anew, or is gone; a closed dialog may not have let go yet.
      const active = document.activeElement;
      const isNowhere = active === null || active === document.body;
      if (isNowhere || active.closest("dialog:not([open])") !== null) this.page.focus(after);
    });
  }

  private async carryOut(verb: Verb, nodes: readonly OpenedNode[]): Promise<void> {
    const { page } = this;
    const [node] = nodes;
    if (node === undefined) return;
    switch (verb) {
      case "open":
        if (node.kind === "folder") page.goTo(node.id);
        else page.showDetails(node);
        return;
      case "download":
        page.download(nodes);
        return;
      case "rename":
        return askForName(page, node);
      case "remove":
        await askToRemove(page, nodes);
        return;
      case "target":
        await askForTarget(page, nodes);
        return;
      case "activity":
        return this.activity.show(node);
      case "lock":
        return this.toggleLock(node as OpenedFile);
      case "release":
        return askToRelease(page, node as OpenedFile);
    }
  }

  private async toggleLock(file: OpenedFile): Promise<void> {
    if (lockOf(this.page.vault, file.id) === null) return askForReason(this.page, file);
    await unlockFile(this.page.vault, file.id);
    this.page.changed(texts().tree.unlocked(file.row.name));
  }

  private pressed(event: KeyboardEvent): void {
    if (isTyping(event.target) && !isBox(event.target)) return;
    if (maybe("dialog[open]") !== null || event.altKey || event.defaultPrevented) return;
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && !event.shiftKey) this.pressedCommand(event);
    const verb = KEYS[event.key];
    if (isCommand || verb === undefined || maybe(`.sg-toolbar [data-verb="${verb}"]`) === null) return;
    event.preventDefault();
    this.run(verb, this.page.chosen());
  }

  private pressedCommand(event: KeyboardEvent): void {
    const key = event.key.toLowerCase();
    const isText = getSelection()?.isCollapsed === false;
    // Text that was marked is to be copied.
    if ((key === "x" || key === "c") && !isText) {
      const nodes = this.page.chosen();
      if (nodes.length === 0 || (key === "x" && !this.page.mayWrite)) return;
      event.preventDefault();
      this.noted = { deed: key === "x" ? "move" : "copy", nodes: nodes.map(({ id }) => id) };
      showStatus(texts().tree.noted(texts().tree.counted(...countsOf(nodes))));
    }
    if (key === "v" && this.page.mayWrite) {
      event.preventDefault();
      void this.guarded(this.paste());
    }
  }

  private async paste(): Promise<void> {
    const { page, noted } = this;
    const { tree } = texts();
    if (noted === null) {
      showStatus(tree.nothingNoted);
      return;
    }
    const nodes = noted.nodes.flatMap((id) => {
      const node = page.vault.nodes.get(id);
      return node !== undefined && page.vault.chain.isLive(id) ? node : [];
    });
    if (noted.deed === "move") this.noted = null;
    if (nodes.length === 0) throw new RefusedError("gone", "what was noted is not there any more");
    await transfer(page, nodes, page.folder(), noted.deed, "both", (text) => showStatus(text));
    const what = tree.counted(...countsOf(nodes));
    page.changed(noted.deed === "move" ? tree.moved(what) : tree.copied(what));
  }

  private async guarded(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.page.fail(error);
    }
  }
}

/** Rows that follow the last of these, or stand before it. */
function idsBehind(nodes: readonly OpenedNode[]): readonly string[] {
  const row = maybe<HTMLElement>(`tbody[data-rows] tr[data-node="${nodes.at(-1)?.id}"]`);
  const beside = [row?.nextElementSibling, row?.previousElementSibling];
  return beside.flatMap((one) => (one instanceof HTMLElement ? (one.dataset["node"] ?? []) : []));
}

function isBox(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && target.type === "checkbox";
}
