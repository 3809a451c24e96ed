/** Notfall-Ordner: whom one trusts, who asks to be let in, and which vaults trust the person. */

import { beginOwnVault } from "../ceremonies/own_vault";
import { askForAccess, endTrust, nameTrusted, objectTo } from "../ceremonies/trust";
import { find, findAll, maybe } from "../ui/dom";
import { atWork, onSubmit, showFieldError } from "../ui/form";
import { texts } from "../ui/texts";
import { openKey } from "../ui/unlock";

type Key = NonNullable<Awaited<ReturnType<typeof openKey>>>;

/** Does the work with the open key and the keys of those it is `about`, and shows the page as it is then. */
async function withKey(work: (key: Key) => Promise<unknown>, about: readonly string[] = []): Promise<void> {
  const key = await openKey(about);
  if (key === null) return;
  await work(key);
  location.reload();
}

function onClick(selector: string, work: (key: Key, data: DOMStringMap) => Promise<unknown>): void {
  for (const button of findAll(selector)) {
    const item = button.closest<HTMLElement>("[data-vault]");
    const data = { ...item?.dataset, ...button.dataset };
    button.addEventListener("click", () => void atWork(button, () => withKey((key) => work(key, data))));
  }
}

onClick("[data-object]", ({ open }, { vault = "", request: hash = "", last = "" }) =>
  objectTo(open, { vault, hash, last }),
);
onClick("[data-ask]", ({ open }, { vault = "", roster = "", last = "" }) =>
  askForAccess(open, { vault, roster, last: last === "" ? null : last }),
);
onClick("[data-end]", ({ open }, { vault = "", end = "" }) => endTrust(open, vault, end));

for (const form of findAll<HTMLFormElement>('form[data-form="trust"]')) {
  const [who, days] = findAll<HTMLSelectElement>("select", form);
  const name = async (): Promise<void> => {
    if (who === undefined || who.value === "") {
      showFieldError(who?.id ?? "", texts().form.empty);
      return;
    }
    const person = who.selectedOptions[0]?.dataset["person"] ?? "";
    await withKey(
      ({ open, certificates }) =>
        nameTrusted(open, certificates, form.dataset["vault"] ?? "", who.value, Number(days?.value)),
      [person],
    );
  };
  onSubmit(form, () => void atWork(find("[data-submit]", form), name, who?.id));
}

const begin = maybe("[data-begin]");
begin?.addEventListener(
  "click",
  () =>
    void atWork(begin, () =>
      withKey(({ open, certificates }) =>
        beginOwnVault(open, certificates, texts().trust.title, { isRecoverable: false }),
      ),
    ),
);
