/** Sending a sealed file by tus 1.0, resumed where a lost line left off for as long as the page is open. */

import { Upload } from "tus-js-client";
import { send, uploadHeaders, WireError } from "../wire/http";

export interface Sending {
  /** Id of the finished upload. */
  readonly done: Promise<string>;
  abort(): void;
}

const CHUNK_BYTES = 16 << 20;
/** About ten minutes of trying again, then the person is asked. */
const RETRY_DELAYS_MS = [0, 500, 1000, 2000, 4000, ...Array<number>(60).fill(10_000)];

/**
 * `known`: where the server was taking it before; `onUrl` is told where it does now. `replaces`: the hash of the manifest
 * of what is sealed anew, whose bytes do not count against the limits then.
 */
export function startSending(
  vault: string,
  payload: Blob,
  onShare: (share: number) => void,
  known: string | null,
  onUrl: (url: string) => void,
  replaces?: string,
): Sending {
  let abort = (): void => undefined;
  const done = new Promise<string>((resolve, reject) => {
    const upload = new Upload(payload, {
      endpoint: "/api/uploads",
      chunkSize: CHUNK_BYTES,
      retryDelays: RETRY_DELAYS_MS,
      headers: uploadHeaders(),
      metadata: replaces === undefined ? { vault } : { vault, replaces },
      uploadDataDuringCreation: true,
      ...(known === null ? {} : { uploadUrl: known }),
      onUploadUrlAvailable: () => void (upload.url !== null && onUrl(upload.url)),
      storeFingerprintForResuming: false,
      removeFingerprintOnSuccess: false,
      onProgress: (sentBytes, totalBytes) => onShare(totalBytes === 0 ? 1 : sentBytes / totalBytes),
      onSuccess: () => resolve(idOf(upload.url)),
      onError: (error) => reject(wireError(error)),
      onShouldRetry: (error) => isPassing(wireError(error)),
    });
    abort = () => {
      void upload.abort(true).catch(() => undefined);
      reject(new WireError(0, "cancelled", ""));
    };
    upload.start();
  });
  return { done, abort: () => abort() };
}

/** What one request takes of small payloads, and how long one of them may be. */
export const MOST_SMALL = { files: 200, bytes: 8 << 20, payloadBytes: 1 << 20 } as const;

/** Sends many small payloads in one request: their ids. What is cut on the way is sent again. @throws WireError. */
export async function sendSmall(vault: string, payloads: readonly Blob[]): Promise<readonly string[]> {
  const headers = {
    "Tus-Resumable": "1.0.0",
    "Content-Type": "application/offset+octet-stream",
    "Upload-Metadata": `vault ${btoa(vault)}`,
    "Upload-Lengths": payloads.map(({ size }) => size).join(),
  };
  for (let attempt = 0; ; attempt++) {
    try {
      const body = new Blob([...payloads]);
      const { uploads } = await send<{ uploads: readonly string[] }>("/api/uploads/small", body, headers);
      if (uploads.length !== payloads.length) throw new WireError(500, "unexpected", "");
      return uploads;
    } catch (error) {
      const delay = RETRY_DELAYS_MS[attempt];
      const mayPass = error instanceof WireError && (isPassing(error) || error.code === "upload_cut");
      if (!mayPass || delay === undefined) throw error;
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }
}

function idOf(url: string | null): string {
  return url?.split("/").filter(Boolean).at(-1) ?? "";
}

/** No answer at all, or one that another try may change; room comes only when somebody makes some. */
function isPassing({ status, code }: WireError): boolean {
  if (code === "quota_exceeded") return false;
  return (
    status === 0 || status === 409 || status === 423 || status === 429 || (status >= 500 && status !== 507)
  );
}

interface Answered {
  readonly originalResponse?: { getStatus(): number; getBody(): string } | null;
}

function statusOf(error: Error): number {
  return (error as Answered).originalResponse?.getStatus() ?? 0;
}

function wireError(error: Error): WireError {
  const status = statusOf(error);
  try {
    const body = (error as Answered).originalResponse?.getBody() ?? "";
    const { code, message } = JSON.parse(body) as { code: string; message: string };
    return new WireError(status, code, message);
  } catch {
    return new WireError(status, status === 0 ? "offline" : "unexpected", "");
  }
}
