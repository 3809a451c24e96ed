/** Folders that are made on the way to where a file belongs, in the same record as the file. */

import { toBase64url } from "../crypto/base64";
import { type Change, hashOf, RECORD, signDocument, toDoc } from "../seals/documents";
import { RefusedError } from "../seals/errors";
import { newId } from "../seals/ids";
import { sealRow } from "../seals/rows";
import { type RowAnswer, vaultApi } from "../wire/vault_api";
import type { OpenedVault } from "./opened";

/** A place in the vault: an existing folder, and names of folders below it that may not be there yet. */
export interface Place {
  readonly folder: string;
  readonly path: readonly string[];
}

interface Named {
  readonly id: string;
  readonly kind: "file" | "folder";
}

/** Folders in one record, at most; the server takes a thousand. */
const MOST_FOLDERS = 500;

/** The folders that one record makes, planned for the present state of the vault. */
export class NewFolders {
  readonly changes: Change[] = [];
  readonly rows: RowAnswer[] = [];
  private readonly vault: OpenedVault;
  private readonly time: number;
  /** By folder and by name. */
  private readonly children = new Map<string, Map<string, Named>>();

  constructor(vault: OpenedVault, time: number) {
    this.vault = vault;
    this.time = time;
    for (const { id, kind, parent, row } of vault.nodes.values()) this.add(parent, row.name, { id, kind });
  }

  named(folder: string, name: string): Named | undefined {
    return this.children.get(folder)?.get(name);
  }

  /** The folder at the end of the path; what is missing of it is made. @throws RefusedError (`name_is_file`, `name_…`). */
  async at({ folder, path }: Place): Promise<string> {
    let at = folder;
    for (const name of path) {
      const found = this.named(at, name);
      if (found?.kind === "file") throw new RefusedError("name_is_file", "a file has this name");
      at = found?.id ?? (await this.make(at, name));
    }
    return at;
  }

  private add(parent: string, name: string, node: Named): void {
    const siblings = this.children.get(parent) ?? new Map<string, Named>();
    this.children.set(parent, siblings.set(name, node));
  }

  private async make(parent: string, name: string): Promise<string> {
    const { chain, id: vault, seeds } = this.vault;
    const node = newId();
    const { epoch } = chain.epoch;
    const { rowKey } = await seeds.keysOf(epoch);
    const place = { kind: "folder", firm: chain.firm, vault, node, version: 0, epoch } as const;
    const row = await sealRow(rowKey, place, { created: this.time, name });
    this.add(parent, name, { id: node, kind: "folder" });
    this.changes.push({ kind: "folder", epoch, node, parent, row: hashOf(row) });
    this.rows.push({ node, version: 0, row: toBase64url(row) });
    return node;
  }
}

/**
 * Makes the folders that are missing, in as many records as they need. Gives why one could not be made.
 * @throws RefusedError (`busy`), WireError.
 */
export async function makeFolders(
  vault: OpenedVault,
  places: readonly Place[],
  time: number,
): Promise<ReadonlyMap<Place, unknown>> {
  const failures = new Map<Place, unknown>();
  let isWhole = false;
  while (!isWhole)
    await vault.write(async () => {
      const folders = new NewFolders(vault, time);
      isWhole = true;
      for (const place of places) {
        if (folders.changes.length >= MOST_FOLDERS) isWhole = false;
        else await folders.at(shortened(place)).catch((error: unknown) => refuse(failures, place, error));
      }
      const { changes, rows } = folders;
      if (changes.length === 0) return;
      const record = await signDocument(RECORD, vault.recordFields(changes), vault.open.keys.signing);
      await vaultApi.append(vault.id, { record: toDoc(record), rows });
    });
  return failures;
}

/** So that one path alone cannot be more than a record takes. */
function shortened({ folder, path }: Place): Place {
  return { folder, path: path.slice(0, MOST_FOLDERS) };
}

function refuse(failures: Map<Place, unknown>, place: Place, error: unknown): void {
  if (!(error instanceof RefusedError)) throw error;
  failures.set(place, error);
}

/** Whether the folders on the way there are more than belong into a record with files. */
export function needsManyFolders(places: readonly Place[]): boolean {
  const paths = new Set<string>();
  for (const { folder, path } of places)
    for (let depth = 1; depth <= path.length; depth++) paths.add([folder, ...path.slice(0, depth)].join("/"));
  return paths.size > MOST_FOLDERS;
}
