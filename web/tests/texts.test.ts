import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DE } from "../src/ui/texts_de";
import { EN } from "../src/ui/texts_en";

const SOURCES = new URL("../src/", import.meta.url);

function sources(): readonly string[] {
  return readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(new URL(name, SOURCES), "utf8"));
}

/** Codes of all errors of these classes that the program throws. */
function codesThrown(...classes: readonly string[]): ReadonlySet<string> {
  const pattern = new RegExp(`new (?:${classes.join("|")})\\(\\s*"([a-z_]+)"`, "g");
  return new Set(
    sources().flatMap((source) => [...source.matchAll(pattern)].flatMap(([, code]) => code ?? [])),
  );
}

/** Faults of the program or of its server, not of the person: the general text says all there is to say. */
const GENERAL = ["no_recipient", "no_worker", "scanner_key_expired", "wrap_not_ours"];

describe("texts", () => {
  test("say in words whatever is refused or does not open", () => {
    const codes = codesThrown("RefusedError", "UnlockError");
    expect(codes.size).toBeGreaterThan(10);
    const wordless = [...codes].filter((code) => !Object.hasOwn(DE.problems, code));
    expect(wordless.filter((code) => !GENERAL.includes(code))).toEqual([]);
  });

  test.each([
    ["German", DE],
    ["English", EN],
  ])("are complete in %s: each problem has a title and says what to do", (_, { problems }) => {
    for (const [code, { title, text }] of Object.entries(problems)) {
      expect(title, code).toMatch(/\S/);
      // What the server refuses it explains itself.
      if (code !== "refused") expect(text, code).toMatch(/\S/);
    }
  });

  test("differ between the languages", () => {
    for (const code of Object.keys(DE.problems) as (keyof typeof DE.problems)[])
      expect(EN.problems[code].title, code).not.toBe(DE.problems[code].title);
  });
});
