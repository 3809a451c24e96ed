/** Another letter for somebody whose key or letter is gone: one click, one PDF. */

import { reset } from "../ceremonies/reset";
import { rotateAll } from "../ceremonies/rotate_all";
import { find, findAll, maybe } from "../ui/dom";
import { atWork, onSubmit } from "../ui/form";
import { now } from "../ui/format";
import { offerLetter } from "../ui/letter_step";
import { showProblem } from "../ui/message";
import { forgetSheet, SHEET_FIELDS, shownRoot } from "../ui/sheet_block";
import { shownVault } from "../ui/shown_vault";
import { openKey } from "../ui/unlock";

const form = find<HTMLFormElement>('form[data-form="renew"]');

async function issue(): Promise<void> {
  const isOwner = maybe("#root-key") !== null;
  const root = isOwner ? await shownRoot() : null;
  if (isOwner && root === null) return;
  const { person = "", name = "", username = "", client = "" } = form.dataset;
  const key = await openKey([person]);
  if (key === null) return;
  const lost = {
    id: person,
    name,
    username,
    client: client === "" ? null : client,
    vaults: findAll("[data-vault]", form).map(({ dataset }) => ({
      id: dataset["vault"] ?? "",
      ...shownVault(dataset),
    })),
    teams: findAll("[data-team]", form).map(({ dataset }) => ({
      id: dataset["team"] ?? "",
      name: dataset["name"] ?? "",
    })),
  };
  const why = { reason: "lost", compromisedSince: null } as const;
  const letter = await reset(key.open, key.certificates, lost, why, now(), root);
  if (root !== null) forgetSheet();
  offerLetter(key.open, letter, form.dataset);
  // What the old key opened gets new keys meanwhile; whatever is left when the page closes stays due.
  rotateAll(key.open).catch(showProblem);
}

onSubmit(form, () => {
  if (maybe('[data-step="letter"][hidden]') !== null)
    void atWork(find("[data-submit]", form), issue, SHEET_FIELDS);
});
