/** German texts: those of every page here, the others by subject beside it. */

import { KEYS_DE } from "./texts_keys_de";
import { LOG_DE } from "./texts_log_de";
import { PEOPLE_DE } from "./texts_people_de";
import { PROBLEMS_DE } from "./texts_problems_de";
import { TREE_DE } from "./texts_tree_de";
import { VAULT_DE } from "./texts_vault_de";
import { WAYS_DE } from "./texts_ways_de";

export const DE = {
  tree: TREE_DE,
  ways: WAYS_DE,
  problems: PROBLEMS_DE,
  ...VAULT_DE,
  ...KEYS_DE,
  ...PEOPLE_DE,
  ...LOG_DE,
  form: {
    empty: "Bitte ausfüllen.",
    busy: "Einen Moment …",
    username:
      "Ein Benutzername hat 3 bis 64 Zeichen: kleine Buchstaben a bis z, Ziffern, Punkt, Binde- und Unterstrich, vorn ein Buchstabe oder eine Ziffer.",
  },
  shell: {
    keyOpen: "Ihr Schlüssel ist offen",
    keyOpenDetail: "auf diesem Gerät, bis Sie sich abmelden",
    keyClosed: "Ihr Schlüssel ist geschlossen",
    keyClosedDetail: "Ein Tresor fragt nach Ihrem Passwort.",
    extended: "Sie bleiben angemeldet.",
    theme: {
      light: "Darstellung: hell. Zu dunkel wechseln",
      dark: "Darstellung: dunkel. Zu „Wie im System“ wechseln",
      system: "Darstellung: wie im System. Zu hell wechseln",
    },
  },
};
