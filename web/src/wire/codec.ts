/** From the wire to the seals and back. */

import { toBase64url } from "../crypto/base64";
import type { Bytes } from "../crypto/bytes";
import type { Certificates } from "../seals/certificates";
import { type Accepted, fromDoc, type Signed, toDoc } from "../seals/documents";
import type { Entry } from "../seals/entries";
import type { Wrap } from "../seals/epochs";
import type { AcceptedEvent } from "../seals/events";
import { unb64 } from "../seals/fields";
import { addTeams } from "../seals/teams";
import type { CertificateAnswer, Directory, EntryAnswer, RevocationAnswer } from "./evidence";
import type { Append, EventAnswer, RowAnswer } from "./vault_api";

/** @throws IntegrityError (`not_base64`) for text that is not canonical b64. */
export function fromWire(text: string): Bytes {
  return unb64(text);
}

export function acceptedOf(answer: CertificateAnswer | RevocationAnswer): Accepted {
  return { signed: fromDoc(answer.doc), acceptedAt: answer.accepted_at, logIndex: answer.log_index };
}

/** Verifies what the server says of keys and teams, and adds it. @throws IntegrityError. */
export async function addDirectory(
  known: Certificates,
  { certificates, revocations, teams }: Directory,
): Promise<void> {
  await known.add(certificates.map(acceptedOf), revocations.map(acceptedOf));
  await addTeams(
    known,
    teams.map(({ id, entries }) => ({ id, entries: entries.map(entryOf) })),
  );
}

export function acceptedEvent(answer: EventAnswer): AcceptedEvent {
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
  readonly certificate?: Signed;
}

export function appendOf(parts: AppendParts): Append {
  const { record, roster, epoch, previousSeed, wraps, rows, certificate } = parts;
  return {
    record: toDoc(record),
    ...(roster ? { roster: toDoc(roster) } : {}),
    ...(epoch ? { epoch: toDoc(epoch) } : {}),
    ...(previousSeed ? { previous_seed: toBase64url(previousSeed) } : {}),
    ...(wraps ? { wraps: wraps.map(({ key, age }) => ({ key, age: toBase64url(age) })) } : {}),
    ...(rows ? { rows: rows.map(rowAnswer) } : {}),
    ...(certificate ? { certificate: toDoc(certificate) } : {}),
  };
}

function rowAnswer({ node, version, row }: { node: string; version: number; row: Bytes }): RowAnswer {
  return { node, version, row: toBase64url(row) };
}
