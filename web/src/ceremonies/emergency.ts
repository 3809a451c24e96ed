/**
 * From the Notfallblatt: whoever has the firm's root makes himself an owner, or gives an owner who lost his key another one
 * (ADR 0017). The seeds stay in this browser; the server sees what they sign.
 */

import { randomBytes } from "../crypto/bytes";
import { keepOpen, type Open } from "../keyring/keyring";
import type { VerifiedCertificate } from "../seals/certificate";
import { Certificates } from "../seals/certificates";
import { type Doc, LOGIN, signDocument, toDoc } from "../seals/documents";
import { must, UnlockError } from "../seals/errors";
import { newId } from "../seals/ids";
import { certify } from "../seals/issue";
import { holderKeys, type SigningKeys } from "../seals/keys";
import { REVOCATION } from "../seals/revocations";
import { addDirectory } from "../wire/codec";
import { type EmergencyAnswer, keysApi } from "../wire/keys_api";
import { newCredential } from "./credential";
import type { Sheet } from "./sheet";

/** What the server told whoever has the sheet, verified up to the sheet's own root. */
export interface Emergency {
  readonly sheet: Sheet;
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
export async function showSheet(slug: string, sheet: Sheet, now: number): Promise<Emergency> {
  const answer = await keysApi.openEmergency(slug, await rootLogin(slug, sheet, now));
  const certificates = await Certificates.verify(answer.firm.id, sheet.root.kid, []);
  await addDirectory(certificates, answer);
  const isWhole = certificates.of(sheet.recovery.kid)?.kind === "recovery";
  if (!isWhole) throw new UnlockError("sheet_invalid", "the second key is not the firm's recovery");
  return { sheet, answer, certificates };
}

async function rootLogin(slug: string, { root }: Sheet, now: number): Promise<Doc> {
  const { firm, nonce } = await keysApi.emergencyChallenge(slug);
  const fields = { firm, nonce, origin: location.origin, subject: firm, time: now };
  return toDoc(await signDocument(LOGIN, fields, root.signing));
}

/** Makes the new key, and signs its person in. @throws IntegrityError (`session_differs`, …), WireError. */
export async function becomeOwner(
  { sheet, answer: { firm }, certificates }: Emergency,
  { owner, name, username, gone }: NewOwner,
  password: string,
  now: number,
): Promise<Open> {
  const { root } = sheet;
  const person = owner?.id ?? newId();
  const own = ownersKeys(certificates, [person]);
  const generation = 1 + Math.max(0, ...own.map((key) => key.generation));
  const seed = randomBytes(32);
  const issuer = certificates.of(root.kid);
  must(issuer?.kind === "root", "certificate_root", "the sheet's root is not the firm's");
  const subject = { kind: "owner", subject: person, ...(await holderKeys(seed)) } as const;
  const certificate = await certify(firm.id, subject, root, issuer.hash, now, { generation });
  const taken = ownersKeys(certificates, [person, ...gone]).filter(({ kid }) => certificates.inForce(kid));
  const revocations = await Promise.all(taken.map((old) => revocationBy(root, firm.id, old, person)));
  const unlocked = { seed, person, generation, root: root.kid };
  const who = owner ?? { name, username };
  const credential = await newCredential(firm.id, who.username, password, unlocked);
  const session = await keysApi.recoverOwner({
    firm: firm.slug,
    login: await rootLogin(firm.slug, sheet, now),
    person,
    name: who.name,
    username: who.username,
    certificate: toDoc(certificate),
    revocations,
    ...credential,
  });
  return keepOpen(session, firm.id, unlocked);
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
