/**
 * What people declare about a vault beside its chain: a trusted person asks to be let in, somebody who writes there objects
 * (docs/formats.md, section 3; ADR 0020). Each event names the one before.
 */

import { PERSONS, type VerifiedCertificate } from "./certificate";
import type { Certificates } from "./certificates";
import { EVENT, hashOf, read, type Signed, signDocument, verifySigned } from "./documents";
import { must } from "./errors";
import type { SigningKeys } from "./keys";

export interface AcceptedEvent {
  readonly signed: Signed;
  readonly acceptedAt: number;
  readonly logIndex: number;
}

/** Somebody asks to be let in. `objection`: the hash of the first objection, null while there is none. */
export interface AccessRequest {
  readonly hash: string;
  readonly author: VerifiedCertificate;
  readonly acceptedAt: number;
  readonly logIndex: number;
  readonly objection: string | null;
}

const DAY_S = 24 * 3600;

/** When the server hands the vault's keys over, if nobody objects. */
export function opensAt({ acceptedAt }: AccessRequest, waitDays: number): number {
  return acceptedAt + waitDays * DAY_S;
}

/** A trusted person asks. `roster`: hash of the one that trusts him; `previous`: of the vault's last event. */
export function signRequest(
  keys: SigningKeys,
  place: { readonly firm: string; readonly vault: string; readonly roster: string },
  previous: string | null,
): Promise<Signed> {
  const fields = { author: keys.kid, event: "requested", ...place, previous, request: null } as const;
  return signDocument(EVENT, fields, keys.signing);
}

/** Whoever writes in the vault objects to a request. */
export function signObjection(
  keys: SigningKeys,
  place: { readonly firm: string; readonly vault: string; readonly request: string },
  previous: string | null,
): Promise<Signed> {
  const fields = { author: keys.kid, event: "objected", ...place, previous, roster: null } as const;
  return signDocument(EVENT, fields, keys.signing);
}

/**
 * The requests among all events of a vault, in the order of the log. Whether one still counts (its author trusted today,
 * with this key) is the caller's question, and whether whoever objected might was that of the server at that time.
 * @throws IntegrityError (`event_…`, `signature_invalid`).
 */
export async function verifyEvents(
  events: readonly AcceptedEvent[],
  vault: string,
  certificates: Certificates,
): Promise<readonly AccessRequest[]> {
  const requests = new Map<string, AccessRequest>();
  let last: string | null = null;
  for (const { signed, acceptedAt, logIndex } of events) {
    const { event, firm, previous, request, ...fields } = read(EVENT, signed.bytes);
    must(firm === certificates.firm && fields.vault === vault, "event_vault", "an event of another vault");
    must(previous === last, "event_previous", "the event does not follow the vault's last one");
    const author = authorOf(fields.author, certificates, logIndex);
    await verifySigned(EVENT, signed, author.signing_key);
    last = hashOf(signed.bytes);
    if (event === "requested")
      requests.set(last, { hash: last, author, acceptedAt, logIndex, objection: null });
    else {
      const asked = requests.get(request ?? "");
      const isAnothers = asked !== undefined && asked.author.kid !== author.kid;
      must(isAnothers, "event_request", "an objection to a request that there is not, or to one's own");
      requests.set(asked.hash, { ...asked, objection: asked.objection ?? last });
    }
  }
  return [...requests.values()];
}

function authorOf(kid: string, certificates: Certificates, logIndex: number): VerifiedCertificate {
  const author = certificates.of(kid);
  const counts =
    author !== null &&
    PERSONS.includes(author.kind) &&
    certificates.since(kid) <= logIndex &&
    certificates.inForce(kid, logIndex);
  must(counts, "event_author", "the author was nobody who may declare anything");
  return author;
}
