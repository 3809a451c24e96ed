/** The vault page: opens the key, replays the vault, and keeps the page as new as the chain. */

import { countersign } from "../ceremonies/countersign";
import { type Open, reopen } from "../keyring/keyring";
import { noteLogKeys } from "../keyring/log_watch";
import { joinMemory } from "../keyring/memory";
import { logKeys } from "../seals/log_keys";
import { find } from "../ui/dom";
import { now } from "../ui/format";
import { showProblem } from "../ui/message";
import { shownVault } from "../ui/shown_vault";
import { listenToUnlock } from "../ui/unlock";
import { keepEarlyClicks } from "../vault/early_clicks";
import { Overflow } from "../vault/overflow";
import { VaultPage } from "../vault/page";
import { type Asked, askAhead, openForPage, settle } from "../vault/resuming";
import { showState } from "../vault/states";
import { api } from "../wire/api";

const early = keepEarlyClicks();
const vaultId = find("main[data-vault]").dataset["vault"] ?? "";

async function start(): Promise<void> {
  new Overflow().listen();
  showState("loading");
  const asked = askAhead(vaultId);
  asked.catch(() => undefined);
  const session = await api.session();
  const open = await reopen(session);
  if (open === null) {
    showState("locked");
    listenToUnlock(session, find<HTMLFormElement>("form[data-unlock]"), show);
    return;
  }
  await show(open, await asked);
}

/** What the vault was is judged by what all devices of the person have seen: so their memory is joined before. */
async function show(open: Open, asked: Asked | null = null): Promise<void> {
  await joinMemory(open, showProblem);
  const main = find("main[data-vault]");
  performance.mark("vault-begun");
  const vault = await openForPage(open, vaultId, asked);
  const { firm } = open.session;
  noteLogKeys(firm.id, logKeys(vault.certificates, firm.id));
  vault.requireShown(shownVault(main.dataset));
  performance.mark("vault-replayed");
  const page = new VaultPage(vault, main.dataset["right"] !== "read");
  page.start();
  early.perform();
  performance.mark("vault-shown");
  settle(vault).catch((error: unknown) => page.fail(error));
  if (open.session.person.role !== "client") await vouch(open).catch((error: unknown) => page.fail(error));
}

async function vouch(open: Open): Promise<void> {
  await countersign(open, now());
}

start().catch((error: unknown) => {
  early.drop();
  showState("broken");
  showProblem(error);
});
find('[data-action="retry"]').addEventListener("click", () => location.reload());
