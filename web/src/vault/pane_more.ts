/** What the details of a file say besides the file: who keeps it locked, whether it waits, what happened, what was noted. */

import type { FileVersion } from "../seals/chain";
import { SealError } from "../seals/errors";
import { find } from "../ui/dom";
import { formatWhen, now, pageLanguage } from "../ui/format";
import { isSignedOut } from "../ui/session";
import { texts } from "../ui/texts";
import { WireError } from "../wire/http";
import type { ActivityView } from "./activity_view";
import { describeLock, lockOf } from "./locks";
import type { OpenedFile } from "./nodes";
import type { OpenedVault } from "./opened";
import { isHeld } from "./row_marks";

/** So many things that happened are shown in the details. */
const SHOWN = 4;

export class PaneMore {
  private readonly vault: OpenedVault;
  private readonly activity: ActivityView;
  private readonly nameOf: (kid: string) => string;
  private readonly fail: (error: unknown) => void;
  private shown: OpenedFile | null = null;

  constructor(
    vault: OpenedVault,
    activity: ActivityView,
    nameOf: (kid: string) => string,
    fail: (error: unknown) => void,
  ) {
    this.vault = vault;
    this.activity = activity;
    this.nameOf = nameOf;
    this.fail = fail;
    const all = find("[data-pane-all]");
    all.addEventListener("click", () => {
      if (this.shown !== null) this.activity.show(this.shown).catch(fail);
    });
  }

  draw(file: OpenedFile): void {
    this.shown = file;
    this.drawHeld(file);
    this.drawLock(file).catch(this.fail);
    this.drawActivity(file).catch((error: unknown) => {
      // Details without it are details all the same.
      if (error instanceof WireError && !isSignedOut(error)) return;
      this.fail(error);
    });
  }

  private drawHeld(file: OpenedFile): void {
    const { tree } = texts();
    const region = find("[data-pane-held]");
    const release = this.vault.chain.releaseFor(file.signed);
    const isHeldNow = isHeld(this.vault, file);
    region.hidden = release === null && !isHeldNow;
    const when = release === null ? "" : formatWhen(release.acceptedAt, now(), pageLanguage());
    region.textContent =
      release === null ? tree.heldFile : tree.releasedBy(this.nameOf(release.author), when);
  }

  private async drawLock(file: OpenedFile): Promise<void> {
    const region = find("[data-pane-lock]");
    const lock = lockOf(this.vault, file.id);
    region.hidden = lock === null;
    if (lock === null) return;
    const said = await describeLock(this.vault, lock);
    if (this.shown === file) region.textContent = said;
  }

  private async drawActivity(file: OpenedFile): Promise<void> {
    const list = find("[data-pane-activity]");
    list.replaceChildren();
    const items = await this.activity.latest(file, SHOWN);
    if (this.shown !== file) return;
    list.replaceChildren(...items);
    find("[data-pane-all]").hidden = items.length < SHOWN;
  }

  async noteOf(file: OpenedFile, version: FileVersion): Promise<string> {
    try {
      return (await this.vault.openVersion(file, version)).row.note ?? "";
    } catch (error) {
      if (error instanceof SealError) return "";
      throw error;
    }
  }
}
