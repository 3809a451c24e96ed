/** Mein Zugang: changing the password. Ending sessions needs no key, and no script. */

import { changePassword, type Proven, proveByKey, proveByPassword } from "../ceremonies/access";
import { find } from "../ui/dom";
import { atWork, field, onSubmit, showFieldError } from "../ui/form";
import { now } from "../ui/format";
import { showMessage } from "../ui/message";
import { PasswordBlock } from "../ui/password_block";
import { texts } from "../ui/texts";
import { api } from "../wire/api";

const main = find("[data-access-page]");
/** Whoever came with his key itself need not know the password. */
const hasKeyItself = main.dataset["method"] === "key";

/** Null, with an error at the field, when the present password is missing. */
async function proven(passwordField: string): Promise<Proven | null> {
  const password = field(passwordField).value;
  if (password === "" && !hasKeyItself) {
    showFieldError(passwordField, texts().form.empty);
    return null;
  }
  const session = await api.session();
  return password === "" ? proveByKey(session, now()) : proveByPassword(session, password);
}

function listenToPassword(): void {
  const form = find<HTMLFormElement>('form[data-form="password"]');
  const { firm = "", slug = "", person = "", username = "" } = main.dataset;
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
  const fields = { sign_in_refused: "present-password", key_closed: "present-password" };
  onSubmit(form, () => void atWork(find("[data-submit]", form), change, fields));
}

listenToPassword();
