/** The vault page: opens the key, replays the vault, and keeps the page as new as the chain. */

import { countersign } from "../ceremonies/countersign";
import { loadCertificates } from "../ceremonies/directory";
import { signInWithPassword } from "../ceremonies/sign_in";
import { type Open, reopen } from "../keyring/keyring";
import { find, write } from "../ui/dom";
import { showProblem } from "../ui/message";
import { problemText } from "../ui/texts";
import { OpenedVault } from "../vault/opened";
import { VaultPage } from "../vault/page";
import { showState } from "../vault/states";
import { api } from "../wire/api";

async function start(): Promise<void> {
  showState("loading");
  const session = await api.session();
  const open = await reopen(session);
  if (open === null) {
    askForPassword(session.firm.slug, session.person.username);
    return;
  }
  await show(open);
}

function askForPassword(slug: string, username: string): void {
  showState("locked");
  const form = find<HTMLFormElement>("form[data-unlock]");
  form.addEventListener(
    "submit",
    (event) => {
      event.preventDefault();
      const field = find<HTMLInputElement>("#unlock-password");
      const password = field.value;
      field.value = "";
      showState("loading");
      signInWithPassword(slug, username, password).then(show, (error: unknown) => {
        askForPassword(slug, username);
        write('[data-error-for="unlock-password"]', problemText(error).text);
        field.classList.add("is-invalid");
      });
    },
    { once: true },
  );
}

async function show(open: Open): Promise<void> {
  const main = find("main[data-vault]");
  const vault = await OpenedVault.load(open, main.dataset["vault"] ?? "");
  vault.requireTitle(main.dataset["title"] ?? "");
  new VaultPage(vault, main.dataset["right"] !== "read").start();
  if (open.session.person.role !== "client") {
    const now = Math.floor(Date.now() / 1000);
    await countersign(open, await loadCertificates(open), now);
  }
}

start().catch((error: unknown) => {
  showState("broken");
  showProblem(error);
});
find('[data-action="retry"]').addEventListener("click", () => location.reload());
