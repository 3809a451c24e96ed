/** What the answers about keys and those about vaults have in common: the signed evidence of who holds which key. */

import type { Doc } from "../seals/documents";

export interface CertificateAnswer {
  readonly doc: Doc;
  readonly accepted_at: number;
  readonly log_index: number;
}

export interface RevocationAnswer {
  readonly doc: Doc;
  readonly accepted_at: number;
  readonly log_index: number;
}

/** A record of a chain, with what it brought. */
export interface EntryAnswer {
  readonly record: Doc;
  readonly roster?: Doc | null;
  readonly epoch?: Doc | null;
  readonly previous_seed?: string | null;
  readonly manifests?: readonly Doc[] | null;
  readonly accepted_at: number;
  readonly log_index: number;
}

/** A team's chain: who was in it, and when. */
export interface TeamChainAnswer {
  readonly id: string;
  readonly entries: readonly EntryAnswer[];
}

/** All that says whose a key is: certificates, what was taken back, and the chains of the teams among the holders. */
export interface Directory {
  readonly certificates: readonly CertificateAnswer[];
  readonly revocations: readonly RevocationAnswer[];
  readonly teams: readonly TeamChainAnswer[];
}
