import { describe, expect, test } from "vitest";
import { formatSize, formatWhen } from "../src/ui/format";
import { vectors } from "./vectors";

interface Words {
  readonly sizes: readonly { readonly bytes: number; readonly de: string; readonly en: string }[];
  readonly times: readonly {
    readonly at: number;
    readonly now: number;
    readonly de: string;
    readonly en: string;
  }[];
}

const { sizes, times } = vectors<Words>("words");

// The server writes the same: src/siegel/site/tests/test_words.py.
describe.each(["de", "en"] as const)("in the language %s", (language) => {
  test.each(sizes)("$bytes bytes are $de", (size) => {
    expect(formatSize(size.bytes, language)).toBe(size[language]);
  });

  test.each(times)("the moment $at is $de", (time) => {
    expect(formatWhen(time.at, time.now, language)).toBe(time[language]);
  });
});
