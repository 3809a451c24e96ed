/** The person's open key on a page of staff; where it is closed, the page asks for the password. */

import { loadCertificates } from "../ceremonies/directory";
import { unlockWithPassword } from "../ceremonies/sign_in";
import { type Open, reopen, requireRevoked } from "../keyring/keyring";
import { joinMemory } from "../keyring/memory";
import type { Certificates } from "../seals/certificates";
import { api, type Session } from "../wire/api";
import { find } from "./dom";
import { atWork, field, filled, onSubmit } from "./form";
import { showProblem } from "./message";

/** Null when the person closes the dialog. `about`: as in `loadCertificates`. @throws WireError, IntegrityError. */
export async function openKey(
  about: readonly string[] | null = null,
): Promise<{ open: Open; certificates: Certificates } | null> {
  const session = await api.session();
  const open = (await reopen(session)) ?? (await askForPassword(session));
  if (open === null) return null;
  await joinMemory(open, showProblem);
  const certificates = await loadCertificates(open, about);
  await requireRevoked(certificates);
  return { open, certificates };
}

function askForPassword(session: Session): Promise<Open | null> {
  const dialog = find<HTMLDialogElement>("dialog#unlock");
  const form = find<HTMLFormElement>('form[data-form="unlock"]', dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    const closed = new AbortController();
    const unlock = async (): Promise<void> => {
      if (filled(["unlock-password"]) === null) return;
      resolve(await unlockWithPassword(session, field("unlock-password").value));
      dialog.close();
    };
    const submit = () => void atWork(find("[data-submit]", form), unlock, "unlock-password");
    onSubmit(form, submit, closed.signal);
    const forget = (): void => {
      closed.abort();
      field("unlock-password").value = "";
      resolve(null);
    };
    dialog.addEventListener("close", forget, { signal: closed.signal });
  });
}
