/**
 * Founders whose keys were lost get their own vaults back: an owner opens what recovery holds and puts the founder's new key
 * in the place of the old one (ADR 0035). The owner himself gets no line, and nothing else changes.
 */

import type { Open } from "../keyring/keyring";
import { PERSONS, type VerifiedCertificate } from "../seals/certificate";
import type { Certificates } from "../seals/certificates";
import { recipientOf } from "../seals/epochs";
import { must, RefusedError } from "../seals/errors";
import type { HolderKeys } from "../seals/keys";
import { founderLine, mayReadmit } from "../seals/readmission";
import { OpenedVault } from "../vault/opened";
import { fromWire } from "../wire/codec";
import { WireError } from "../wire/http";
import { keysApi, type LostVault, type LostVaultPage } from "../wire/keys_api";
import { vaultApi } from "../wire/vault_api";
import { rosterAppend } from "./holders";
import { type Done, failureOf } from "./rotate_all";

const ATTEMPTS = 5;

/** A founder with the key that counts for him now, and his vaults. The name is the server's word. */
export interface Founder {
  readonly id: string;
  readonly name: string;
  readonly key: VerifiedCertificate;
  readonly vaults: readonly LostVault[];
}

/** By founder; without those for whom no key in force is shown. @throws WireError. */
export async function lostFounders(certificates: Certificates): Promise<readonly Founder[]> {
  const found = new Map<string, Founder>();
  for await (const vault of lostVaults()) {
    const { id, name } = vault.founder;
    const key = presentKey(certificates, id);
    if (key !== null) found.set(id, { id, name, key, vaults: [...(found.get(id)?.vaults ?? []), vault] });
  }
  return [...found.values()];
}

async function* lostVaults(): AsyncGenerator<LostVault> {
  let after: string | null = null;
  for (;;) {
    const { vaults, more }: LostVaultPage = await keysApi.lostVaults(after);
    yield* vaults;
    after = vaults.at(-1)?.id ?? null;
    if (!more || after === null) return;
  }
}

function presentKey(certificates: Certificates, subject: string): VerifiedCertificate | null {
  const isHis = (one: VerifiedCertificate) => one.subject === subject && PERSONS.includes(one.kind);
  return certificates.all().find((one) => isHis(one) && certificates.inForce(one.kid)) ?? null;
}

/** @throws RefusedError (`needs_recovery`) unless the seed is that of the firm's recovery in force. */
export function requireRecovery(certificates: Certificates, { kid }: HolderKeys): void {
  const isOurs = certificates.of(kid)?.kind === "recovery" && certificates.inForce(kid);
  if (!isOurs) throw new RefusedError("needs_recovery", "not the seed of the firm's recovery");
}

/**
 * `done.rotated` are the vaults that the founder has back. Each is done by itself. @throws as `requireRecovery`; WireError
 * where the server cannot be reached.
 */
export async function readmit(
  open: Open,
  certificates: Certificates,
  recovery: HolderKeys,
  { key, vaults }: Founder,
): Promise<Done> {
  requireRecovery(certificates, recovery);
  let done: Done = { rotated: [], failed: [] };
  for (const vault of vaults) {
    try {
      await giveBack(open, certificates, recovery, key, vault);
      done = { ...done, rotated: [...done.rotated, vault.id] };
    } catch (error) {
      done = { ...done, failed: [...done.failed, { id: vault.id, code: failureOf(error) }] };
    }
  }
  return done;
}

async function giveBack(
  open: Open,
  certificates: Certificates,
  recovery: HolderKeys,
  key: VerifiedCertificate,
  { id, wraps }: LostVault,
): Promise<void> {
  const holder = { key: recovery.kid, identity: async () => recovery.identity };
  const held = wraps
    .filter((wrap) => wrap.key === recovery.kid)
    .map(({ epoch, age }) => ({ epoch, age: fromWire(age), holder }));
  const vault = await OpenedVault.load(open, id, certificates, held);
  for (let attempt = 1; ; attempt++) {
    try {
      await vaultApi.append(id, await returnOf(vault, key));
      return;
    } catch (error) {
      if (!(error instanceof WireError) || error.code !== "stale" || attempt === ATTEMPTS) throw error;
    }
    await vault.refresh();
  }
}

/** The next roster, with the founder's key in his line: of the person whose key was shown, and of nobody else. */
async function returnOf(vault: OpenedVault, certificate: VerifiedCertificate) {
  const { chain, certificates, open } = vault;
  const lines = chain.roster?.holders ?? [];
  const founder = founderLine({ holders: lines });
  must(founder?.subject === certificate.subject, "record_shape", "the vault is somebody else's");
  const owner = certificates.person(open.keys.kid);
  const isOpen = mayReadmit(owner, { holders: lines }, chain.kind, certificates, vault.present());
  if (!isOpen)
    throw new RefusedError("not_allowed", "the founder's key is in force, or recovery holds nothing");
  const { kid } = certificate;
  const newcomer = recipientOf({ key: kid, certificate });
  const next = lines.map((line) => (line === founder ? { ...line, key: kid } : line));
  return rosterAppend(vault, next, [newcomer]);
}
