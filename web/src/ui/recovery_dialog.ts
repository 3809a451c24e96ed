/** The dialog that replaces the recovery key: a new sheet is saved first, then every dossier and team is gone through. */

import { presentRecovery, replaceRecovery } from "../ceremonies/replace_recovery";
import { rotateAll } from "../ceremonies/rotate_all";
import { type Sheet, sheetOf } from "../ceremonies/sheet";
import { randomBytes } from "../crypto/bytes";
import type { Open } from "../keyring/keyring";
import type { Certificates } from "../seals/certificates";
import { RefusedError } from "../seals/errors";
import { printOf } from "../seals/keys";
import type { Reason } from "../seals/revocations";
import { find, write } from "./dom";
import { atWork, clearErrors, field, onSubmit, showFieldError } from "./form";
import { now } from "./format";
import { texts } from "./texts";

interface Shown {
  readonly open: Open;
  readonly certificates: Certificates;
  readonly root: Sheet;
}

interface RecoveryPage {
  /** What the page shows; null while the root is not at hand. */
  readonly shown: () => Shown | null;
  readonly saveSheet: (sheet: Sheet) => Promise<void>;
  /** The new sheet counts now. */
  readonly replaced: (sheet: Sheet) => Promise<void>;
}

export function listenToRecovery(page: RecoveryPage): void {
  new RecoveryDialog(page).listen();
}

class RecoveryDialog {
  private readonly page: RecoveryPage;
  private readonly dialog = find<HTMLDialogElement>("dialog#change-recovery");
  private readonly form = find<HTMLFormElement>("form", this.dialog);
  private readonly submit = find("[data-submit]", this.form);
  private readonly mark = find('[data-saved-mark="recovery-sheet"]', this.dialog);
  private next: Sheet | null = null;
  private isSent = false;

  constructor(page: RecoveryPage) {
    this.page = page;
  }

  listen(): void {
    const button = find("[data-change-recovery]");
    button.addEventListener("click", () => void atWork(button, () => this.begin()));
    const saving = find('[data-save="recovery-sheet"]', this.dialog);
    saving.addEventListener("click", () => void atWork(saving, () => this.save(), "recovery-saved"));
    this.dialog.addEventListener("close", () => {
      this.submit.hidden = false;
      this.next = null;
    });
    onSubmit(this.form, () => void atWork(this.submit, () => this.change(), "recovery-saved"));
  }

  private async begin(): Promise<void> {
    const shown = this.page.shown();
    if (shown === null) throw new RefusedError("needs_root", "the root is not at hand");
    clearErrors();
    this.next = await sheetOf(shown.root.rootSeed, randomBytes(32));
    this.isSent = false;
    this.mark.hidden = true;
    field("recovery-saved").checked = false;
    this.say("");
    const old = presentRecovery(shown.certificates)?.kid ?? "";
    const prints = texts().root.from(printOf(old), printOf(this.next.recovery.kid));
    write("[data-recovery-prints]", prints, this.dialog);
    this.dialog.showModal();
  }

  private async save(): Promise<void> {
    if (this.next === null) return;
    await this.page.saveSheet(this.next);
    this.mark.hidden = false;
  }

  /** Once it is sent, another try goes on with what is due. */
  private async change(): Promise<void> {
    const { next } = this;
    const shown = this.page.shown();
    if (shown === null || next === null) return;
    if (this.mark.hidden || !field("recovery-saved").checked) {
      showFieldError("recovery-saved", texts().root.saveFirst);
      return;
    }
    const { open, certificates, root } = shown;
    const plan = { root: root.root, reason: field("recovery-reason").value as Reason };
    if (!this.isSent) await replaceRecovery(open, certificates, plan, next.recovery, now());
    this.isSent = true;
    await this.page.replaced(next);
    const { ways } = texts();
    const { rotated, failed } = await rotateAll(open, (done) => this.say(ways.renewing(done.rotated.length)));
    this.say(ways.recoveryDone(rotated.length, failed.length));
    if (failed.length === 0) this.submit.hidden = true;
  }

  private say(text: string): void {
    write("[data-progress]", text, this.dialog);
  }
}
