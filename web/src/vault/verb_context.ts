/** What the verbs of the vault page need of it. */

import type { Copying } from "./copy_across";
import type { OpenedNode } from "./nodes";
import type { OpenedVault } from "./opened";
import type { TrayWork } from "./tray_view";
import type { TrayItem } from "./upload_item";

export interface VerbContext {
  readonly vault: OpenedVault;
  readonly mayWrite: boolean;
  /** The folder shown. */
  folder(): string;
  /** What is selected; without a selection the row that has the focus. */
  chosen(): readonly OpenedNode[];
  nameOf(kid: string): string;
  goTo(folder: string): void;
  /** Puts the focus on the row of one of these, the first that is there. */
  focus(ids: readonly string[]): void;
  showDetails(node: OpenedNode): void;
  download(nodes: readonly OpenedNode[]): void;
  /** Something changed: what is shown is drawn anew. */
  changed(said: string): void;
  /** Begins to copy into another vault; the tray shows how far it is. */
  copyAcross(copying: Copying): Promise<void>;
  /** Shows in the tray how far something is; `work` can stop it, and go on. */
  track(item: TrayItem, work: TrayWork): void;
  fail(error: unknown): void;
  isOver(error: unknown): boolean;
}

/** Files and folders among nodes. */
export function countsOf(nodes: readonly OpenedNode[]): [files: number, folders: number] {
  const files = nodes.filter(({ kind }) => kind === "file").length;
  return [files, nodes.length - files];
}
