/**
 * Into another vault: each file is opened here and sealed anew for those who read there while it is read, uploaded and
 * scanned as any other. The tray shows the files as it shows uploads; each can be stopped, and tried again. When the page
 * is left, what was sealed goes on from the other vault's page, as uploads do; nothing was removed for it here.
 */

import { isSignedOut } from "../ui/session";
import { copyWithin, type Step } from "./copies";
import type { OpenedVault } from "./opened";
import { type Origin, ofVersion } from "./origins";
import { Uploads } from "./upload";
import type { Coming, UploadItem } from "./upload_item";

type FileStep = Extract<Step, { kind: "file" }>;

/** What is copied to where. */
export interface Copying {
  readonly target: OpenedVault;
  readonly steps: readonly Step[];
  /** Whether the earlier versions come along. */
  readonly isWithEarlier: boolean;
  /** Called when no file is under way any more; again after another try. */
  settled(done: number, all: number): void;
  /** What ends the whole work: a vault that broke, a session that ended. */
  fail(error: unknown): void;
}

interface Job {
  readonly copying: Copying;
  readonly uploads: Uploads;
  readonly open: Set<UploadItem>;
  readonly all: number;
  done: number;
  isOver: boolean;
}

export class CrossCopies {
  private readonly source: OpenedVault;
  private readonly changed: (item: UploadItem, work: Uploads) => void;
  private readonly jobs = new Set<Job>();
  private preparing = 0;

  /** `changed` is called whenever a file has come further, or no further; `work` can stop it, and try it again. */
  constructor(source: OpenedVault, changed: (item: UploadItem, work: Uploads) => void) {
    this.source = source;
    this.changed = changed;
  }

  /** Makes the folders, and begins with the files. @throws what keeps the folders from being made, or a row from being read. */
  async start(copying: Copying): Promise<void> {
    const { target, steps } = copying;
    const folders = steps.filter(({ kind }) => kind === "folder");
    this.preparing += 1;
    try {
      const coming: Coming[] = [];
      for (const step of steps) if (step.kind === "file") coming.push(await this.comingOf(step, copying));
      if (folders.length > 0) await copyWithin(target, folders, [], () => undefined);
      this.begin(copying, coming);
    } finally {
      this.preparing -= 1;
    }
  }

  /** Whether anything is under way that would be lost with the page. */
  get isBusy(): boolean {
    return this.preparing > 0 || [...this.jobs].some(({ uploads }) => uploads.isBusy);
  }

  /** @throws RefusedError (`row_unreadable`) where an earlier version is to come along that nobody here can read. */
  private async comingOf({ name, parent, source }: FileStep, { isWithEarlier }: Copying): Promise<Coming> {
    const origins: Origin[] = [];
    if (isWithEarlier)
      for (const version of source.node.versions.slice(0, source.signed.manifest.version - 1))
        origins.push(ofVersion(this.source, await this.source.openVersion(source, version)));
    return { folder: parent, name, origins: [...origins, ofVersion(this.source, source)] };
  }

  private begin(copying: Copying, coming: readonly Coming[]): void {
    const uploads: Uploads = new Uploads(copying.target, (item) => this.moved(job, item));
    const job: Job = { copying, uploads, open: new Set(), all: coming.length, done: 0, isOver: false };
    this.jobs.add(job);
    if (coming.length === 0) copying.settled(0, 0);
    else uploads.copy(coming);
  }

  private moved(job: Job, item: UploadItem): void {
    this.changed(item, job.uploads);
    const { copying, open } = job;
    if (item.stage !== "done" && item.stage !== "refused") {
      open.add(item);
      return;
    }
    if (!open.delete(item) || job.isOver) return;
    if (item.stage === "done") job.done += 1;
    job.isOver = item.problem !== null && this.isOver(copying, item.problem);
    if (job.isOver) {
      for (const left of open) job.uploads.cancel(left);
      copying.fail(item.problem);
    } else if (open.size === 0) copying.settled(job.done, job.all);
  }

  /** What breaks a vault, or ends the session, ends the work on all files; what is refused stops none of the others. */
  private isOver({ target }: Copying, error: unknown): boolean {
    return this.source.broken !== null || target.broken !== null || isSignedOut(error);
  }
}
