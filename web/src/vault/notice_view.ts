/** The dialog "Benachrichtigung verschicken": a mail to others who hold the vault. It names vault and sender only. */

import { clone, find, findAll, write } from "../ui/dom";
import { atWork, clearErrors, onSubmit, writeError } from "../ui/form";
import { showStatus } from "../ui/message";
import { texts } from "../ui/texts";
import { vaultApi } from "../wire/vault_api";

const WHO = "notice-people";

export function listenForNotices(vault: string): void {
  const dialog = find<HTMLDialogElement>("dialog#notice");
  const form = find<HTMLFormElement>('form[data-form="notice"]', dialog);
  const sentence = find<HTMLSelectElement>("#notice-sentence", form);
  const button = find('[data-action="notice"]');

  async function show(): Promise<void> {
    const { people } = await vaultApi.noticeReaders(vault);
    clearErrors();
    const lines = people.map((person, index) => lineOf(person, `notice-person-${index}`));
    find("[data-notice-people]", form).replaceChildren(...lines);
    const isAnybody = people.some(({ reachable }) => reachable);
    find("[data-notice-nobody]", form).hidden = isAnybody;
    for (const part of findAll("[data-notice-form]", form)) part.hidden = !isAnybody;
    sentence.value = "";
    dialog.showModal();
  }

  async function send(): Promise<void> {
    const chosen = findAll<HTMLInputElement>("input:checked", find("[data-notice-people]", form));
    if (chosen.length === 0) {
      writeError(WHO, texts().notice.nobody);
      return;
    }
    const people = chosen.map(({ value }) => value);
    const { sent } = await vaultApi.notify(vault, people, sentence.value);
    dialog.close();
    showStatus(texts().notice.sent(sent));
  }

  button.addEventListener(
    "click",
    () => button.getAttribute("aria-disabled") !== "true" && void atWork(button, show),
  );
  onSubmit(form, () => void atWork(find("[data-submit]", form), send, "notice-sentence"));
}

function lineOf(person: { id: string; name: string; reachable: boolean }, id: string): HTMLElement {
  const line = clone("notice-person");
  const box = find<HTMLInputElement>("input", line);
  box.id = id;
  box.value = person.id;
  box.checked = person.reachable;
  box.disabled = !person.reachable;
  find<HTMLLabelElement>("label", line).htmlFor = id;
  write("[data-name]", person.name, line);
  find("[data-unreachable]", line).hidden = person.reachable;
  return line;
}
