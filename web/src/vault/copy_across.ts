/** Into another vault: each file is opened here, sealed anew for those who read there, uploaded and scanned as any other. */

import { isExpected, problemText, texts } from "../ui/texts";
import { readFile } from "./contents";
import { copyWithin, type Step } from "./copies";
import { setNote } from "./notes";
import type { OpenedVault } from "./opened";
import { type UploadItem, Uploads } from "./upload";

type Progress = (done: number, all: number, name: string, share: number) => void;

/** What did not come over, and why. */
export interface NotCopied {
  readonly step: Extract<Step, { kind: "file" }>;
  readonly why: string;
}

/**
 * Carries the steps out in `target`. A file that cannot be opened or is refused stops none of the others; what breaks a
 * vault or ends the session does. Aborting stops after the file that is under way.
 */
export async function copyAcross(
  source: OpenedVault,
  target: OpenedVault,
  steps: readonly Step[],
  progress: Progress,
  signal: AbortSignal,
): Promise<readonly NotCopied[]> {
  const folders = steps.filter(({ kind }) => kind === "folder");
  const files = steps.filter((step) => step.kind === "file");
  if (folders.length > 0) await copyWithin(target, folders, [], () => undefined);
  const failed: NotCopied[] = [];
  for (const [at, step] of files.entries()) {
    if (signal.aborted) break;
    const report = (share: number) => progress(at, files.length, step.name, share);
    report(0);
    try {
      await copyOne(source, target, step, report, signal);
    } catch (error) {
      const isEnd = signal.aborted || source.broken !== null || target.broken !== null || !isExpected(error);
      if (isEnd) throw error;
      failed.push({ step, why: problemText(error).title });
    }
  }
  return failed;
}

/** Opening is the first half of the way, sealing and sending the second. */
async function copyOne(
  source: OpenedVault,
  target: OpenedVault,
  { source: file, name, parent }: Extract<Step, { kind: "file" }>,
  report: (share: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const { size, modified, type, note = "" } = file.row;
  const half = (bytes: number) => report(size === 0 ? 0.5 : bytes / size / 2);
  const contents = await readFile(source, file, half, signal);
  const lastModified = modified === null ? -1 : modified * 1000;
  const again = new File([contents], name, { type, lastModified });
  setNote(again, note);
  await uploaded(target, again, parent, (item) => report(0.5 + shareOf(item) / 2));
}

const PARTS: Readonly<Record<string, number>> = { seal: 0, send: 0.4, scan: 0.8, done: 1 };

function shareOf({ stage, progress }: UploadItem): number {
  return Math.min(1, (PARTS[stage] ?? 0) + progress * 0.4);
}

/** Settles when the file stands in the folder. @throws why it was refused. */
function uploaded(
  vault: OpenedVault,
  file: File,
  folder: string,
  report: (item: UploadItem) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const uploads = new Uploads(vault, (item) => {
      report(item);
      if (item.stage === "done") resolve();
      if (item.stage === "refused") reject(item.problem ?? new Error("refused"));
    });
    uploads.add({ files: [{ file, path: [] }] }, folder);
  });
}

/** In words, for below the dialog's choice. */
export function inWords(failed: readonly NotCopied[]): string {
  const { tree } = texts();
  return tree.notCopied(failed.map(({ step, why }) => `${tree.quoted(step.name)} (${why})`).join(", "));
}
