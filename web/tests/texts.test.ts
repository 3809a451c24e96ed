import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { IntegrityError } from "../src/seals/errors";
import { problemText } from "../src/ui/texts";
import { DE } from "../src/ui/texts_de";
import { EN } from "../src/ui/texts_en";

const PAGES = new URL("../src/", import.meta.url);
/** What speaks to people in Python too, and what it verifies. */
const PYTHON = ["seals/", "agent/"].map((room) => new URL(`../../src/siegel/${room}`, import.meta.url));

function sources(folder = PAGES, ending = ".ts"): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending) && !name.includes("tests/"))
    .map((name) => readFileSync(new URL(name, folder), "utf8"));
}

/** What stands between the parentheses of each call of `callee`. */
function callsOf(callee: string): readonly string[] {
  return sources().flatMap((source) =>
    source
      .split(`${callee}(`)
      .slice(1)
      .map((rest) => rest.slice(0, endOfCall(rest))),
  );
}

function endOfCall(text: string): number {
  let depth = 1;
  for (let at = 0; at < text.length; at++) {
    if ("([{".includes(text[at] ?? " ")) depth += 1;
    if (")]}".includes(text[at] ?? " ")) depth -= 1;
    if (depth === 0) return at;
  }
  return text.length;
}

/** Codes of the integrity errors thrown here: words with an underscore, so that they are told from other strings. */
function integrityCodes(): ReadonlySet<string> {
  const calls = [...callsOf("must"), ...callsOf("new IntegrityError")];
  const words = calls.flatMap((call) => [...call.matchAll(/"([a-z0-9]+(?:_[a-z0-9]+)+)",/g)]);
  return new Set(words.flatMap(([, code]) => code ?? []));
}

/** Codes of all errors of these classes that the program throws. */
function codesThrown(...classes: readonly string[]): ReadonlySet<string> {
  const pattern = new RegExp(`new (?:${classes.join("|")})\\(\\s*"([a-z_]+)"`, "g");
  return new Set(
    sources().flatMap((source) => [...source.matchAll(pattern)].flatMap(([, code]) => code ?? [])),
  );
}

/** Faults of the program or of its server, not of the person: the general text says all there is to say. */
const GENERAL = ["no_recipient", "no_worker", "team_closed", "wrap_not_ours"];

describe("texts", () => {
  test("say in words whatever is refused or does not open", () => {
    const codes = codesThrown("RefusedError", "UnlockError");
    expect(codes.size).toBeGreaterThan(10);
    const wordless = [...codes].filter((code) => !Object.hasOwn(DE.problems, code));
    expect(wordless.filter((code) => !GENERAL.includes(code))).toEqual([]);
  });

  test("say of whatever does not verify that nothing was opened, and name its code", () => {
    vi.stubGlobal("document", { documentElement: { lang: "de" } });
    const codes = integrityCodes();
    expect(codes.size).toBeGreaterThan(40);
    for (const code of codes) {
      const { tone, title, text } = problemText(new IntegrityError(code, "for developers"));
      expect(tone).toBe("alarm");
      expect(title).toMatch(/\S/);
      expect(text).toMatch(new RegExp(`\\S \\(${code}\\)$`));
    }
    vi.unstubAllGlobals();
  });

  test("know whatever does not verify by the code it has in Python", () => {
    const python = PYTHON.flatMap((room) => sources(room, ".py")).join("\n");
    expect([...integrityCodes()].filter((code) => !python.includes(`"${code}"`))).toEqual([]);
  });

  test("are all about something that happens", () => {
    const said = sources()
      .filter((source) => !source.includes("export const PROBLEMS_"))
      .join("\n");
    const never = Object.keys(DE.problems).filter(
      (code) => !said.includes(`"${code}"`) && !said.includes(`problems.${code}`),
    );
    expect(never).toEqual([]);
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
