/** What is on its way into a vault, as the tray shows it. */

import { isExpected } from "../ui/texts";
import type { Place } from "./new_folders";
import type { Origin } from "./origins";
import type { FileFacts, Staged } from "./staging";

export type Stage = "done" | "refused" | "scan" | "seal" | "send" | "waiting";

/** One version of a file on its way. */
export interface Part {
  readonly file: FileFacts;
  /** Null for what was sealed before the page was left. */
  readonly origin: Origin | null;
  /** Once it is sealed; another try sends the same. */
  staged: Staged | null;
  /** Whether it stands in the vault. */
  isThere: boolean;
}

/** What the tray shows a line of. */
export interface TrayItem {
  readonly id: number;
  readonly name: string;
  readonly file: Pick<FileFacts, "size">;
  /** A copy out of another vault, or what is sealed anew; absent for what is uploaded. */
  readonly deed?: "copy" | "reseal";
  stage: Stage;
  /** How far it is in words, of what has no stages. */
  told?: string;
  /** Share of the present stage, 0 to 1. */
  progress: number;
  /** Why the item was refused. */
  problem: (Error & { readonly code?: string }) | null;
}

export interface UploadItem extends Place, TrayItem {
  readonly file: FileFacts;
  /** Versions of the file, the oldest first: they become the file's next ones when all of them have come, and been scanned. */
  readonly parts: readonly Part[];
}

/** A file out of another vault that is to stand here, with the versions that come along, the oldest first. */
export interface Coming {
  readonly folder: string;
  readonly name: string;
  readonly origins: readonly Origin[];
}

export function partOf(origin: Origin): Part {
  return { file: origin.facts, origin, staged: null, isThere: false };
}

/** Of what is not there yet. */
export async function dropStaged({ parts }: UploadItem): Promise<void> {
  for (const part of parts) {
    const { staged } = part;
    part.staged = null;
    await staged?.remove();
  }
}

/** Files of one choice whose names differ in nothing but how their letters are put together. */
export function twinsIn(items: readonly UploadItem[]): ReadonlySet<UploadItem> {
  const taken = new Set<string>();
  return new Set(
    items.filter(({ path, name }) => {
      const place = [...path, name].join("/");
      const isTwin = taken.has(place);
      taken.add(place);
      return isTwin;
    }),
  );
}

/** Codes that another try cannot change; nor can it change a name that is not allowed. */
const FINAL = new Set(["infected", "not_scannable", "too_large", "scan_too_large", "source_gone"]);

export function isFinal(error: unknown): boolean {
  return isExpected(error) && (FINAL.has(error.code) || error.code.startsWith("name_"));
}
