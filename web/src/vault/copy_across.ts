/**
 * Into another vault: each file is opened here, sealed anew for those who read there, uploaded and scanned as any other.
 * The tray shows the files as it shows uploads; each can be stopped, and tried again. A copy is begun by `start` and goes
 * on while the page is open; what had not arrived when it was left is simply not there, and nothing was removed for it.
 */

import { RefusedError } from "../seals/errors";
import { isSignedOut } from "../ui/session";
import { readFile } from "./contents";
import { copyWithin, type Step } from "./copies";
import { setNote } from "./notes";
import type { OpenedVault } from "./opened";
import { type UploadItem, Uploads } from "./upload";

type FileStep = Extract<Step, { kind: "file" }>;

/** What is copied to where. */
export interface Copying {
  readonly target: OpenedVault;
  readonly steps: readonly Step[];
  /** Called when no file is under way any more; again after another try. */
  settled(done: number, all: number): void;
  /** What ends the whole work: a vault that broke, a session that ended. */
  fail(error: unknown): void;
}

interface Job {
  readonly copying: Copying;
  readonly items: Map<UploadItem, { readonly step: FileStep; stop: AbortController }>;
  waiting: UploadItem[];
  running: number;
}

/** Files opened and sealed at once: each lies in memory meanwhile. */
const AT_ONCE = 2;
const OPENING = 0.5;

export class CrossCopies {
  private readonly source: OpenedVault;
  private readonly changed: (item: UploadItem) => void;
  private readonly jobs = new Map<UploadItem, Job>();
  private count = 0;
  private preparing = 0;

  /** `changed` is called whenever a file has come further, or no further. */
  constructor(source: OpenedVault, changed: (item: UploadItem) => void) {
    this.source = source;
    this.changed = changed;
  }

  /** Makes the folders, and begins with the files. @throws what keeps the folders from being made. */
  async start(copying: Copying): Promise<void> {
    const { target, steps } = copying;
    const folders = steps.filter(({ kind }) => kind === "folder");
    this.preparing += 1;
    try {
      if (folders.length > 0) await copyWithin(target, folders, [], () => undefined);
    } finally {
      this.preparing -= 1;
    }
    const job: Job = { copying, items: new Map(), waiting: [], running: 0 };
    for (const step of steps) {
      if (step.kind !== "file") continue;
      const item = this.itemOf(step);
      job.items.set(item, { step, stop: new AbortController() });
      job.waiting.push(item);
      this.jobs.set(item, job);
      this.changed(item);
    }
    if (job.items.size === 0) copying.settled(0, 0);
    this.startNext(job);
  }

  /** Whether anything is under way that would be lost with the page. */
  get isBusy(): boolean {
    return (
      this.preparing > 0 || [...this.jobs.values()].some((job) => job.running > 0 || job.waiting.length > 0)
    );
  }

  retry(item: UploadItem): void {
    const job = this.jobs.get(item);
    const entry = job?.items.get(item);
    if (job === undefined || entry === undefined || item.stage !== "refused") return;
    entry.stop = new AbortController();
    this.move(item, "waiting", 0);
    job.waiting.push(item);
    this.startNext(job);
  }

  cancel(item: UploadItem): void {
    const job = this.jobs.get(item);
    if (job === undefined) return;
    job.items.get(item)?.stop.abort();
    const at = job.waiting.indexOf(item);
    if (at < 0) return;
    job.waiting.splice(at, 1);
    this.refuse(item, new RefusedError("cancelled", "cancelled by the person"));
    this.settle(job);
  }

  private itemOf({ source, name, parent }: FileStep): UploadItem {
    this.count += 1;
    const { size, modified, type } = source.row;
    const file = { size, type, lastModified: modified === null ? -1 : modified * 1000 };
    const begun = { staged: null, stage: "waiting", progress: 0, problem: null } as const;
    return { id: this.count, file, source: null, name, folder: parent, path: [], deed: "copy", ...begun };
  }

  private startNext(job: Job): void {
    while (job.running < AT_ONCE) {
      const item = job.waiting.shift();
      if (item === undefined) return;
      job.running += 1;
      this.carry(job, item)
        .catch((error: unknown) => this.end(job, item, error))
        .finally(() => {
          job.running -= 1;
          this.startNext(job);
          this.settle(job);
        });
    }
  }

  private settle({ copying, items, waiting, running }: Job): void {
    if (running > 0 || waiting.length > 0) return;
    const done = [...items.keys()].filter(({ stage }) => stage === "done").length;
    copying.settled(done, items.size);
  }

  /** What breaks a vault, or ends the session, ends the work on all files; a file that cannot be opened or is refused stops none of the others. */
  private end(job: Job, item: UploadItem, error: unknown): void {
    this.refuse(item, error);
    const isBroken = this.source.broken !== null || job.copying.target.broken !== null;
    if (!isBroken && !isSignedOut(error)) return;
    for (const waiting of job.waiting.splice(0)) this.refuse(waiting, error);
    job.copying.fail(error);
  }

  /** Opening is the first half of the way to sealed, sealing the second. */
  private async carry(job: Job, item: UploadItem): Promise<void> {
    const entry = job.items.get(item);
    if (entry === undefined) return;
    const { step, stop } = entry;
    const { size, modified, type, note = "" } = step.source.row;
    this.move(item, "seal", 0);
    const opened = (bytes: number): void =>
      this.move(item, "seal", size === 0 ? OPENING : (bytes / size) * OPENING);
    const contents = await readFile(this.source, step.source, opened, stop.signal);
    const lastModified = modified === null ? -1 : modified * 1000;
    const again = new File([contents], step.name, { type, lastModified });
    setNote(again, note);
    await this.uploaded(job.copying.target, again, item, stop.signal);
    this.move(item, "done", 1);
  }

  /** Settles when the file stands in its folder. @throws why it was refused. */
  private uploaded(target: OpenedVault, file: File, item: UploadItem, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const uploads = new Uploads(target, (inner) => {
        const { stage, progress } = inner;
        if (stage === "done") resolve();
        else if (stage === "refused") reject(inner.problem ?? new Error("refused"));
        else if (stage === "seal") this.move(item, "seal", OPENING + progress * (1 - OPENING));
        else if (stage !== "waiting") this.move(item, stage, progress);
      });
      const [inner] = uploads.add({ files: [{ file, path: [] }] }, item.folder);
      if (inner !== undefined) signal.addEventListener("abort", () => uploads.cancel(inner), { once: true });
    });
  }

  private move(item: UploadItem, stage: UploadItem["stage"], progress: number): void {
    item.stage = stage;
    item.progress = progress;
    item.problem = null;
    this.changed(item);
  }

  private refuse(item: UploadItem, error: unknown): void {
    const isStopped = this.jobs.get(item)?.items.get(item)?.stop.signal.aborted ?? false;
    item.stage = "refused";
    item.problem = isStopped
      ? new RefusedError("cancelled", "cancelled by the person")
      : error instanceof Error
        ? error
        : new Error(String(error));
    this.changed(item);
  }
}
