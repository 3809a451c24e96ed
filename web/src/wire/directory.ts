/** What the person may see of keys: page by page, or whole. */

import type { Directory } from "./evidence";
import { type DirectoryPage, keysApi } from "./keys_api";

/** The server takes no more ids at once. */
export const MOST_ABOUT = 200;

/** All that the person may see, page by page in the order of the log; or only what is `about` some people and teams, at most `MOST_ABOUT`. */
export async function* directory(about: readonly string[] | null = null): AsyncGenerator<DirectoryPage> {
  let log: number | null = null;
  for (;;) {
    const page: DirectoryPage = await keysApi.certificates(log, about);
    yield page;
    log = page.certificates.at(-1)?.log_index ?? null;
    if (!page.more || log === null) return;
  }
}

/** All of it at once: whoever has pinned a later root finds the way to the first one only in the whole. */
export async function wholeDirectory(about: readonly string[] | null = null): Promise<Directory> {
  const pages: DirectoryPage[] = [];
  for await (const page of directory(about)) pages.push(page);
  return {
    certificates: pages.flatMap(({ certificates }) => certificates),
    revocations: pages.flatMap(({ revocations }) => revocations),
    teams: pages.flatMap(({ teams }) => teams),
  };
}
