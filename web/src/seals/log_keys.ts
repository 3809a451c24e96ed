/**
 * The key of a firm's log as its owner certified it (docs/formats.md 11): a certificate of kind `service` whose subject
 * says that it is the log's.
 */

import { fromBase64url, toBase64url } from "../crypto/base64";
import { utf8 } from "../crypto/bytes";
import type { Certificates } from "./certificates";
import { hashOf } from "./documents";

const LABEL = "siegel-log-key@v1\n";
const ID_SIZE = 16;

/** The public keys of a firm's log, b64: those in force, and those that were taken back. */
export interface LogKeys {
  readonly certified: readonly string[];
  readonly revoked: readonly string[];
}

/** The subject of the certificates of a firm's log keys. */
export function logSubject(firm: string): string {
  return toBase64url(fromBase64url(hashOf(utf8(LABEL + firm))).subarray(0, ID_SIZE));
}

export function logKeys(certificates: Certificates, firm: string): LogKeys {
  const subject = logSubject(firm);
  const known = certificates.all().filter((one) => one.kind === "service" && one.subject === subject);
  const named = (kids: typeof known): string[] => [
    ...new Set(kids.flatMap(({ signing_key }) => signing_key ?? [])),
  ];
  return {
    certified: named(known.filter(({ kid }) => certificates.inForce(kid))),
    revoked: named(known.filter(({ kid }) => certificates.revocationOf(kid) !== null)),
  };
}
