/** The calls about trusted people (docs/formats.md, section 10). */

import type { Doc } from "../seals/documents";
import { call } from "./http";

/** A request of a trusted person, as the server has it. */
export interface RequestAnswer {
  readonly hash: string;
  readonly accepted_at: number;
  readonly opens_at: number | null;
}

export const trustedApi = {
  /** Whom the person may trust. */
  candidates: () =>
    call<{ people: readonly { readonly id: string; readonly name: string; readonly kid: string }[] }>(
      "GET",
      "/api/trusted/candidates",
    ),
  addEvent: (vault: string, doc: Doc) => call<RequestAnswer>("POST", `/api/vaults/${vault}/events`, { doc }),
};
