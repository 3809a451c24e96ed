/**
 * From the Notfallblatt: whoever has the firm's root makes himself an owner, or gives an owner who lost his key another one
 * (ADR 0017); where the root is lost, recovery makes a new one first (ADR 0031). The seeds stay in this browser; the server
 * sees what they sign.
 */

import { randomBytes } from "../crypto/bytes";
import { keepOpen, type Open } from "../keyring/keyring";
import { CERTIFICATE, type VerifiedCertificate } from "../seals/certificate";
import { Certificates } from "../seals/certificates";
import { type Doc, fromDoc, hashOf, LOGIN, read, signDocument, toDoc } from "../seals/documents";
import { must, RefusedError, UnlockError } from "../seals/errors";
import { newId } from "../seals/ids";
import { certify } from "../seals/issue";
import { type HolderKeys, holderKeys, type SigningKeys } from "../seals/keys";
import { REVOCATION } from "../seals/revocations";
import { addDirectory } from "../wire/codec";
import { type EmergencyAnswer, keysApi } from "../wire/keys_api";
import { type RootChange, signedChange } from "./change_root";
import { newCredential } from "./credential";

/** What is left of the sheet. `pin`: fingerprint of the root, or of an earlier one, that its holder knows from paper. */
export interface Shown {
  readonly root: SigningKeys | null;
  readonly recovery: HolderKeys;
  readonly pin: string;
}

/** The root that takes the lost one's place; `compromisedSince` as in a change of root. */
export interface NextRoot {
  readonly keys: SigningKeys;
  readonly compromisedSince: number | null;
}

/** What the server told whoever has the sheet, verified up to the sheet's own root. */
export interface Emergency {
  readonly sheet: Shown;
  readonly answer: EmergencyAnswer;
  readonly certificates: Certificates;
}

export interface NewOwner {
  /** Whose key is replaced; null for somebody who is not known yet. */
  readonly owner: EmergencyAnswer["owners"][number] | null;
  /** Of somebody new. */
  readonly name: string;
  readonly username: string;
  /** Ids of owners whose keys are taken back besides: who died or left. */
  readonly gone: readonly string[];
}

/** @throws IntegrityError (`certificate_…`; `certificate_root` for the sheet of another firm), WireError (401). */
export async function showSheet(slug: string, sheet: Shown, now: number): Promise<Emergency> {
  const answer = await keysApi.openEmergency(slug, await sheetLogin(slug, sheet, now));
  requireInOrder(sheet, answer);
  const certificates = await Certificates.verify(answer.firm.id, sheet.pin, []);
  await addDirectory(certificates, answer);
  // Without the pinned one among them any root would do, and a server could make one up.
  const isPinned = certificates.roots.some(({ kid }) => kid === sheet.pin);
  must(isPinned, "certificate_root", "the firm has no such root");
  const { kid } = sheet.recovery;
  const isWhole = certificates.of(kid)?.kind === "recovery" && certificates.inForce(kid);
  if (!isWhole) throw new UnlockError("sheet_invalid", "the second key is not the firm's recovery");
  return { sheet, answer, certificates };
}

/** @throws UnlockError (`sheet_invalid`) for recovery in the root's field: both open the door, but only one certifies. */
function requireInOrder({ root }: Shown, { certificates }: EmergencyAnswer): void {
  const claimed = certificates.map(({ doc }) => read(CERTIFICATE, fromDoc(doc).bytes));
  if (claimed.some(({ kind, signing_key }) => kind === "recovery" && signing_key === root?.signingKey))
    throw new UnlockError("sheet_invalid", "the second key was typed as the first");
}

async function sheetLogin(slug: string, { root, recovery }: Shown, now: number): Promise<Doc> {
  const { firm, nonce } = await keysApi.emergencyChallenge(slug);
  const fields = { firm, nonce, origin: location.origin, subject: firm, time: now };
  return toDoc(await signDocument(LOGIN, fields, (root ?? recovery).signing));
}

/** Makes the new key, and signs its person in. @throws IntegrityError (`session_differs`, …), WireError. */
export async function becomeOwner(
  { sheet, answer: { firm }, certificates }: Emergency,
  { owner, name, username, gone }: NewOwner,
  password: string,
  now: number,
  next: NextRoot | null = null,
): Promise<Open> {
  const root = next?.keys ?? sheet.root;
  if (root === null) throw new RefusedError("needs_root", "without a root nobody becomes an owner");
  const person = owner?.id ?? newId();
  const own = ownersKeys(certificates, [person]);
  const generation = 1 + Math.max(0, ...own.map((key) => key.generation));
  const seed = randomBytes(32);
  const change = next === null ? null : await changeBy(sheet, certificates, next, [person, ...gone], now);
  const issuer = change === null ? certificates.of(root.kid) : null;
  const issued = change === null ? issuer?.hash : hashOf(fromDoc(change.root).bytes);
  const isRoot = issued !== undefined && (issuer === null || issuer.kind === "root");
  must(isRoot, "certificate_root", "the sheet's root is not the firm's");
  const subject = { kind: "owner", subject: person, ...(await holderKeys(seed)) } as const;
  const certificate = await certify(firm.id, subject, root, issued, now, { generation });
  const taken = ownersKeys(certificates, [person, ...gone]).filter(
    // a key that has fallen, too: the next one counts only behind the place where it was taken back
    ({ kid }) => certificates.revocationOf(kid) === null,
  );
  const revocations = await Promise.all(taken.map((old) => revocationBy(root, firm.id, old, person)));
  const unlocked = { seed, person, generation, root: root.kid };
  const who = owner ?? { name, username };
  const credential = await newCredential(firm.id, who.username, password, unlocked);
  const session = await keysApi.recoverOwner({
    firm: firm.slug,
    login: await sheetLogin(firm.slug, sheet, now),
    person,
    name: who.name,
    username: who.username,
    certificate: toDoc(certificate),
    revocations,
    root: change,
    ...credential,
  });
  return keepOpen(session, firm.id, unlocked);
}

function changeBy(
  { recovery }: Shown,
  certificates: Certificates,
  { keys, compromisedSince }: NextRoot,
  gone: readonly string[],
  now: number,
): Promise<RootChange> {
  const reason = compromisedSince === null ? "lost" : "compromised";
  const plan = { by: recovery, reason, compromisedSince } as const;
  return signedChange(certificates.firm, certificates, plan, keys, now, gone);
}

/** One certificate for each of their keys. */
function ownersKeys(certificates: Certificates, people: readonly string[]): readonly VerifiedCertificate[] {
  const theirs = certificates
    .all()
    .filter(({ kind, subject }) => kind === "owner" && people.includes(subject));
  return [...new Map(theirs.map((certificate) => [certificate.kid, certificate])).values()];
}

async function revocationBy(
  root: SigningKeys,
  firm: string,
  { hash, subject }: VerifiedCertificate,
  person: string,
): Promise<Doc> {
  const reason = subject === person ? "lost" : "left";
  const fields = { author: root.kid, certificate: hash, compromised_since: null, firm, reason } as const;
  return toDoc(await signDocument(REVOCATION, fields, root.signing));
}
