/** Says what was left unfinished, and lets the person go on with it or give it up. */

import { find, write } from "../ui/dom";
import { showProblem } from "../ui/message";
import { texts } from "../ui/texts";
import type { OpenedVault } from "./opened";
import { type Found, findStaged } from "./staging";

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
