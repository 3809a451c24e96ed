/** Mein Zugang: password, passkeys and one-time passwords. Ending sessions needs no key, and no script. */

import { changePassword } from "../ceremonies/access";
import { reopen } from "../keyring/keyring";
import { find, write } from "../ui/dom";
import { atWork, field, onSubmit } from "../ui/form";
import { showMessage, showProblem } from "../ui/message";
import { listenToPasskeys } from "../ui/passkeys";
import { PasswordBlock } from "../ui/password_block";
import { proofFields, proven } from "../ui/proof";
import { listenToSecondFactor } from "../ui/second_factor";
import { spokenOf } from "../ui/spoken";
import { texts } from "../ui/texts";
import { api } from "../wire/api";

function listenToPassword(): void {
  const form = find<HTMLFormElement>('form[data-form="password"]');
  const { firm = "", slug = "", person = "", username = "" } = find("[data-access-page]").dataset;
  const block = new PasswordBlock(() => [firm, slug, person, username]);
  const change = async (): Promise<void> => {
    const password = await block.accepted();
    const asked = password === null ? null : await proven("present-password");
    if (password === null || asked === null) return;
    await changePassword(asked, password);
    block.clear();
    field("present-password").value = "";
    const { title, text } = texts().access.passwordChanged;
    showMessage("ok", title, text);
  };
  onSubmit(form, () => void atWork(find("[data-submit]", form), change, proofFields("present-password")));
}

/** The words that whoever confirms the key compares; only the key itself says them, never the server. */
async function showOwnKey(): Promise<void> {
  const open = await reopen(await api.session());
  if (open === null) return;
  write("[data-own-words]", spokenOf(open.keys.kid));
  find("[data-own-key]").hidden = false;
}

listenToPassword();
listenToPasskeys();
listenToSecondFactor();
showOwnKey().catch(showProblem);
