/** The owner certifies the key of a machine that the server shows: the virus scanner's, the server's own, or the log's. */

import { fromBase64url } from "../crypto/base64";
import type { Open } from "../keyring/keyring";
import type { VerifiedCertificate } from "../seals/certificate";
import type { Certificates } from "../seals/certificates";
import { toDoc } from "../seals/documents";
import { must, RefusedError } from "../seals/errors";
import { newId } from "../seals/ids";
import { certify } from "../seals/issue";
import { keyId } from "../seals/keys";
import { logSubject } from "../seals/log_keys";
import { keysApi } from "../wire/keys_api";

export type MachineKind = "scanner" | "service" | "log";

/** The key id of what the server shows. @throws Error for text that is no base64url. */
export function machineKid(signingKey: string): string {
  return keyId(fromBase64url(signingKey), null);
}

/** The key as it was certified. @throws IntegrityError (`certificate_conflict`) if it is not such a machine's. */
export function machineOf(certificates: Certificates, kind: MachineKind, kid: string): VerifiedCertificate {
  const found = certificates.of(kid);
  must(
    found !== null && found.kind === kindOf(kind) && isLogs(found, certificates.firm) === (kind === "log"),
    "certificate_conflict",
    "the page shows another key than the machine's",
  );
  return found;
}

/** The log's key is certified as a service whose subject says so. */
function kindOf(kind: MachineKind): "scanner" | "service" {
  return kind === "log" ? "service" : kind;
}

function isLogs({ subject }: VerifiedCertificate, firm: string): boolean {
  return subject === logSubject(firm);
}

/**
 * A certificate for the key. One that fell with its issuer is certified as what it was.
 * @throws RefusedError (`not_allowed`) for a key that was taken back; IntegrityError (`certificate_conflict`); WireError.
 */
export async function certifyMachine(
  { keys, session }: Open,
  certificates: Certificates,
  kind: MachineKind,
  signingKey: string,
  now: number,
): Promise<void> {
  const kid = machineKid(signingKey);
  if (certificates.revocationOf(kid) !== null)
    throw new RefusedError("not_allowed", "the key was taken back for ever");
  const known = certificates.of(kid) === null ? null : machineOf(certificates, kind, kid);
  const own = certificates.person(keys.kid);
  const subject = kind === "log" ? logSubject(session.firm.id) : (known?.subject ?? newId());
  const whose = { kind: kindOf(kind), subject, signingKey, recipient: null };
  await keysApi.addCertificate(toDoc(await certify(session.firm.id, whose, keys, own.hash, now)));
}
