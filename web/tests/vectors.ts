/** The test vectors that Python and TypeScript share: `tests/vectors/<name>.json` at the root of the repository. */

import { readFileSync } from "node:fs";
import { expect } from "vitest";

const folder = new URL("../../tests/vectors/", import.meta.url);

/** The parsed file. Its shape is what the caller says: a vector that has another makes its test fail. */
export function vectors<Shape>(name: string): Shape {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as Shape;
}

/** That `work` ends with this code; without one, that it ends well. */
export async function expectCode(work: () => unknown, code: string | null): Promise<void> {
  if (code === null) await work();
  else expect(await codeOfError(work)).toBe(code);
}

/** The code of the error that `work` ends with; a success fails the test. */
export async function codeOfError(work: () => unknown): Promise<string> {
  const outcome = await Promise.resolve()
    .then(work)
    .then(
      () => "no error",
      (error: unknown) => error,
    );
  expect(outcome).toBeInstanceOf(Error);
  return outcome instanceof Error && "code" in outcome ? String(outcome.code) : String(outcome);
}
