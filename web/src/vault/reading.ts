/** What is read from the vault on the page: looked at, or saved, one file or many; and versions made the newest again. */

import type { FileVersion } from "../seals/chain";
import { showStatus } from "../ui/message";
import { texts } from "../ui/texts";
import { readFile } from "./contents";
import { restoreVersion } from "./copies";
import { nameWith } from "./names";
import type { OpenedFile, OpenedNode } from "./nodes";
import type { OpenedVault } from "./opened";
import { showPreview } from "./preview_dialog";
import { missingFrom, saveMany, saveOne, sizeOfAll } from "./saving";

export type Reader = "download" | "restore" | "view";

interface ReadingHandlers {
  /** A verified verdict about the file is known now. */
  verified(file: OpenedFile): void;
  /** Something changed: what is shown is drawn anew. */
  changed(said: string): void;
}

export class Reading {
  private readonly vault: OpenedVault;
  private readonly handlers: ReadingHandlers;

  constructor(vault: OpenedVault, handlers: ReadingHandlers) {
    this.vault = vault;
    this.handlers = handlers;
  }

  /** One file as it is, anything else as an archive, called as the one folder chosen or as the one shown. */
  async saveAll(chosen: readonly OpenedNode[], folder: string): Promise<void> {
    const [first] = chosen;
    if (first === undefined) return;
    if (first.kind === "file" && chosen.length === 1) {
      await this.save(first);
      return;
    }
    const here = this.vault.nodes.get(folder)?.row.name ?? this.vault.title;
    const name = chosen.length === 1 ? first.row.name : here;
    const told = tellOfSaving(name, sizeOfAll(this.vault, chosen));
    await saveMany(this.vault, chosen, name, told);
    const missing = missingFrom(this.vault, chosen);
    const { transfers } = texts();
    showStatus(missing > 0 ? transfers.unreadable(missing) : transfers.saved(name));
  }

  /** `version`: an earlier one; null for the one shown. */
  async readVersion(action: Reader, file: OpenedFile, version: FileVersion | null): Promise<void> {
    const wanted = version === null ? file : await this.vault.openVersion(file, version);
    if (action === "restore") {
      const name = texts().vault.version(wanted.signed.manifest.version);
      await restoreVersion(this.vault, wanted, texts().tree.restoredFrom(name));
      this.handlers.changed(texts().tree.versionRestored(name));
      return;
    }
    await (action === "view" ? this.view(wanted) : this.save(wanted));
  }

  /** An earlier version is saved under a name that says so. */
  private async save(file: OpenedFile): Promise<void> {
    const { name } = file.row;
    const { signed, node } = file;
    const isNewest = signed.manifest.version === node.versions.at(-1)?.manifest.version;
    const shown = isNewest ? name : nameWith(name, texts().vault.version(signed.manifest.version));
    await saveOne(this.vault, file, shown, tellOfSaving(name, file.row.size));
    showStatus(texts().transfers.saved(name));
    this.handlers.verified(file);
  }

  private async view(file: OpenedFile): Promise<void> {
    await showPreview(await this.read(file), file.row.name);
  }

  private async read(file: OpenedFile): Promise<Blob> {
    const { name, size } = file.row;
    const blob = await readFile(this.vault, file, tellOfSaving(name, size));
    showStatus(texts().vault.opened(name));
    this.handlers.verified(file);
    return blob;
  }
}

/** Says how far it is, whenever that is another per cent. */
function tellOfSaving(name: string, sizeBytes: number): (doneBytes: number) => void {
  let told = -1;
  return (doneBytes) => {
    const percent = sizeBytes === 0 ? 100 : Math.floor((doneBytes / sizeBytes) * 100);
    if (percent !== told) showStatus(texts().vault.opening(name, percent));
    told = percent;
  };
}
