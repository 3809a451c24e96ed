/** The virus scan of what has been sent, for many files in one question. */

import { toBase64url } from "../crypto/base64";
import { fromDoc } from "../seals/documents";
import { IntegrityError, RefusedError } from "../seals/errors";
import { headerNativelyFor, type SealedFile } from "../seals/files";
import { readScannerKey, readVerdict } from "../seals/scanning";
import { now } from "../ui/format";
import { WireError } from "../wire/http";
import { vaultApi } from "../wire/vault_api";
import type { Failures } from "./batches";
import type { OpenedVault } from "./opened";

/** A sealed file that the server has received. */
export interface Sent {
  readonly upload: string;
  readonly sealed: SealedFile;
}

type Answer = Awaited<ReturnType<typeof vaultApi.check>>["results"][number];

/** The server takes no more in one question. */
export const MOST_FILES = 200;
/** A scanner key may go between sealing and checking; more often than this something else is wrong. */
const SCAN_ATTEMPTS = 3;
/** The server lets only so many wait for the scanner at once: for two minutes it is asked again. */
const BUSY_ATTEMPTS = 60;
const BUSY_PAUSE_MS = 2000;

/** Why those that may not be published may not. @throws WireError, IntegrityError for what befalls all of them. */
export async function scan<T extends Sent>(vault: OpenedVault, files: readonly T[]): Promise<Failures<T>> {
  const answers = new Map((await asked(vault, files)).map((answer) => [answer.upload, answer]));
  const failures = new Map<T, unknown>();
  await Promise.all(
    files.map((file) =>
      requireClean(vault, file, answers.get(file.upload)).catch((error: unknown) =>
        failures.set(file, error),
      ),
    ),
  );
  return failures;
}

async function asked(vault: OpenedVault, files: readonly Sent[]): Promise<readonly Answer[]> {
  for (let attempt = 1; ; attempt++) {
    const recipient = await scannerRecipient(vault);
    const uploads = await Promise.all(
      files.map(async ({ upload, sealed }) => ({
        upload,
        payload_hash: sealed.payloadHash,
        commitment: sealed.commitment,
        scanner_header: toBase64url(await headerNativelyFor(sealed.fileKey, recipient)),
      })),
    );
    try {
      return (await vaultApi.check(vault.id, uploads)).results;
    } catch (error) {
      const code = error instanceof WireError ? error.code : "";
      if (code === "busy" && attempt < BUSY_ATTEMPTS) await pause(BUSY_PAUSE_MS);
      else if (code !== "scanner_key_gone" || attempt >= SCAN_ATTEMPTS) throw error;
    }
  }
}

async function scannerRecipient({ certificates }: OpenedVault): Promise<string> {
  const { doc } = await vaultApi.scannerKey();
  return (await readScannerKey(certificates, fromDoc(doc), now())).recipient;
}

async function requireClean(vault: OpenedVault, { sealed }: Sent, answer: Answer | undefined): Promise<void> {
  if (answer === undefined) throw new IntegrityError("answer_invalid", "no verdict");
  if (answer.verdict === null) throw new WireError(503, answer.code ?? "failed", answer.message);
  const verdict = await readVerdict(vault.certificates, fromDoc(answer.verdict), {
    commitment: sealed.commitment,
    payload_hash: sealed.payloadHash,
  });
  // With the firm's setting it is kept, and waits to be released. Why it cannot be scanned only the server can say.
  if (verdict.result === "not_scannable" && answer.code === null) return;
  if (verdict.result === "not_scannable") throw new WireError(422, verdict.result, answer.message);
  if (verdict.result !== "clean") throw new RefusedError(verdict.result, `the file is ${verdict.result}`);
  vault.noteClean(verdict);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
