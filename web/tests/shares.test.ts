/** The vectors of shares.json: the Notfallblatt in three shares. */

import { expect, test } from "vitest";
import { concat } from "../src/crypto/bytes";
import { unb64 } from "../src/seals/fields";
import { combineShares, readShare, sharesOf, shareText, splitSheet } from "../src/seals/shares";
import { expectCode, vectors } from "./vectors";

const told = vectors<{
  root: string;
  recovery: string;
  set: string;
  slope: string;
  shares: string[];
  broken: { name: string; shares: [string, string]; code: string }[];
}>("shares");
const [root, recovery] = [unb64(told.root), unb64(told.recovery)];

test("shares are made from secret, set and slope", () => {
  const made = sharesOf(concat(root, recovery), unb64(told.set), unb64(told.slope));
  expect(made.map(shareText)).toEqual(told.shares);
});

test.each([
  [0, 1],
  [1, 2],
  [2, 0],
])("the shares %i and %i give the sheet back, however they are typed", (i, j) => {
  const typed = (told.shares[i] ?? "").toLowerCase().replace(/(.{5})/g, "$1 \n");
  expect(combineShares(readShare(typed), readShare(told.shares[j] ?? ""))).toEqual({ root, recovery });
});

test.each(told.broken)("$name is refused", async ({ shares: [one, two], code }) => {
  await expectCode(() => combineShares(readShare(one), readShare(two)), code);
});

test("two splits of one sheet do not mix", async () => {
  const [one] = splitSheet(root, recovery);
  const [, two] = splitSheet(root, recovery);
  if (one === undefined || two === undefined) throw new Error("no shares");
  await expectCode(() => combineShares(one, two), "share_mixed");
});
