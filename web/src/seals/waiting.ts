/** A vault that waits for an invited person, who has not replayed its chain yet (docs/formats.md, section 5). */

import type { Certificates, VerifiedCertificate } from "./certificates";
import { EPOCH, type Epoch, type Kind, ROSTER, read, type Signed, verifySigned } from "./documents";
import { must } from "./errors";

/**
 * The vault's current epoch. Rosters are staff's; epochs anybody's who may write, also a client's.
 * @throws IntegrityError (`record_author`, `record_documents`, `signature_invalid`, `roster_holder`).
 */
export async function waitingEpoch(
  certificates: Certificates,
  invitation: VerifiedCertificate,
  vault: string,
  { roster, epoch }: { readonly roster: Signed; readonly epoch: Signed },
): Promise<Epoch> {
  const place = { firm: invitation.firm, vault };
  const { author, holders } = await readAuthored(certificates, ROSTER, roster, place);
  must(certificates.person(author).kind !== "client", "record_author", "a roster by a client");
  const current = await readAuthored(certificates, EPOCH, epoch, place);
  const isHeld = holders.some(({ key, subject }) => key === invitation.kid && subject === invitation.subject);
  const isNamed = invitation.vaults.includes(vault);
  must(isHeld && isNamed, "roster_holder", "the invitation does not belong to this vault");
  return current;
}

interface Placed {
  readonly firm: string;
  readonly vault: string;
}

async function readAuthored<T extends Placed & { readonly author: string }>(
  certificates: Certificates,
  kind: Kind<T>,
  signed: Signed,
  { firm, vault }: Placed,
): Promise<T> {
  const document = read(kind, signed.bytes);
  const { signing_key } = certificates.person(document.author);
  const isOurs = document.firm === firm && document.vault === vault;
  must(isOurs, "record_documents", "a document of another vault");
  await verifySigned(kind, signed, signing_key);
  return document;
}
