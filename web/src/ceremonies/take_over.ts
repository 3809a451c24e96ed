/**
 * An owner who stands in no roster takes his place in all of them: the firm's recovery seed opens what is sealed to it
 * (ADR 0016). What was done stays done, so a run that was stopped goes on when it is called again.
 */

import type { Open } from "../keyring/keyring";
import type { Certificates } from "../seals/certificates";
import type { RosterHolder } from "../seals/documents";
import { must } from "../seals/errors";
import type { HolderKeys } from "../seals/keys";
import { OpenedVault } from "../vault/opened";
import { fromWire } from "../wire/codec";
import { WireError } from "../wire/http";
import { keysApi, type RecoverableChain, type RecoverablePage } from "../wire/keys_api";
import { vaultApi } from "../wire/vault_api";
import { loadCertificates } from "./directory";
import { rosterAppend } from "./holders";
import { lostFounders, readmit, requireRecovery } from "./readmit";
import { type Done, failureOf, type Progress } from "./rotate_all";

const ATTEMPTS = 5;

/**
 * `done.rotated` are the teams and vaults that the owner has come into, his own ones too; those he stands in already are
 * passed over, and for what is due there `rotateAll` follows. @throws RefusedError (`needs_recovery`) when the seed is not that of the firm's
 * recovery in force; WireError where the server cannot be reached; the reason of `signal`.
 */
export async function takeOver(
  open: Open,
  recovery: HolderKeys,
  onProgress: Progress = () => undefined,
  signal?: AbortSignal,
): Promise<Done> {
  const certificates = await loadCertificates(open);
  requireRecovery(certificates, recovery);
  let done: Done = { rotated: [], failed: [] };
  for await (const chain of recoverable()) {
    signal?.throwIfAborted();
    if (chain.held) continue;
    const code = await comeInto(open, certificates, recovery, chain);
    done =
      code === null
        ? { ...done, rotated: [...done.rotated, chain.id] }
        : { ...done, failed: [...done.failed, { id: chain.id, code }] };
    onProgress(done);
  }
  const own = await ownBack(open, certificates, recovery);
  return { rotated: [...done.rotated, ...own.rotated], failed: [...done.failed, ...own.failed] };
}

/** His own vaults, as far as recovery holds them; those of others he gives back where he is shown whose they are. */
async function ownBack(open: Open, certificates: Certificates, recovery: HolderKeys): Promise<Done> {
  const self = (await lostFounders(certificates)).find(({ id }) => id === open.session.person.id);
  return self === undefined ? { rotated: [], failed: [] } : readmit(open, certificates, recovery, self);
}

async function* recoverable(): AsyncGenerator<RecoverableChain> {
  let after: string | null = null;
  for (;;) {
    const { chains, more }: RecoverablePage = await keysApi.recoverable(after);
    yield* chains;
    after = chains.at(-1)?.id ?? null;
    if (!more || after === null) return;
  }
}

/** The code of the error that one team or vault met. */
async function comeInto(
  open: Open,
  certificates: Certificates,
  recovery: HolderKeys,
  { id, vault_kind, wraps }: RecoverableChain,
): Promise<string | null> {
  const holder = { key: recovery.kid, identity: async () => recovery.identity };
  const held = wraps
    .filter(({ key }) => key === recovery.kid)
    .map(({ epoch, age }) => ({ epoch, age: fromWire(age), holder }));
  try {
    const vault = await OpenedVault.load(open, id, certificates, held);
    must(vault.chain.kind === vault_kind, "record_shape", "the chain is not what it is listed as");
    await admitSelf(vault);
    await vault.rotateIfDue();
    return null;
  } catch (error) {
    return failureOf(error);
  }
}

/** Before a new epoch, as the present seed can be handed on; nobody but the owner himself gets it. */
async function admitSelf(vault: OpenedVault): Promise<void> {
  const { kid: key, recipient } = vault.open.keys;
  for (let attempt = 1; ; attempt++) {
    const append = await rosterAppend(vault, linesWithSelf(vault), [{ key, recipient }]);
    try {
      await vaultApi.append(vault.id, append);
      break;
    } catch (error) {
      if (!(error instanceof WireError) || error.code !== "stale" || attempt === ATTEMPTS) throw error;
    }
    await vault.refresh();
  }
  await vault.refresh();
}

/** The present lines, with the owner himself, and without owners whose key counts no more. */
function linesWithSelf({ chain, certificates, open }: OpenedVault): readonly RosterHolder[] {
  const { kid: key } = open.keys;
  const { subject } = certificates.person(key);
  const isGone = (line: RosterHolder): boolean => {
    const known = certificates.of(line.key);
    return line.subject === subject || (known?.kind === "owner" && !certificates.inForce(known.kid));
  };
  const kept = (chain.roster?.holders ?? []).filter((line) => !isGone(line));
  return [...kept, { key, rights: "manage", subject, until: null }];
}
