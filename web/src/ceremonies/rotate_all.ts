/**
 * New epochs for everything of the person's that is due: teams first, as their new keys make vaults due.
 *
 * Each is done by itself. What was done stays done, so a run that was stopped goes on where it was when it is called again.
 */

import type { Open } from "../keyring/keyring";
import type { Certificates } from "../seals/certificates";
import { SealError } from "../seals/errors";
import { OpenedVault } from "../vault/opened";
import { WireError } from "../wire/http";
import { type DueAnswer, keysApi } from "../wire/keys_api";
import { loadCertificates } from "./directory";
import { renewRecovery } from "./holders";

export interface Done {
  readonly rotated: readonly string[];
  /** What stays due, and why. */
  readonly failed: readonly { readonly id: string; readonly code: string }[];
}

/** Called after each team and vault. */
export type Progress = (done: Done) => void;

/** @throws WireError where the server cannot be reached; the reason of `signal`, when it is aborted. */
export async function rotateAll(
  open: Open,
  onProgress: Progress = () => undefined,
  signal?: AbortSignal,
): Promise<Done> {
  // Each team and vault brings what verifies it.
  const certificates = await loadCertificates(open, []);
  const { teams } = await keysApi.due(null);
  let done = await rotateEach(open, certificates, teams, onProgress, signal);
  for await (const vaults of dueVaults())
    done = await rotateEach(open, certificates, vaults, onProgress, signal, done);
  return done;
}

/** What `rotateAll` would do now. */
export async function countDue(): Promise<{ readonly teams: readonly string[]; readonly vaults: number }> {
  let vaults = 0;
  for await (const page of dueVaults()) vaults += page.length;
  return { teams: (await keysApi.due(null)).teams, vaults };
}

async function* dueVaults(): AsyncGenerator<readonly string[]> {
  let after: string | null = null;
  for (;;) {
    const { vaults, more }: DueAnswer = await keysApi.due(after);
    yield vaults;
    after = vaults.at(-1) ?? null;
    if (!more || after === null) return;
  }
}

/** One after the other, from where `done` is; one that fails stops no other. What is verified for one serves the next. */
export async function rotateEach(
  open: Open,
  certificates: Certificates,
  ids: readonly string[],
  onProgress: Progress = () => undefined,
  signal?: AbortSignal,
  before: Done = { rotated: [], failed: [] },
): Promise<Done> {
  let done = before;
  for (const id of ids) {
    signal?.throwIfAborted();
    const code = await rotate(open, id, certificates);
    done =
      code === null
        ? { ...done, rotated: [...done.rotated, id] }
        : { ...done, failed: [...done.failed, { id, code }] };
    onProgress(done);
  }
  return done;
}

/** The code of the error that one team or vault met. */
async function rotate(open: Open, id: string, certificates: Certificates): Promise<string | null> {
  try {
    const vault = await OpenedVault.load(open, id, certificates);
    await renewRecovery(vault);
    await vault.rotateIfDue();
    return null;
  } catch (error) {
    return failureOf(error);
  }
}

/** Why this one of many failed. @throws what is no fault of this one: the others would fail as well. */
export function failureOf(error: unknown): string {
  const isOfThisOne = error instanceof SealError || (error instanceof WireError && error.status !== 0);
  if (!isOfThisOne) throw error;
  return error.code;
}
