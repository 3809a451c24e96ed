/** Own vaults of people who have another key: an owner with the sheet gives them back, one person after the other. */

import { type Founder, lostFounders, readmit } from "../ceremonies/readmit";
import type { Open } from "../keyring/keyring";
import type { Certificates } from "../seals/certificates";
import { type HolderKeys, printOf } from "../seals/keys";
import { clone, find, write } from "./dom";
import { atWork } from "./form";
import { texts } from "./texts";

interface Shown {
  readonly open: Open;
  readonly certificates: Certificates;
  readonly recovery: HolderKeys;
}

/** Hidden where nobody waits. The print is this browser's own, of the key that it is about to put there. */
export async function drawLostVaults(shown: Shown): Promise<void> {
  const founders = await lostFounders(shown.certificates);
  find("[data-lost]").hidden = founders.length === 0;
  write("[data-lost-done]", "");
  find("[data-lost-rows]").replaceChildren(...founders.map((founder) => rowOf(shown, founder)));
}

function rowOf({ open, certificates, recovery }: Shown, founder: Founder): HTMLElement {
  const { ways } = texts();
  const { name, key, vaults } = founder;
  const row = clone("lost-row");
  write("[data-lost-name]", name, row);
  write("[data-lost-print]", printOf(key.kid), row);
  write("[data-lost-count]", ways.lostVaults(vaults.length), row);
  const button = find<HTMLButtonElement>("button", row);
  button.ariaLabel = ways.lostOpen(name);
  const give = async (): Promise<void> => {
    const { rotated, failed } = await readmit(open, certificates, recovery, founder);
    write("[data-lost-done]", ways.lostDone(name, rotated.length, failed.length));
    if (failed.length === 0) row.remove();
  };
  button.addEventListener("click", () => void atWork(button, give));
  return row;
}
