/** What a certifier's client does by itself at sign-in: vouch for keys that so far only an invitation vouches for. */

import type { Open } from "../keyring/keyring";
import type { Certificates } from "../seals/certificates";
import { fromDoc, hashOf, toDoc } from "../seals/documents";
import { api } from "../wire/api";
import { certify } from "../seals/issue";

/** Countersigns every provisional key this person may certify; gives their number. */
export async function countersign(
  { keys, session }: Open,
  certificates: Certificates,
  now: number,
): Promise<number> {
  const own = certificates.person(keys.kid);
  const { certificates: waiting } = await api.provisional();
  let count = 0;
  for (const { doc } of waiting) {
    const certificate = certificates.byCertificateHash(hashOf(fromDoc(doc).bytes));
    if (
      certificate === null ||
      !own.certifies.includes(certificate.kind) ||
      !certificates.isProvisional(certificate.kid)
    )
      continue;
    const { kind, subject, signing_key: signingKey, recipient, generation } = certificate;
    const made = await certify(
      session.firm.id,
      { kind, subject, signingKey, recipient },
      keys,
      own.hash,
      now,
      { generation },
    );
    await api.addCertificate(toDoc(made));
    count += 1;
  }
  return count;
}
