/** The test vectors that Python and TypeScript share: `tests/vectors/<name>.json` at the root of the repository. */

import { existsSync, readFileSync } from "node:fs";

const folder = new URL("../../tests/vectors/", import.meta.url);

/** Whether the file is there; a test of vectors that are missing is skipped, and listed as skipped. */
export function hasVectors(name: string): boolean {
  return existsSync(new URL(`${name}.json`, folder));
}

/** The parsed file. Its shape is what the caller says: a vector that has another makes its test fail. */
export function vectors<Shape>(name: string): Shape {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as Shape;
}
