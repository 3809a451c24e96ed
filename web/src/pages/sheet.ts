/** The emergency sheet at hand: shown, and saved in three shares. */

import type { Sheet } from "../ceremonies/sheet";
import { RefusedError } from "../seals/errors";
import { printOf } from "../seals/keys";
import { find, write } from "../ui/dom";
import { atWork, onSubmit } from "../ui/form";
import { listenToShares, type Splittable } from "../ui/share_buttons";
import { forgetSheet, SHEET_FIELDS, shownSheet } from "../ui/sheet_block";
import { shownStep, showStep } from "../ui/steps";
import { openKey } from "../ui/unlock";

const SHARES = 3;
const form = find<HTMLFormElement>('form[data-form="sheet"]');
let shown: { readonly sheet: Sheet; readonly splittable: Splittable } | null = null;

async function show(): Promise<void> {
  const sheet = await shownSheet();
  const key = sheet && (await openKey());
  if (sheet === null || key === null) return;
  const { open, certificates } = key;
  const isOurs = sheet.root.kid === open.root && certificates.of(sheet.recovery.kid)?.kind === "recovery";
  if (!isOurs) throw new RefusedError("needs_root", "the sheet is not the firm's");
  const { name, slug } = open.session.firm;
  const firm = [name, form.dataset["firmPlace"] ?? ""].filter((part) => part !== "").join(", ");
  const { rootSeed, recoverySeed } = sheet;
  shown = { sheet, splittable: { rootSeed, recoverySeed, fingerprint: sheet.root.kid, firm, slug } };
  write("[data-root-print]", printOf(sheet.root.kid));
  forgetSheet();
  showStep("shown");
}

listenToShares(
  () => shown?.splittable ?? null,
  (count) => {
    if (count === SHARES) find('[data-saved-mark="shares"]').hidden = false;
  },
);
onSubmit(form, () => {
  if (shownStep() === "show") void atWork(find("[data-submit]", form), show, SHEET_FIELDS);
});
