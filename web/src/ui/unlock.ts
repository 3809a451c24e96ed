/** The person's open key on a page of staff; where it is closed, the page asks for the password or a passkey. */

import { loadCertificates } from "../ceremonies/directory";
import { hasPasskey, unlockWithPasskey } from "../ceremonies/passkey";
import { unlockWithPassword } from "../ceremonies/sign_in";
import { type Open, reopen } from "../keyring/keyring";
import { noteLogKeys } from "../keyring/log_watch";
import { joinMemory } from "../keyring/memory";
import type { Certificates } from "../seals/certificates";
import { logKeys } from "../seals/log_keys";
import { api, type Session } from "../wire/api";
import { find } from "./dom";
import { atWork, field, filled, onSubmit } from "./form";
import { showProblem } from "./message";

/**
 * Null when the person closes the dialog. `about`: as in `loadCertificates`; without it the firm's own keys and the person's.
 * @throws WireError, IntegrityError.
 */
export async function openKey(
  about: readonly string[] | null = [],
): Promise<{ open: Open; certificates: Certificates } | null> {
  const session = await api.session();
  const open = (await reopen(session)) ?? (await askInDialog(session));
  if (open === null) return null;
  await joinMemory(open, showProblem);
  const certificates = await loadCertificates(open, about);
  noteLogKeys(session.firm.id, logKeys(certificates, session.firm.id));
  return { open, certificates };
}

function askInDialog(session: Session): Promise<Open | null> {
  const dialog = find<HTMLDialogElement>("dialog#unlock");
  const form = find<HTMLFormElement>('form[data-form="unlock"]', dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    const closed = new AbortController();
    const opened = async (open: Open): Promise<void> => {
      resolve(open);
      dialog.close();
    };
    listenToUnlock(session, form, opened, closed.signal);
    const forget = (): void => {
      closed.abort();
      field("unlock-password").value = "";
      resolve(null);
    };
    dialog.addEventListener("close", forget, { signal: closed.signal });
  });
}

/** A form with a password, and a button for passkeys where the person has one; `opened` is called with the open key. */
export function listenToUnlock(
  session: Session,
  form: HTMLFormElement,
  opened: (open: Open) => Promise<void>,
  signal?: AbortSignal,
): void {
  const byPassword = async (): Promise<void> => {
    if (filled(["unlock-password"]) === null) return;
    const open = await unlockWithPassword(session, field("unlock-password").value);
    field("unlock-password").value = "";
    await opened(open);
  };
  const submit = find("[data-submit]", form);
  const fields = { sign_in_refused: "unlock-password" };
  // Errors of a dialog stand at its field: the page behind it is hidden.
  const where = form.closest("dialog") === null ? fields : "unlock-password";
  onSubmit(form, () => void atWork(submit, byPassword, where), signal);
  const button = find("[data-unlock-passkey]", form);
  const byPasskey = async (): Promise<void> => opened(await unlockWithPasskey(session));
  button.hidden = true;
  button.addEventListener(
    "click",
    () => void atWork(button, byPasskey, where),
    signal === undefined ? {} : { signal },
  );
  hasPasskey().then(
    (has) => {
      button.hidden = !has;
    },
    // Without an answer the password is left.
    () => undefined,
  );
}
