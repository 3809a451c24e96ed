/** What the server says of a vault besides its chain. Nobody signs it: it is courtesy, and opens or closes nothing. */

import type { LockAnswer, News } from "../wire/vault_api";

export interface VaultState {
  readonly locks: ReadonlyMap<string, LockAnswer>;
  readonly trashDays: number;
  readonly lockHours: number;
  /** Bytes that the vault occupies, and how many it may; null where nobody set an end. */
  readonly quota: { readonly used: number; readonly limit: number | null } | null;
  /** The sealed name that its founder gave a personal vault later; null while it bears its first one. */
  readonly title: { readonly epoch: number; readonly row: string } | null;
  /** Versions that wait to be released, as `node/version`. */
  readonly held: ReadonlySet<string>;
}

const DEFAULTS = { trash_days: 30, lock_hours: 12, quota: null };

export function stateOf(news: Pick<News, "held" | "locks" | "settings" | "title"> | null): VaultState {
  const { trash_days, lock_hours, quota } = news?.settings ?? DEFAULTS;
  return {
    locks: new Map((news?.locks ?? []).map((lock) => [lock.node, lock])),
    trashDays: trash_days,
    lockHours: lock_hours,
    quota,
    title: news?.title ?? null,
    held: new Set((news?.held ?? []).map(({ node, version }) => `${node}/${version}`)),
  };
}
