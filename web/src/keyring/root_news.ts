/** That the firm's root is another one: told once in each browser. Without the code that uses keys, as every page shows it. */

import { onNews, tell } from "./presence";
import { forgetOne, keep, recall } from "./store";

/** The prints (Kennungen) of the root that was seen before and of the one that took its place. */
export interface RootChange {
  readonly from: string;
  readonly to: string;
}

const NEWS = "new-root";

/** The change that nobody has acknowledged in this browser yet. */
export async function newRoot(): Promise<RootChange | null> {
  return (await recall<RootChange>(NEWS)) ?? null;
}

/** A change that has become known; of two that nobody has read the ends are told. */
export async function tellNewRoot({ from, to }: RootChange): Promise<void> {
  const unread = await newRoot();
  await keep(NEWS, { from: unread?.from ?? from, to } satisfies RootChange);
  tell("new-root");
}

export async function acknowledgeRoot(): Promise<void> {
  await forgetOne(NEWS);
  tell("new-root");
}

/** Calls `then` when a change becomes known, or was acknowledged, here or in another tab. */
export function onNewRoot(then: () => void): void {
  onNews("new-root", then);
}
