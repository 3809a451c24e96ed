/** What a certifier's client does by itself at sign-in: vouch for keys that so far only an invitation vouches for. */

import type { Open } from "../keyring/keyring";
import { mayCertify } from "../seals/admission";
import { CERTIFICATE } from "../seals/certificate";
import type { Certificates, VerifiedCertificate } from "../seals/certificates";
import { type Doc, fromDoc, hashOf, read, toDoc } from "../seals/documents";
import { certify } from "../seals/issue";
import { MOST_ABOUT } from "../wire/directory";
import { keysApi } from "../wire/keys_api";
import { loadCertificates } from "./directory";

/**
 * Countersigns every provisional key this person may certify; gives their number. Verified is what leads to those keys;
 * where none waits, as mostly, nothing is asked for. @throws IntegrityError, WireError.
 */
export async function countersign(open: Open, now: number): Promise<number> {
  const { certificates } = await keysApi.provisional();
  const waiting = certificates.map(({ doc }) => ({ doc, whose: subjectOf(doc) }));
  const people = [...new Set(waiting.map(({ whose }) => whose))];
  let count = 0;
  for (let at = 0; at < people.length; at += MOST_ABOUT) {
    const some = people.slice(at, at + MOST_ABOUT);
    const theirs = waiting.filter(({ whose }) => some.includes(whose)).map(({ doc }) => doc);
    count += await vouchForSome(open, await loadCertificates(open, some), theirs, now);
  }
  return count;
}

/** Whom the document claims to certify: enough to ask for what verifies it. */
function subjectOf(doc: Doc): string {
  return read(CERTIFICATE, fromDoc(doc).bytes).subject;
}

async function vouchForSome(
  { keys, session }: Open,
  certificates: Certificates,
  waiting: readonly Doc[],
  now: number,
): Promise<number> {
  const own = certificates.person(keys.kid);
  let count = 0;
  for (const doc of waiting) {
    const certificate = certificates.byCertificateHash(hashOf(fromDoc(doc).bytes));
    if (
      certificate === null ||
      !mayCertify(own, certificate) ||
      !certificates.isProvisional(certificate.kid) ||
      // What fell with its issuer, or was taken back, is nobody's to vouch for by itself.
      !certificates.inForce(certificate.kid)
    )
      continue;
    await vouchFor({ keys, session }, certificates, certificate, now);
    count += 1;
  }
  return count;
}

/** Another certificate for a key that was certified by an invitation only. @throws WireError. */
export async function vouchFor(
  { keys, session }: Pick<Open, "keys" | "session">,
  certificates: Certificates,
  certificate: VerifiedCertificate,
  now: number,
): Promise<void> {
  const own = certificates.person(keys.kid);
  const { kind, subject, signing_key: signingKey, recipient, generation, office } = certificate;
  const whose = { kind, subject, signingKey, recipient } as const;
  const made = await certify(session.firm.id, whose, keys, own.hash, now, { generation, office });
  await keysApi.addCertificate(toDoc(made));
}
