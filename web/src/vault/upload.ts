/**
 * Uploads: seal → send → scan → commit, one item per file.
 *
 * A file is sealed once; a lost line only repeats the sending. Some are sealed and sent at a time; what has arrived is
 * scanned together with what else has, and what is clean is committed together, in one record.
 */

import { sealedSize } from "../crypto/payload";
import { makeThumbnail } from "../preview/thumbnail";
import { RefusedError } from "../seals/errors";
import { requireSize, sealContents } from "../seals/files";
import { requireName } from "../seals/rows";
import { now } from "../ui/format";
import { isExpected } from "../ui/texts";
import { Batches, type Failures } from "./batches";
import { type ClearFile, COMMITTED, commitFiles } from "./commit";
import { makeFolders, type Place } from "./new_folders";
import type { OpenedVault } from "./opened";
import type { Choice, Picked } from "./picked";
import { MOST_FILES, scan } from "./scan";
import { MOST_SMALL, type Sending, sendSmall, startSending } from "./sending";
import {
  type FileFacts,
  type Found,
  inMemory,
  memoryDraft,
  openDraft,
  ownId,
  type Staged,
  stage,
  WORTH_STAGING_BYTES,
} from "./staging";

export type Stage = "done" | "refused" | "scan" | "seal" | "send" | "waiting";

export interface UploadItem extends Place {
  readonly id: number;
  readonly file: FileFacts;
  readonly name: string;
  /** A copy out of another vault; absent for what is uploaded. */
  readonly deed?: "copy";
  /** Null for what was sealed before the page was left. */
  readonly source: File | null;
  /** Once it is sealed; another try sends the same. */
  staged: Staged | null;
  stage: Stage;
  /** Share of the present stage, 0 to 1. */
  progress: number;
  /** Why the item was refused. */
  problem: (Error & { readonly code?: string }) | null;
}

/** Sealed and sent at once. The server receives six of a person at a time; another device of his may send too. */
const AT_ONCE = 4;
const SMALLS_AT_ONCE = 2;
const SCANS_AT_ONCE = 2;
/** So much may lie in memory, sealed and not yet sent. */
const MOST_SEALED_BYTES = 32 << 20;
/** The scanner's answer comes when the last of a batch has been looked at. */
const MOST_SCANNED_BYTES = 64 << 20;
/** How long a look at the vault's epoch counts. */
const READY_MS = 30_000;

/** Received by the server; its picture may still be in the making. */
type SentFile = Omit<ClearFile, "picture">;

interface Small {
  readonly payload: Blob;
  /** Its id, once it was sent. */
  upload: string;
}

async function sendTogether(vault: OpenedVault, smalls: readonly Small[]): Promise<Failures<Small>> {
  const ids = await sendSmall(
    vault.id,
    smalls.map(({ payload }) => payload),
  );
  smalls.forEach((small, i) => {
    small.upload = ids[i] ?? "";
  });
  return new Map();
}

export class Uploads {
  private readonly vault: OpenedVault;
  private readonly changed: (item: UploadItem) => void;
  private waiting: UploadItem[] = [];
  private readonly sendings = new Map<number, Sending>();
  private readonly cancelled = new Set<number>();
  private readonly smalls: Batches<Small>;
  private readonly scans: Batches<SentFile>;
  private readonly commits: Batches<ClearFile>;
  /** Items that are being sealed or sent. */
  private running = 0;
  /** Of small payloads that wait to be sent together. */
  private sealedBytes = 0;
  /** Items that have begun and are not settled. */
  private unsettled = 0;
  private count = 0;
  private ready: { readonly until: number; readonly promise: Promise<void> } | null = null;

  /** `changed` is called whenever an item has changed. */
  constructor(vault: OpenedVault, changed: (item: UploadItem) => void) {
    this.vault = vault;
    this.changed = changed;
    const isMoreToCome = (): boolean => this.running > 0 || this.sealedBytes > 0;
    this.smalls = new Batches((smalls) => sendTogether(vault, smalls), {
      atOnce: SMALLS_AT_ONCE,
      most: MOST_SMALL.files,
      mostBytes: MOST_SMALL.bytes,
      sizeOf: ({ payload }) => payload.size,
      isMoreToCome,
    });
    this.scans = new Batches((files) => scan(vault, files), {
      isMoreToCome,
      most: MOST_FILES,
      atOnce: SCANS_AT_ONCE,
      sizeOf: ({ sealed }) => sealed.payloadSize,
      mostBytes: MOST_SCANNED_BYTES,
    });
    const commit = (files: readonly ClearFile[]) => commitFiles(vault, files);
    this.commits = new Batches(commit, { ...COMMITTED, isMoreToCome, atOnce: 1 });
  }

  add({ files }: Pick<Choice, "files">, folder: string): readonly UploadItem[] {
    const items = files.map((picked) => this.itemOf(picked, folder));
    const twins = twinsIn(items);
    for (const item of items) {
      if (twins.has(item))
        this.refuse(item, new RefusedError("name_taken", "another file of this choice has this name"));
      else this.changed(item);
    }
    this.waiting = [...this.waiting, ...items.filter((item) => !twins.has(item))];
    this.startNext();
    return items;
  }

  /** Goes on with what was sealed before the page was left. */
  resume(found: readonly Found[]): void {
    for (const { name, folder, path, file, staged } of found) {
      this.count += 1;
      const begun = { stage: "waiting", progress: 0, problem: null } as const;
      const item: UploadItem = { id: this.count, file, source: null, name, folder, path, staged, ...begun };
      this.changed(item);
      this.waiting.push(item);
    }
    this.startNext();
  }

  /** Makes the folders that no file leads to. @throws the first error; the others are made all the same. */
  async addFolders({ emptyFolders }: Pick<Choice, "emptyFolders">, folder: string): Promise<void> {
    if (emptyFolders.length === 0) return;
    const places = emptyFolders.map((path) => ({ folder, path }));
    const [failure] = (await makeFolders(this.vault, places, now())).values();
    if (failure !== undefined) throw failure;
  }

  retry(item: UploadItem): void {
    if (item.stage !== "refused") return;
    this.cancelled.delete(item.id);
    this.move(item, "waiting");
    this.waiting.push(item);
    this.startNext();
  }

  cancel(item: UploadItem): void {
    this.cancelled.add(item.id);
    this.sendings.get(item.id)?.abort();
    const at = this.waiting.indexOf(item);
    if (at >= 0) {
      this.waiting.splice(at, 1);
      void item.staged?.remove();
      this.refuse(item, new RefusedError("cancelled", "cancelled by the person"));
    }
  }

  /** Whether anything is under way that would be lost with the page. */
  get isBusy(): boolean {
    return this.unsettled > 0 || this.waiting.length > 0;
  }

  private itemOf({ file, path }: Picked, folder: string): UploadItem {
    this.count += 1;
    const name = file.name.normalize("NFC");
    const begun = { staged: null, stage: "waiting", progress: 0, problem: null } as const;
    return { id: this.count, file, source: file, name, folder, path, ...begun };
  }

  private startNext(): void {
    while (this.running < AT_ONCE && this.sealedBytes < MOST_SEALED_BYTES) {
      const item = this.waiting.shift();
      if (item === undefined) return;
      this.running += 1;
      this.unsettled += 1;
      this.carry(item)
        .catch((error: unknown) => this.end(item, error))
        .finally(() => {
          this.unsettled -= 1;
        });
    }
  }

  private async carry(item: UploadItem): Promise<void> {
    const { source, name } = item;
    // Made while the file is sealed, sent and scanned: it holds up none of that.
    const picture = source === null ? null : makeThumbnail(source, name);
    const sent = await this.sent(item);
    this.move(item, "scan");
    await this.scans.add(sent);
    await this.commits.add({ ...sent, picture: await picture });
    await item.staged?.remove();
    this.move(item, "done");
  }

  /** What another try cannot mend need not be kept for it. */
  private async end(item: UploadItem, error: unknown): Promise<void> {
    if (isFinal(error) || this.cancelled.has(item.id)) {
      const { staged } = item;
      item.staged = null;
      await staged?.remove();
    }
    this.refuse(item, error);
  }

  private async sent(item: UploadItem): Promise<SentFile> {
    let isDone = false;
    const makeWay = (): void => {
      if (isDone) return;
      isDone = true;
      this.running -= 1;
      this.sendings.delete(item.id);
      this.startNext();
    };
    try {
      const { folder, path, name, file } = item;
      for (const one of [...path, name]) requireName(one);
      requireSize(file.size);
      this.move(item, "seal");
      await this.beReady();
      item.staged ??= await this.seal(item);
      this.move(item, "send");
      const { staged } = item;
      const isSmall = staged.payload.size <= MOST_SMALL.payloadBytes;
      const upload = await (isSmall ? this.sendSmall(item, staged, makeWay) : this.send(item, staged));
      return { upload, sealed: staged.sealed, folder, path, name, file };
    } finally {
      makeWay();
    }
  }

  /** Together with others; meanwhile the next ones are sealed. */
  private async sendSmall(item: UploadItem, { payload }: Staged, makeWay: () => void): Promise<string> {
    const small = { payload, upload: "" };
    this.sealedBytes += payload.size;
    makeWay();
    try {
      await this.smalls.add(small);
    } finally {
      this.sealedBytes -= payload.size;
      this.startNext();
    }
    this.requireWanted(item);
    return small.upload;
  }

  /** Begins the next epoch if one is due; asked again only after a while, as every question waits for its turn. */
  private beReady(): Promise<void> {
    if (this.ready === null || this.ready.until < performance.now()) {
      const promise = this.vault.rotateIfDue();
      this.ready = { until: performance.now() + READY_MS, promise };
      promise.catch(() => {
        this.ready = null;
      });
    }
    return this.ready.promise;
  }

  private async seal(item: UploadItem): Promise<Staged> {
    const { source } = item;
    if (source === null) throw new RefusedError("source_gone", "the file must be chosen again");
    const id = source.size < WORTH_STAGING_BYTES ? "" : await ownId();
    const onDisk = await openDraft(id, sealedSize(source.size));
    const draft = onDisk ?? memoryDraft();
    try {
      let doneBytes = 0;
      const sealed = await sealContents(source, async (piece) => {
        this.requireWanted(item);
        doneBytes += piece.length;
        await draft.write(piece);
        this.advance(item, doneBytes / Math.max(1, source.size));
      });
      const payload = await draft.finish();
      return onDisk === null ? inMemory(sealed, payload) : await stage(this.vault, id, item, sealed, payload);
    } catch (error) {
      await draft.discard().catch(() => undefined);
      throw error;
    }
  }

  private async send(item: UploadItem, staged: Staged): Promise<string> {
    const sending = startSending(
      this.vault.id,
      staged.payload,
      (share) => this.advance(item, share),
      staged.uploadUrl,
      (url) => void staged.noteUrl(url),
    );
    this.sendings.set(item.id, sending);
    const upload = await sending.done;
    this.requireWanted(item);
    return upload;
  }

  private requireWanted({ id }: UploadItem): void {
    if (this.cancelled.has(id)) throw new RefusedError("cancelled", "cancelled by the person");
  }

  private move(item: UploadItem, stage: Stage): void {
    item.stage = stage;
    item.progress = stage === "done" ? 1 : 0;
    item.problem = null;
    this.changed(item);
  }

  private advance(item: UploadItem, share: number): void {
    item.progress = Math.min(1, share);
    this.changed(item);
  }

  private refuse(item: UploadItem, error: unknown): void {
    item.stage = "refused";
    item.problem = error instanceof Error ? error : new Error(String(error));
    this.changed(item);
  }
}

/** Files of one choice whose names differ in nothing but how their letters are put together. */
function twinsIn(items: readonly UploadItem[]): ReadonlySet<UploadItem> {
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
const FINAL = new Set([
  "infected",
  "not_scannable",
  "too_large",
  "scan_too_large",
  "source_gone",
  "name_is_file",
  "name_is_folder",
  "name_taken",
]);

export function isFinal(error: unknown): boolean {
  return isExpected(error) && (FINAL.has(error.code) || error.code.startsWith("name_"));
}
