/** Tells, as long as it stands, that a trusted person asks to be let into the vault; every word of it verified. */

import { type AccessRequest, opensAt } from "../seals/events";
import { clone, find, findAll } from "../ui/dom";
import { formatWhen, now, pageLanguage } from "../ui/format";
import { texts } from "../ui/texts";
import type { OpenedVault } from "./opened";

/** A request that stands, and when the server lets whoever asks in. */
export interface WaitingRequest extends AccessRequest {
  readonly opensAt: number;
}

/** Requests to which nobody has objected, of people whom every roster since has trusted with this key. */
export function waitingOf({ requests, chain, certificates }: OpenedVault): readonly WaitingRequest[] {
  return requests.flatMap((request) => {
    const days = chain.waitOf(request.author.kid, request.logIndex);
    const counts = request.objection === null && certificates.inForce(request.author.kid);
    return days === null || !counts ? [] : [{ ...request, opensAt: opensAt(request, days) }];
  });
}

export function tellRequests(vault: OpenedVault): void {
  const words = texts().trust;
  const today = now();
  const lines = waitingOf(vault)
    .filter(({ author }) => author.subject !== vault.open.session.person.id)
    .map((request) => {
      const name = vault.nameOf(request.author.kid) ?? texts().vault.noValue;
      const when = formatWhen(request.opensAt, today, pageLanguage());
      const item = clone("request-line");
      item.textContent = request.opensAt <= today ? words.open(name, when) : words.waits(name, when);
      return item;
    });
  find("[data-request-lines]").replaceChildren(...lines);
  find("[data-requests]").hidden = lines.length === 0;
  // The server's own words about this vault give way to what was verified.
  if (lines.length > 0) for (const told of findAll(`[data-asked="${vault.id}"]`)) told.hidden = true;
}
