/** Copying and moving into another vault: what comes along, and when the old place may be cleared. */

import { texts } from "../ui/texts";
import { type OnTaken, planCopies, requireReadable } from "./copies";
import type { OpenedNode } from "./nodes";
import type { OpenedVault } from "./opened";
import { withContents } from "./subtree";
import type { Target } from "./target_tree";
import { removeNodes } from "./tree_changes";
import { countsOf, type VerbContext } from "./verb_context";

/** What the person chose besides the place. */
interface Manner {
  readonly onTaken: OnTaken;
  readonly isWithEarlier: boolean;
}

/**
 * Begins to copy; a move is a copy after which nothing is missing, and then the trash. In words, what was begun.
 * @throws RefusedError (`unreadable_below`, `row_unreadable`) before anything has come over.
 */
export async function transferAcross(
  page: VerbContext,
  nodes: readonly OpenedNode[],
  { vault, folder }: Target,
  isMove: boolean,
  { onTaken, isWithEarlier }: Manner,
): Promise<string> {
  const { tree } = texts();
  const what = tree.counted(...countsOf(nodes));
  if (isMove) requireReadable(page.vault, nodes);
  const steps = planCopies(page.vault, nodes, vault, folder, onTaken);
  const before = versionsBelow(page.vault, nodes);
  // What was skipped because its name is taken there stays where it is, and its folder with it.
  const isWhole = steps.filter(({ kind }) => kind === "file").length === before.size;
  const finish = async (done: number, all: number): Promise<void> => {
    if (done < all) page.changed(tree.copiedPart(done, all));
    else if (!isMove) page.changed(tree.copied(what));
    else if (!isWhole) page.changed(tree.copiedNotMoved(all));
    else page.changed((await cleared(page.vault, nodes, before)) ? tree.moved(what) : tree.changedMeanwhile);
  };
  await page.copyAcross({
    target: vault,
    steps,
    isWithEarlier,
    settled: (done, all) => void finish(done, all).catch((error: unknown) => page.fail(error)),
    fail: (error) => page.fail(error),
  });
  return tree.copyBegun(what);
}

/** Clears the old place. False, and nothing done, when it holds by now what did not come over. */
async function cleared(
  vault: OpenedVault,
  nodes: readonly OpenedNode[],
  before: ReadonlyMap<string, number>,
): Promise<boolean> {
  await vault.refresh();
  const left = nodes.flatMap(({ id }) => {
    const node = vault.nodes.get(id);
    return node !== undefined && vault.chain.isLive(id) ? node : [];
  });
  for (const [id, version] of versionsBelow(vault, left)) if (before.get(id) !== version) return false;
  requireReadable(vault, left);
  const ids = left.map(({ id }) => id);
  if (ids.length > 0) await removeNodes(vault, ids);
  return true;
}

/** The files among the nodes and in the folders below them, each with the number of the version that it shows. */
function versionsBelow(vault: OpenedVault, nodes: readonly OpenedNode[]): ReadonlyMap<string, number> {
  return new Map(filesBelow(vault, nodes).map(({ id, signed }) => [id, signed.manifest.version]));
}

/** Versions before the newest ones. */
export function countEarlier(vault: OpenedVault, nodes: readonly OpenedNode[]): number {
  return filesBelow(vault, nodes).reduce((sum, { signed }) => sum + signed.manifest.version - 1, 0);
}

function filesBelow(vault: OpenedVault, nodes: readonly OpenedNode[]) {
  return withContents(vault, nodes).flatMap(({ node }) => (node.kind === "file" ? node : []));
}
