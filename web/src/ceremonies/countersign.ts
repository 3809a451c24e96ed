/** What a certifier's client does by itself at sign-in: vouch for keys that so far only an invitation vouches for. */

import type { Open } from "../keyring/keyring";
import { mayCertify } from "../seals/admission";
import type { Certificates, VerifiedCertificate } from "../seals/certificates";
import { fromDoc, hashOf, toDoc } from "../seals/documents";
import { certify } from "../seals/issue";
import { keysApi } from "../wire/keys_api";

/** Countersigns every provisional key this person may certify; gives their number. */
export async function countersign(
  { keys, session }: Open,
  certificates: Certificates,
  now: number,
): Promise<number> {
  const own = certificates.person(keys.kid);
  const { certificates: waiting } = await keysApi.provisional();
  let count = 0;
  for (const { doc } of waiting) {
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
