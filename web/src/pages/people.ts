/** The pages of keys: the staff, and a client's people. Blocking needs no key and no script. */

import { loadCertificates } from "../ceremonies/directory";
import { reopen } from "../keyring/keyring";
import { CompareDialog, requireHis } from "../people/compare_dialog";
import { Renewing } from "../people/renewing";
import { type Asked, RevokeDialog } from "../people/revoke_dialog";
import { clone, find, findAll, maybe, write } from "../ui/dom";
import { atWork } from "../ui/form";
import { showProblem, showStatus } from "../ui/message";
import { texts } from "../ui/texts";
import { openKey } from "../ui/unlock";
import { api } from "../wire/api";
import { MOST_ABOUT } from "../wire/directory";

const renewing = new Renewing();
const revokeDialog = new RevokeDialog();

/** Who asks, with his key open, about the person of a row; null when he closes the dialog of the password. */
async function askedAbout({ dataset }: HTMLElement): Promise<Asked | null> {
  const { person: id = "", name = "" } = dataset;
  const key = await openKey([id]);
  return key && { ...key, person: { id, name } };
}

function listenToRevoking(): void {
  for (const button of findAll("[data-revoke]")) {
    const row = button.closest<HTMLElement>("[data-person]");
    const ask = async (): Promise<void> => {
      const asked = row && (await askedAbout(row));
      if (row !== null && asked !== null) await revokeDialog.show(asked, (by) => revoked(row, by));
    };
    button.addEventListener("click", () => void atWork(button, ask));
  }
}

function revoked(row: HTMLElement, { open, person }: Asked): void {
  draw(row, "badge-revoked");
  row.classList.add("is-off");
  find("[data-opens]", row).replaceChildren(clone("opens-nothing"));
  for (const outdated of findAll("[data-revoke], [data-block], [data-devices], [data-factor]", row))
    outdated.remove();
  find("[data-renew]", row).hidden = false;
  showStatus(texts().revoke.done(person.name));
  find("#renewing-title").focus();
  void renewing.run(open);
}

function draw(row: HTMLElement, badge: string): void {
  find("[data-badge]", row).replaceChildren(clone(badge));
}

function listenToComparing(): void {
  const panel = maybe("[data-waiting]");
  if (panel === null) return;
  const dialog = new CompareDialog();
  dialog.listen();
  for (const button of findAll("[data-compare]", panel)) {
    const item = button.closest<HTMLElement>("[data-key]");
    const ask = async (): Promise<void> => {
      const asked = item && (await askedAbout(item));
      if (item !== null && asked !== null)
        dialog.show(asked, item.dataset["key"] ?? "", () => confirmed(panel, item));
    };
    button.addEventListener("click", () => void atWork(button, ask));
  }
}

function confirmed(panel: HTMLElement, item: HTMLElement): void {
  const { person = "", name = "" } = item.dataset;
  const row = maybe(`.sg-keyrow[data-person="${CSS.escape(person)}"]`);
  if (row !== null) draw(row, "badge-valid");
  item.remove();
  const left = findAll("[data-compare]", panel);
  write("[data-waiting-count]", String(left.length), panel);
  showStatus(texts().compare.done(name));
  (left[0] ?? find("#waiting-title")).focus();
}

/** With an open key the page checks what the server shows: each key is its person's, up to the pinned root. */
async function checkShown(): Promise<void> {
  const open = await reopen(await api.session());
  if (open === null) return;
  const rows = findAll(".sg-keyrow[data-key]");
  const people = rows.map(({ dataset }) => dataset["person"] ?? "");
  // A client's page shows few, the staff's page only the firm's own, who come without being named.
  const certificates = await loadCertificates(open, people.slice(0, MOST_ABOUT));
  for (const { dataset } of rows) requireHis(certificates.of(dataset["key"] ?? ""), dataset["person"] ?? "");
}

renewing.listen();
revokeDialog.listen();
listenToRevoking();
listenToComparing();
checkShown().catch(showProblem);
