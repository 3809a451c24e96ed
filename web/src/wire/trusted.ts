/** The calls about trusted people (docs/formats.md, section 10). */

import type { Doc } from "../seals/documents";
import { call } from "./http";

/** A request of a trusted person, as the server has it. */
export interface RequestAnswer {
  readonly hash: string;
  readonly accepted_at: number;
  readonly opens_at: number | null;
}

/** A vault that trusts the person. `roster`: its hash; `last`: of the vault's last event. */
export interface EntrustedAnswer {
  readonly vault: string;
  readonly title: string | null;
  readonly owners: string;
  readonly wait_days: number;
  readonly roster: string;
  readonly last: string | null;
  readonly request: RequestAnswer | null;
  readonly is_open: boolean;
}

export const trustedApi = {
  overview: () =>
    call<{
      asked: readonly (RequestAnswer & {
        readonly vault: string;
        readonly title: string | null;
        readonly name: string;
        readonly last: string;
      })[];
      entrusted: readonly EntrustedAnswer[];
    }>("GET", "/api/trusted"),
  /** Whom the person may trust. */
  candidates: () =>
    call<{ people: readonly { readonly id: string; readonly name: string; readonly kid: string }[] }>(
      "GET",
      "/api/trusted/candidates",
    ),
  addEvent: (vault: string, doc: Doc) => call<RequestAnswer>("POST", `/api/vaults/${vault}/events`, { doc }),
};
