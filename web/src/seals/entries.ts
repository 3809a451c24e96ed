/** The entries that a chain is made of, what each changes, and what else than its replay looks at of a chain. */

import type { Change, Epoch, Roster, Signed, VaultKind } from "./documents";
import type { Deed, Node } from "./nodes";

/** A record with the documents it names, as accepted by the log. */
export interface Entry {
  readonly record: Signed;
  readonly roster?: Signed;
  readonly epoch?: Signed;
  /** The previous epoch's seed, an age file sealed to this epoch. */
  readonly previousSeed?: Uint8Array;
  /** In the order of the changes that name them. */
  readonly manifests?: readonly Signed[];
  readonly acceptedAt: number;
  readonly logIndex: number;
}

/** The last record of a chain: what a client remembers, and never goes back behind. */
export interface Head {
  readonly seq: number;
  readonly head: string;
}

export interface AcceptedEpoch extends Epoch {
  readonly hash: string;
  readonly logIndex: number;
  readonly previousSeed: Uint8Array | null;
}

/** What one record changes; taken over only after all of it has been found right. */
export interface Step {
  readonly genesis?: Extract<Change, { kind: "genesis" }>;
  readonly roster?: { readonly roster: Roster; readonly hash: string };
  readonly epoch?: AcceptedEpoch;
  readonly nodes?: ReadonlyMap<string, Node>;
  /** Versions released in it, by their manifests' hashes. */
  readonly releases?: ReadonlyMap<string, Deed>;
}

/** The replayed chain of a team. Certificates hold it, and its replay asks certificates: so they know no more of it. */
export interface TeamChain extends Head {
  readonly kind: VaultKind | null;
  readonly epochs: ReadonlyMap<number, AcceptedEpoch>;
  apply(entry: Entry): Promise<unknown>;
  headAt(seq: number): string | null;
  requireHead(claimed: Head, seen: Head | null): void;
  rosterBefore(logIndex: number): Roster | null;
}
