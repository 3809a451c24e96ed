/** The dialog "Kopieren/Verschieben": where to, who can read it there, and what to do about names that are taken. */

import { RefusedError } from "../seals/errors";
import { runDialog } from "../ui/dialog";
import { find, findAll, write } from "../ui/dom";
import { formatSize, pageLanguage } from "../ui/format";
import { texts } from "../ui/texts";
import { copyWithin, moveWithin, type OnTaken, planCopies } from "./copies";
import type { OpenedNode } from "./nodes";
import { type Target, TargetTree } from "./target_tree";
import { countEarlier, transferAcross } from "./transfer_across";
import { restoreNode } from "./tree_changes";
import { countsOf, type VerbContext } from "./verb_context";
import { namesOf } from "./verb_dialogs";

type Mode = "restore" | "target";
type Deed = "copy" | "move" | "restore";

/** Asks for a place for these nodes, and does what the button says. False when the person left the dialog. */
export async function askForTarget(
  page: VerbContext,
  nodes: readonly OpenedNode[],
  mode: Mode = "target",
): Promise<boolean> {
  const dialog = find<HTMLDialogElement>("dialog#target");
  const { tree: words } = texts();
  const isRestore = mode === "restore";
  const what = words.counted(...countsOf(nodes));
  const [first] = nodes;
  const title = isRestore && first ? words.restoreTitle(first.row.name) : words.targetTitle(what);
  write("[data-title]", title, dialog);
  const size = nodes.reduce((sum, node) => sum + (node.kind === "file" ? node.row.size : 0), 0);
  const sized = size > 0 ? ` · ${formatSize(size, pageLanguage())}` : "";
  write("[data-what]", isRestore ? "" : `${namesOf(nodes)}${sized}`, dialog);
  const tree = new TargetTree(
    page.vault,
    (target) => whyNot(page, nodes, mode, target),
    (target) => showTarget(page, dialog, nodes, target, mode),
  );
  showTarget(page, dialog, nodes, null, mode);
  showProgress(dialog, "", null);
  find("[data-taken]", dialog).hidden = isRestore;
  earlierBox(dialog).checked = false;
  const drawing = new AbortController();
  const done = runDialog("target", {
    isOver: (error) => page.isOver(error),
    submit: async (button) => {
      const { target } = tree;
      if (target === null) throw new RefusedError("no_target", "no folder is chosen");
      if (button.getAttribute("aria-disabled") === "true")
        throw new RefusedError("already_here", "it lies there already");
      const said = await carryOut(page, nodes, target, button.dataset["submit"] as Deed, dialog);
      page.changed(said);
    },
  });
  tree
    .draw(!isRestore, (error) => page.fail(error), drawing.signal)
    .catch((error: unknown) => {
      dialog.close();
      page.fail(error);
    });
  return done.finally(() => drawing.abort());
}

/** Why nothing can be put there; null where it can. */
function whyNot(page: VerbContext, nodes: readonly OpenedNode[], mode: Mode, target: Target): string | null {
  const { tree } = texts();
  const { vault, folder } = target;
  if (vault !== page.vault) return null;
  if (!page.mayWrite) return tree.readOnly;
  if (mode === "restore") return null;
  for (let at = folder; at !== vault.id; at = vault.chain.nodes.get(at)?.parent ?? vault.id)
    if (nodes.some(({ id }) => id === at)) return tree.itself;
  return null;
}

/** Says who can read it there, and which buttons do something. */
function showTarget(
  page: VerbContext,
  dialog: HTMLElement,
  nodes: readonly OpenedNode[],
  target: Target | null,
  mode: Mode,
): void {
  const { tree } = texts();
  const isHere = target?.vault === page.vault && nodes.every(({ parent }) => parent === target.folder);
  for (const button of findAll("[data-submit]", dialog)) {
    const deed = button.dataset["submit"];
    button.hidden = (deed === "restore") !== (mode === "restore") || (deed === "move" && !page.mayWrite);
    const isOff = target === null || (deed === "move" && isHere);
    button.setAttribute("aria-disabled", String(isOff));
    button.title = deed === "move" && isHere ? tree.here : "";
  }
  showEarlier(page, dialog, nodes, target);
  const region = find("[data-readers]", dialog);
  region.hidden = target === null || mode === "restore";
  if (target === null) return;
  const readers = target.vault.readers();
  const isOther = target.vault !== page.vault;
  const own = target.vault.open.session.person.id;
  const named = (some: typeof readers) => some.map(({ key }) => target.vault.nameOf(key) ?? page.nameOf(key));
  const names = named(readers.filter(({ subject }) => subject !== own));
  if (readers.some(({ subject }) => subject === own)) names.push(texts().vault.you);
  write("[data-readers-title]", tree.readersTitle(readers.length, nodes.length === 1), region);
  const here = new Set(page.vault.readers().map(({ subject }) => subject));
  const newClients = readers.filter(
    ({ subject, certificate }) => certificate.kind === "client" && !here.has(subject),
  );
  region.classList.toggle("lock", newClients.length > 0);
  region.classList.toggle("seal", newClients.length === 0);
  const warning = newClients.length > 0 ? tree.readersNew(named(newClients)) : "";
  const more = isOther ? tree.readersOther : tree.readersSame;
  write("[data-readers-text]", [`${tree.and(names)}.`, warning, more].filter(Boolean).join(" "), region);
}

function earlierBox(dialog: HTMLElement): HTMLInputElement {
  return find<HTMLInputElement>("#with-earlier", dialog);
}

/** Offers to take earlier versions along into another vault, and says what becomes of them otherwise. */
function showEarlier(
  page: VerbContext,
  dialog: HTMLElement,
  nodes: readonly OpenedNode[],
  target: Target | null,
): void {
  const isOther = target !== null && target.vault !== page.vault;
  const count = isOther ? countEarlier(page.vault, nodes) : 0;
  find("[data-earlier]", dialog).hidden = count === 0;
  earlierBox(dialog).disabled = count === 0;
  const { tree } = texts();
  write("[data-earlier-label]", tree.earlier(count), dialog);
  write("[data-earlier-hint]", tree.earlierHint(page.vault.state.trashDays, page.mayWrite), dialog);
}

function showProgress(dialog: HTMLElement, text: string, share: number | null): void {
  write("[data-progress-text]", text, dialog);
  const bar = find<HTMLProgressElement>("[data-progress]", dialog);
  bar.hidden = share === null;
  bar.value = Math.floor((share ?? 0) * 100);
}

/** What was done, in words. */
async function carryOut(
  page: VerbContext,
  nodes: readonly OpenedNode[],
  target: Target,
  deed: Deed,
  dialog: HTMLElement,
): Promise<string> {
  const { tree } = texts();
  const what = tree.counted(...countsOf(nodes));
  if (deed === "restore") {
    for (const node of nodes) await restoreNode(page.vault, node, target.folder);
    return tree.restored(namesOf(nodes));
  }
  const onTaken = find<HTMLSelectElement>("#on-taken", dialog).value as OnTaken;
  if (target.vault !== page.vault) {
    const isWithEarlier = earlierBox(dialog).checked && !earlierBox(dialog).disabled;
    return transferAcross(page, nodes, target, deed === "move", { onTaken, isWithEarlier });
  }
  await transfer(page, nodes, target.folder, deed, onTaken, (text, share) =>
    showProgress(dialog, text, share),
  );
  return deed === "copy" ? tree.copied(what) : tree.moved(what);
}

/** Copies or moves to a folder of the same vault. */
export async function transfer(
  page: VerbContext,
  nodes: readonly OpenedNode[],
  folder: string,
  deed: "copy" | "move",
  onTaken: OnTaken,
  show: (text: string, share: number) => void,
): Promise<void> {
  const { tree } = texts();
  const { vault } = page;
  const counted = (done: number, all: number) => show(tree.copying(done, all, ""), done / Math.max(1, all));
  if (deed === "move") {
    await moveWithin(vault, nodes, folder, onTaken, counted);
    return;
  }
  // A copy beside its original is a second one, whatever the choice.
  const isBeside = nodes.every(({ parent }) => parent === folder);
  const steps = planCopies(vault, nodes, vault, folder, isBeside ? "both" : onTaken);
  await copyWithin(vault, steps, [], counted);
}
