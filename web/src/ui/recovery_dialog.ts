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
import { keysApi } from "../wire/keys_api";
import { find, write } from "./dom";
import { atWork, clearErrors, field, onSubmit, showFieldError } from "./form";
import { now } from "./format";
import { texts } from "./texts";

interface Shown {
  readonly open: Open;
  readonly certificates: Certificates;
  readonly root: Sheet;
}

interface RecoveryDialog {
  /** What the page shows; null while the root is not at hand. */
  readonly shown: () => Shown | null;
  readonly saveSheet: (sheet: Sheet) => Promise<void>;
  /** The new sheet counts now. */
  readonly replaced: (sheet: Sheet) => Promise<void>;
}

export function listenToRecovery({ shown, saveSheet, replaced }: RecoveryDialog): void {
  const dialog = find<HTMLDialogElement>("dialog#change-recovery");
  const form = find<HTMLFormElement>("form", dialog);
  const mark = find('[data-saved-mark="recovery-sheet"]', dialog);
  let next: Sheet | null = null;
  let isSent = false;

  const begin = async (): Promise<void> => {
    const page = shown();
    if (page === null) throw new RefusedError("needs_root", "the root is not at hand");
    clearErrors();
    next = await sheetOf(page.root.rootSeed, randomBytes(32));
    isSent = false;
    mark.hidden = true;
    field("recovery-saved").checked = false;
    write("[data-progress]", "", dialog);
    const old = presentRecovery(page.certificates)?.kid ?? "";
    write("[data-recovery-prints]", texts().root.from(printOf(old), printOf(next.recovery.kid)), dialog);
    dialog.showModal();
  };

  const save = async (): Promise<void> => {
    if (next === null) return;
    await saveSheet(next);
    mark.hidden = false;
  };

  /** Once it is sent, another try goes on with what is due. */
  const change = async (): Promise<void> => {
    const page = shown();
    if (page === null || next === null) return;
    if (mark.hidden || !field("recovery-saved").checked) {
      showFieldError("recovery-saved", texts().root.saveFirst);
      return;
    }
    const { open, certificates, root } = page;
    const plan = { root: root.root, reason: field("recovery-reason").value as Reason };
    if (!isSent) await replaceRecovery(open, certificates, plan, next.recovery, now());
    isSent = true;
    await replaced(next);
    const { ways } = texts();
    const say = (count: number): void => write("[data-progress]", ways.renewing(count), dialog);
    const { rotated, failed } = await rotateAll(open, (done) => say(done.rotated.length));
    const { waiting } = await keysApi.due(null);
    write("[data-progress]", ways.recoveryDone(rotated.length, failed.length, waiting), dialog);
    if (failed.length > 0) return;
    find("[data-submit]", form).hidden = true;
  };

  const button = find("[data-change-recovery]");
  button.addEventListener("click", () => void atWork(button, begin));
  const saving = find('[data-save="recovery-sheet"]', dialog);
  saving.addEventListener("click", () => void atWork(saving, save, "recovery-saved"));
  dialog.addEventListener("close", () => {
    find("[data-submit]", form).hidden = false;
    next = null;
  });
  onSubmit(form, () => void atWork(find("[data-submit]", form), change, "recovery-saved"));
}
