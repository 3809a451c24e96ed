/** Says what was left unfinished, and lets the person go on with it or give it up. */

import { find, write } from "../ui/dom";
import { showProblem } from "../ui/message";
import { texts } from "../ui/texts";
import { vaultApi } from "../wire/vault_api";
import type { OpenedVault } from "./opened";
import { type Found, findStaged, stagedElsewhere } from "./staging";

export async function showUnfinished(
  vault: OpenedVault,
  resume: (found: readonly Found[]) => void,
): Promise<void> {
  const found = await findStaged(vault);
  if (found.length === 0) return;
  const banner = find("[data-unfinished]");
  write("[data-unfinished-title]", texts().transfers.unfinished(found.length), banner);
  const settle = (then: () => Promise<void> | void): void => {
    banner.hidden = true;
    Promise.resolve(then()).catch(showProblem);
  };
  const drop = async (): Promise<void> => {
    for (const { staged } of found) await staged.remove();
  };
  find("[data-unfinished-resume]", banner).addEventListener("click", () => settle(() => resume(found)));
  find("[data-unfinished-drop]", banner).addEventListener("click", () => settle(drop));
  banner.hidden = false;
}

/** Points to the vaults into which a copy was under way when a page was left: it goes on there. */
export async function showElsewhere(vault: OpenedVault): Promise<void> {
  const ids = new Set(await stagedElsewhere(vault));
  if (ids.size === 0) return;
  const { vaults } = await vaultApi.vaults();
  const links = vaults.flatMap(({ id, dossier }) => (ids.has(id) ? linkTo(vault, id, dossier) : []));
  const place = find("[data-elsewhere-links]");
  links.forEach((link, at) => {
    if (at > 0) place.append(", ");
    place.append(link);
  });
  find("[data-elsewhere]").hidden = links.length === 0;
}

function linkTo(
  here: OpenedVault,
  id: string,
  dossier: { readonly client_name: string; readonly title: string } | null,
): HTMLElement {
  const link = document.createElement("a");
  link.href = location.pathname.replace(here.id, id);
  link.textContent = dossier === null ? texts().tree.personal : `${dossier.client_name}, ${dossier.title}`;
  return link;
}
