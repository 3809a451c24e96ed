/** The dialogs of single verbs: rename, delete, lock, release. */

import { runDialog } from "../ui/dialog";
import { find, write } from "../ui/dom";
import { entry, field, filled } from "../ui/form";
import { texts } from "../ui/texts";
import { lockFile } from "./locks";
import type { OpenedFile, OpenedNode } from "./nodes";
import { purgeNodes, releaseVersion, removeNodes, rename } from "./tree_changes";
import { countsOf, type VerbContext } from "./verb_context";

/** Names that stand below a title: the first few are enough to know them again. */
const NAMES_SHOWN = 5;

export function namesOf(nodes: readonly OpenedNode[]): string {
  const names = nodes.slice(0, NAMES_SHOWN).map(({ row }) => row.name);
  return `${names.join(", ")}${nodes.length > NAMES_SHOWN ? " …" : ""}`;
}

export async function askForName(page: VerbContext, node: OpenedNode): Promise<void> {
  const input = field("rename-name");
  const old = node.row.name;
  input.value = old;
  const opened = runDialog("rename", {
    field: "rename-name",
    isOver: (error) => page.isOver(error),
    submit: async () => {
      const entries = filled(["rename-name"]);
      if (entries === null) return false;
      const { "rename-name": name } = entries;
      if (name === old) return true;
      await rename(page.vault, node, name);
      page.changed(texts().tree.renamed(old, name));
      return true;
    },
  });
  // The ending stays: mostly the name before it is what changes.
  const dot = node.kind === "file" ? old.lastIndexOf(".") : -1;
  input.setSelectionRange(0, dot > 0 ? dot : old.length);
  await opened;
}

export async function askToRemove(page: VerbContext, nodes: readonly OpenedNode[]): Promise<boolean> {
  const { tree } = texts();
  const what = tree.counted(...countsOf(nodes));
  const dialog = find("dialog#remove");
  write("[data-title]", tree.removeTitle(what), dialog);
  write("[data-what]", namesOf(nodes), dialog);
  write("[data-text]", tree.removeText(page.vault.state.trashDays), dialog);
  write("[data-submit]", tree.removeButton(what), dialog);
  return runDialog("remove", {
    isOver: (error) => page.isOver(error),
    submit: async () => {
      await removeNodes(
        page.vault,
        nodes.map(({ id }) => id),
      );
      page.changed(tree.removed(what, nodes.length === 1));
    },
  });
}

export function askToPurge(page: VerbContext, node: OpenedNode): Promise<boolean> {
  const { tree } = texts();
  write("[data-title]", tree.purgeTitle(tree.quoted(node.row.name)), find("dialog#purge"));
  return runDialog("purge", {
    isOver: (error) => page.isOver(error),
    submit: async () => {
      await purgeNodes(page.vault, [node.id]);
      page.changed(tree.purged(tree.quoted(node.row.name)));
    },
  });
}

export async function askForReason(page: VerbContext, file: OpenedFile): Promise<void> {
  const { tree } = texts();
  const dialog = find("dialog#lock");
  write("[data-title]", tree.lockTitle(file.row.name), dialog);
  write("[data-text]", tree.lockText(page.vault.state.lockHours), dialog);
  field("lock-reason").value = "";
  await runDialog("lock", {
    field: "lock-reason",
    isOver: (error) => page.isOver(error),
    submit: async () => {
      await lockFile(page.vault, file.id, entry("lock-reason"));
      page.changed(tree.locked(file.row.name));
    },
  });
}

export async function askToRelease(page: VerbContext, file: OpenedFile): Promise<void> {
  const { tree } = texts();
  write("[data-title]", tree.releaseTitle(file.row.name), find("dialog#release"));
  await runDialog("release", {
    isOver: (error) => page.isOver(error),
    submit: async () => {
      await releaseVersion(page.vault, file);
      page.changed(tree.released(file.row.name));
    },
  });
}
