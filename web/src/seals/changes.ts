/** The changes that a record of a vault's chain makes (docs/formats.md, section 3, "Record"). */

import type { Value } from "../crypto/canonical";
import { must } from "./errors";
import { count, type Fields, hash, id, oneOf, type Read, readFields, where } from "./fields";

/** A team is a chain as a vault is, without contents. */
export type VaultKind = "dossier" | "personal" | "team";

export type Change =
  | {
      readonly kind: "genesis";
      readonly dossier: string | null;
      readonly row: string;
      readonly vault_kind: VaultKind;
    }
  | { readonly kind: "roster"; readonly hash: string; readonly seq: number }
  | { readonly kind: "epoch"; readonly epoch: number; readonly hash: string }
  | {
      readonly kind: "folder";
      readonly epoch: number;
      readonly node: string;
      readonly parent: string;
      readonly row: string;
    }
  | {
      readonly kind: "version";
      readonly manifest: string;
      readonly node: string;
      readonly parent: string;
      readonly version: number;
    }
  /** From here on the node lies in `parent` under the name in `row`: renamed, moved, restored. */
  | {
      readonly kind: "place";
      readonly epoch: number;
      readonly node: string;
      readonly parent: string;
      readonly row: string;
    }
  | { readonly kind: "remove"; readonly node: string }
  | { readonly kind: "purge"; readonly node: string }
  /** Somebody of the staff says that a version that could not be scanned may be opened all the same. */
  | { readonly kind: "release"; readonly manifest: string; readonly node: string; readonly version: number }
  /** A version that is there has another payload, header and row from here, which say the same under another key. */
  | { readonly kind: "reseal"; readonly manifest: string; readonly node: string; readonly version: number };

export type ChangeOf<K extends Change["kind"]> = Extract<Change, { kind: K }>;

const CHANGES: { readonly [K in Change["kind"]]: Fields<ChangeOf<K>> } = {
  genesis: {
    kind: oneOf("genesis"),
    dossier: where(({ vault_kind }) => vault_kind === "dossier", id),
    row: hash,
    vault_kind: oneOf("dossier", "personal", "team"),
  },
  roster: { kind: oneOf("roster"), hash: hash, seq: count },
  epoch: { kind: oneOf("epoch"), epoch: count, hash: hash },
  folder: { kind: oneOf("folder"), epoch: count, node: id, parent: id, row: hash },
  version: { kind: oneOf("version"), manifest: hash, node: id, parent: id, version: count },
  place: { kind: oneOf("place"), epoch: count, node: id, parent: id, row: hash },
  remove: { kind: oneOf("remove"), node: id },
  purge: { kind: oneOf("purge"), node: id },
  release: { kind: oneOf("release"), manifest: hash, node: id, version: count },
  reseal: { kind: oneOf("reseal"), manifest: hash, node: id, version: count },
};

/** One change of any kind. @throws IntegrityError (`document_invalid`). */
export const changeOf: Read<Change> = (value, field) => {
  const kind = (value as { readonly kind?: Value } | null | undefined)?.kind;
  const isKnown = typeof kind === "string" && Object.hasOwn(CHANGES, kind);
  must(isKnown, "document_invalid", `${field}: an unknown kind of change`);
  return readFields(value, CHANGES[kind as Change["kind"]] as Fields<Change>, field);
};
