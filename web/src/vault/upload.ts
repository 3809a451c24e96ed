/**
 * Uploads: seal → send → scan → commit, one item per file.
 *
 * A file is sealed once, into a Blob; a lost line only repeats the sending. Files found clean are committed together,
 * in one record, as soon as no other commit is under way.
 */

import { toBase64url } from "../crypto/base64";
import type { Bytes } from "../crypto/bytes";
import { fromDoc } from "../seals/documents";
import { IntegrityError, RefusedError } from "../seals/errors";
import { headerFor, requireSize, type SealedFile, sealContents } from "../seals/files";
import { requireName } from "../seals/rows";
import { readScannerKey, readVerdict } from "../seals/scanning";
import { now } from "../ui/format";
import { api } from "../wire/api";
import { WireError } from "../wire/http";
import { type ClearFile, commitFiles } from "./commit";
import type { OpenedVault } from "./opened";
import { type Sending, startSending } from "./sending";

export type Stage = "done" | "refused" | "scan" | "seal" | "send" | "waiting";

export interface UploadItem {
  readonly id: number;
  readonly file: File;
  readonly name: string;
  readonly folder: string;
  stage: Stage;
  /** Share of the present stage, 0 to 1. */
  progress: number;
  /** Why the item was refused. */
  problem: (Error & { readonly code?: string }) | null;
}

const AT_ONCE = 3;
/** A scanner key may go between sealing and checking; more often than this something else is wrong. */
const SCAN_ATTEMPTS = 3;
/** The server lets only so many wait for the scanner at once: for two minutes it is asked again. */
const BUSY_ATTEMPTS = 60;
const BUSY_PAUSE_MS = 2000;

export class Uploads {
  private readonly vault: OpenedVault;
  private readonly changed: (item: UploadItem) => void;
  private readonly waiting: UploadItem[] = [];
  private readonly sendings = new Map<number, Sending>();
  private readonly cancelled = new Set<number>();
  private readonly clear: { readonly file: ClearFile; readonly settle: (error?: unknown) => void }[] = [];
  private running = 0;
  private committing = false;
  private count = 0;

  /** `changed` is called whenever an item has changed. */
  constructor(vault: OpenedVault, changed: (item: UploadItem) => void) {
    this.vault = vault;
    this.changed = changed;
  }

  add(files: Iterable<File>, folder: string): readonly UploadItem[] {
    const items = [...files].map((file): UploadItem => {
      this.count += 1;
      const name = file.name.normalize("NFC");
      return { id: this.count, file, name, folder, stage: "waiting", progress: 0, problem: null };
    });
    for (const item of items) this.changed(item);
    this.waiting.push(...items);
    this.startNext();
    return items;
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
      this.refuse(item, new RefusedError("cancelled", "cancelled by the person"));
    }
  }

  /** Whether anything is under way that would be lost with the page. */
  get isBusy(): boolean {
    return this.running > 0 || this.waiting.length > 0;
  }

  private startNext(): void {
    while (this.running < AT_ONCE) {
      const item = this.waiting.shift();
      if (item === undefined) return;
      this.running += 1;
      this.carry(item)
        .catch((error: unknown) => this.refuse(item, error))
        .finally(() => {
          this.running -= 1;
          this.sendings.delete(item.id);
          this.startNext();
        });
    }
  }

  private async carry(item: UploadItem): Promise<void> {
    requireName(item.name);
    requireSize(item.file.size);
    this.move(item, "seal");
    await this.vault.rotateIfDue();
    const { sealed, payload } = await this.seal(item);
    this.move(item, "send");
    const upload = await this.send(item, payload);
    this.move(item, "scan");
    await this.scan(upload, sealed);
    await this.commit({ upload, sealed, folder: item.folder, name: item.name, file: item.file });
    this.move(item, "done");
  }

  private async seal(item: UploadItem): Promise<{ sealed: SealedFile; payload: Blob }> {
    const pieces: Bytes[] = [];
    let payload = new Blob([]);
    let doneBytes = 0;
    const sealed = await sealContents(item.file, (piece) => {
      if (this.cancelled.has(item.id)) throw new RefusedError("cancelled", "cancelled by the person");
      pieces.push(piece);
      doneBytes += piece.length;
      if (pieces.length >= 8) payload = new Blob([payload, ...pieces.splice(0)]);
      this.advance(item, doneBytes / Math.max(1, item.file.size));
    });
    return { sealed, payload: new Blob([payload, ...pieces]) };
  }

  private async send(item: UploadItem, payload: Blob): Promise<string> {
    const sending = startSending(this.vault.id, payload, (share) => this.advance(item, share));
    this.sendings.set(item.id, sending);
    const upload = await sending.done;
    if (this.cancelled.has(item.id)) throw new RefusedError("cancelled", "cancelled by the person");
    return upload;
  }

  private async scan(upload: string, sealed: SealedFile): Promise<void> {
    const { commitment, payloadHash: payload_hash } = sealed;
    for (let attempt = 1; ; attempt++) {
      const scanner_header = toBase64url(headerFor(sealed.fileKey, await this.scannerRecipient()));
      try {
        const { results } = await api.check(this.vault.id, [
          { upload, payload_hash, commitment, scanner_header },
        ]);
        const [result] = results;
        if (result === undefined || result.upload !== upload)
          throw new IntegrityError("answer_invalid", "no verdict");
        if (result.verdict === null) throw new WireError(503, result.code ?? "failed", result.message);
        const verdict = await readVerdict(this.vault.certificates, fromDoc(result.verdict), {
          commitment,
          payload_hash,
        });
        // With the firm's setting it is kept, and waits to be released. Why it cannot be scanned only the server can say.
        if (verdict.result === "not_scannable" && result.code === null) return;
        if (verdict.result === "not_scannable") throw new WireError(422, verdict.result, result.message);
        if (verdict.result !== "clean")
          throw new RefusedError(verdict.result, `the file is ${verdict.result}`);
        this.vault.noteClean(verdict);
        return;
      } catch (error) {
        const code = error instanceof WireError ? error.code : "";
        if (code === "busy" && attempt < BUSY_ATTEMPTS) await pause(BUSY_PAUSE_MS);
        else if (code !== "scanner_key_gone" || attempt >= SCAN_ATTEMPTS) throw error;
      }
    }
  }

  private async scannerRecipient(): Promise<string> {
    const { doc } = await api.scannerKey();
    const key = await readScannerKey(this.vault.certificates, fromDoc(doc), now());
    return key.recipient;
  }

  /** Settles when the file stands in the vault. */
  private commit(file: ClearFile): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: unknown) => (error === undefined ? resolve() : reject(error));
      this.clear.push({ file, settle });
      void this.commitNext();
    });
  }

  private async commitNext(): Promise<void> {
    if (this.committing) return;
    this.committing = true;
    while (this.clear.length > 0) {
      const batch = this.clear.splice(0);
      try {
        await commitFiles(
          this.vault,
          batch.map(({ file }) => file),
        );
        for (const { settle } of batch) settle();
      } catch (error) {
        for (const { settle } of batch) settle(error);
      }
    }
    this.committing = false;
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

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
