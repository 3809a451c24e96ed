/** English texts, by subject as the German ones. */

import type { DE } from "./texts_de";
import { KEYS_EN } from "./texts_keys_en";
import { LOG_EN } from "./texts_log_en";
import { PEOPLE_EN } from "./texts_people_en";
import { PROBLEMS_EN } from "./texts_problems_en";
import { TREE_EN } from "./texts_tree_en";
import { VAULT_EN } from "./texts_vault_en";
import { WAYS_EN } from "./texts_ways_en";

export const EN: typeof DE = {
  tree: TREE_EN,
  ways: WAYS_EN,
  problems: PROBLEMS_EN,
  ...VAULT_EN,
  ...KEYS_EN,
  ...PEOPLE_EN,
  ...LOG_EN,
  form: {
    empty: "Please fill this in.",
    busy: "One moment …",
    username:
      "A user name has 3 to 64 characters: small letters a to z, digits, full stop, hyphen and underscore, beginning with a letter or digit.",
  },
  shell: {
    keyOpen: "Your key is open",
    keyOpenDetail: "on this device, until you sign out",
    keyClosed: "Your key is closed",
    keyClosedDetail: "A vault will ask for your password.",
    extended: "You stay signed in.",
    theme: {
      light: "Appearance: light. Change to dark",
      dark: "Appearance: dark. Change to “As in the system”",
      system: "Appearance: as in the system. Change to light",
    },
  },
};
