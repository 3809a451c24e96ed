/** From the wire to the seals and back. */

import { toBase64url } from "../crypto/base64";
import type { Bytes } from "../crypto/bytes";
import type { AcceptedCertificate } from "../seals/certificates";
import type { Entry } from "../seals/chain";
import { fromDoc, type Signed, toDoc } from "../seals/documents";
import type { Wrap } from "../seals/epochs";
import { unb64 } from "../seals/fields";
import type { Append, CertificateAnswer, EntryAnswer, RowAnswer } from "./api";

/** @throws IntegrityError (`not_base64`) for text that is not canonical b64. */
export function fromWire(text: string): Bytes {
  return unb64(text);
}

export function acceptedCertificate(answer: CertificateAnswer): AcceptedCertificate {
  return { signed: fromDoc(answer.doc), acceptedAt: answer.accepted_at, logIndex: answer.log_index };
}

export function entryOf(answer: EntryAnswer): Entry {
  const { record, roster, epoch, previous_seed, manifests } = answer;
  return {
    record: fromDoc(record),
    ...(roster ? { roster: fromDoc(roster) } : {}),
    ...(epoch ? { epoch: fromDoc(epoch) } : {}),
    ...(previous_seed ? { previousSeed: fromWire(previous_seed) } : {}),
    ...(manifests ? { manifests: manifests.map(fromDoc) } : {}),
    acceptedAt: answer.accepted_at,
    logIndex: answer.log_index,
  };
}

interface AppendParts {
  readonly record: Signed;
  readonly roster?: Signed;
  readonly epoch?: Signed;
  readonly previousSeed?: Bytes;
  readonly wraps?: readonly Wrap[];
  readonly rows?: readonly { readonly node: string; readonly version: number; readonly row: Bytes }[];
}

export function appendOf({ record, roster, epoch, previousSeed, wraps, rows }: AppendParts): Append {
  return {
    record: toDoc(record),
    ...(roster ? { roster: toDoc(roster) } : {}),
    ...(epoch ? { epoch: toDoc(epoch) } : {}),
    ...(previousSeed ? { previous_seed: toBase64url(previousSeed) } : {}),
    ...(wraps ? { wraps: wraps.map(({ key, age }) => ({ key, age: toBase64url(age) })) } : {}),
    ...(rows ? { rows: rows.map(rowAnswer) } : {}),
  };
}

function rowAnswer({ node, version, row }: { node: string; version: number; row: Bytes }): RowAnswer {
  return { node, version, row: toBase64url(row) };
}
