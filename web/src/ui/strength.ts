/** How hard a password is to guess (zxcvbn), by common dictionaries and those of the page's language; about 1 MB, loaded when needed. */

import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { pageLanguage } from "./format";

/** 0 (guessed at once) to 4. `personal`: words a guesser would try first. */
export type Score = (password: string, personal: readonly string[]) => number;

let loading: Promise<Score> | undefined;

/** Loads the dictionaries once; after a failure the next call tries again. */
export function loadScore(): Promise<Score> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<Score> {
  const [common, own] = await Promise.all([
    import("@zxcvbn-ts/language-common"),
    pageLanguage() === "en" ? import("@zxcvbn-ts/language-en") : import("@zxcvbn-ts/language-de"),
  ]);
  const dictionary = { ...common.dictionary, ...own.dictionary };
  const zxcvbn = new ZxcvbnFactory({ dictionary, graphs: common.adjacencyGraphs });
  return (password, personal) => zxcvbn.check(password, [...personal]).score;
}
