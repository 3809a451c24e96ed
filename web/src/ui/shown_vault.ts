/** What the page says of a vault, in the data attributes of one element. */

import type { ShownVault } from "../seals/rows";

/** `dossier` is empty for a personal vault. */
export function shownVault(dataset: DOMStringMap, dossier = dataset["dossier"] ?? ""): ShownVault {
  return {
    dossier: dossier === "" ? null : dossier,
    title: dataset["title"] ?? "",
    client_name: dataset["clientName"] ?? "",
    client_number: dataset["clientNumber"] ?? "",
  };
}
