/** The owner's set-up: root, recovery and owner are made here, in the browser, and nowhere else. */

import { type Bytes, randomBytes } from "../crypto/bytes";
import { keepOpen, type Open } from "../keyring/keyring";
import { toDoc } from "../seals/documents";
import { newId } from "../seals/ids";
import { certificateHash, certify, type Subject } from "../seals/issue";
import type { KeyFile } from "../seals/keyfile";
import { type HolderKeys, holderKeys, type SigningKeys, signingKeys } from "../seals/keys";
import { logSubject } from "../seals/log_keys";
import type { FirmAnswer } from "../wire/api";
import { keysApi } from "../wire/keys_api";
import { newCredential } from "./credential";

/** The three seeds of a new firm and what follows from them. Held in memory until the set-up is done. */
export interface NewFirm {
  readonly token: string;
  readonly firm: FirmAnswer;
  readonly scannerKey: string;
  readonly serviceKey: string;
  /** Null where nobody signs the log now; an owner certifies its key later. */
  readonly logKey: string | null;
  readonly person: string;
  readonly rootSeed: Bytes;
  readonly recoverySeed: Bytes;
  readonly ownerSeed: Bytes;
  readonly root: SigningKeys;
  readonly recovery: HolderKeys;
  readonly owner: HolderKeys;
}

/** Checks the one-time link and makes the seeds. @throws WireError when the link is used up or expired. */
export async function beginFirm(token: string): Promise<NewFirm> {
  const { firm, scanner_key, service_key, log_key } = await keysApi.openSetUp(token);
  const [rootSeed, recoverySeed, ownerSeed] = [randomBytes(32), randomBytes(32), randomBytes(32)];
  return {
    token,
    firm,
    scannerKey: scanner_key,
    serviceKey: service_key,
    logKey: log_key,
    person: newId(),
    rootSeed,
    recoverySeed,
    ownerSeed,
    root: await signingKeys(rootSeed),
    recovery: await holderKeys(recoverySeed),
    owner: await holderKeys(ownerSeed),
  };
}

/** The file of the set-up: the owner's key, with root and recovery beside it. */
export function setUpFile(made: NewFirm, username: string): KeyFile {
  const { rootSeed, recoverySeed } = made;
  return { ...ownerFile(made, username), rootSeed, recoverySeed };
}

/** The owner's daily key file: his own seed only. */
export function ownerFile(made: NewFirm, username: string): KeyFile {
  const { firm, person, root, ownerSeed } = made;
  return { firm: firm.id, slug: firm.slug, person, username, generation: 1, root: root.kid, seed: ownerSeed };
}

interface OwnerEntries {
  readonly name: string;
  readonly username: string;
  readonly firmName: string;
  readonly firmPlace: string;
  readonly password: string;
}

/** Founds the firm on the server and signs the owner in. @throws as `keepOpen`, WireError. */
export async function foundFirm(made: NewFirm, entries: OwnerEntries, now: number): Promise<Open> {
  const { firm, person, ownerSeed } = made;
  const certificates = await firstCertificates(made, now);
  const unlocked = { seed: ownerSeed, person, generation: 1, root: made.root.kid };
  const { credential, unlock } = await newCredential(firm.id, entries.username, entries.password, unlocked);
  const session = await keysApi.setUp({
    token: made.token,
    name: entries.name,
    username: entries.username,
    firm_name: entries.firmName,
    firm_place: entries.firmPlace,
    person,
    certificates: certificates.map(toDoc),
    credential,
    unlock,
  });
  return keepOpen(session, firm.id, unlocked);
}

async function firstCertificates(
  { firm, person, root, recovery, owner, scannerKey, serviceKey, logKey }: NewFirm,
  now: number,
) {
  const signs = (signingKey: string) => ({ signingKey, recipient: null });
  const rootCertificate = await certify(
    firm.id,
    { kind: "root", subject: firm.id, ...signs(root.signingKey) },
    root,
    null,
    now,
  );
  const byRoot = certificateHash(rootCertificate);
  const recoveryCertificate = await certify(
    firm.id,
    { kind: "recovery", subject: firm.id, ...recovery },
    root,
    byRoot,
    now,
  );
  const ownerCertificate = await certify(
    firm.id,
    { kind: "owner", subject: person, ...owner },
    root,
    byRoot,
    now,
  );
  const byOwner = certificateHash(ownerCertificate);
  const machines: Subject[] = [
    { kind: "scanner", subject: newId(), ...signs(scannerKey) },
    { kind: "service", subject: newId(), ...signs(serviceKey) },
  ];
  if (logKey !== null) machines.push({ kind: "service", subject: logSubject(firm.id), ...signs(logKey) });
  const certified = await Promise.all(
    machines.map((machine) => certify(firm.id, machine, owner, byOwner, now)),
  );
  return [rootCertificate, recoveryCertificate, ownerCertificate, ...certified];
}
