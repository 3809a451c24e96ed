/** Mein Zugang: password, passkeys and one-time passwords. Ending sessions needs no key, and no script. */

import { changePassword } from "../ceremonies/access";
import { find } from "../ui/dom";
import { atWork, field, onSubmit } from "../ui/form";
import { showMessage } from "../ui/message";
import { listenToPasskeys } from "../ui/passkeys";
import { PasswordBlock } from "../ui/password_block";
import { proofFields, proven } from "../ui/proof";
import { listenToSecondFactor } from "../ui/second_factor";
import { texts } from "../ui/texts";

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

listenToPassword();
listenToPasskeys();
listenToSecondFactor();
