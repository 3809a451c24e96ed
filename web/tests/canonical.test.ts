import { describe, expect, test } from "vitest";
import { equal, fromUtf8, utf8 } from "../src/crypto/bytes";
import { encode, parse, type Value } from "../src/crypto/canonical";
import { EncodingError } from "../src/crypto/errors";

/** Each text as Python's json.dumps(ensure_ascii=False, sort_keys=True, separators=(",", ":")) writes it. */
const CANONICAL = [
  "null",
  "true",
  "0",
  "-1",
  "9007199254740991",
  "-9007199254740991",
  '""',
  "[]",
  "{}",
  '{"0":1,"10":2,"2":3,"_":4,"a":5,"a_b":6}',
  '{"a":[1,{"b":null}],"c":false}',
  '"\\b\\t\\n\\f\\r\\"\\\\"',
  '"\\u0000\\u001f\u007f\u2028/"',
  '"Größe 𝄞"',
];

describe("canonical JSON", () => {
  test("canonical text is parsed and written again as it was", () => {
    for (const text of CANONICAL) expect(fromUtf8(encode(parse(utf8(text))))).toBe(text);
  });

  test("keys are sorted, also where they look like array indices", () => {
    expect(fromUtf8(encode({ b: 1, a: 2, 10: 3, 9: 4, a0: 5 }))).toBe('{"10":3,"9":4,"a":2,"a0":5,"b":1}');
  });

  test.each([
    [" 1"],
    ["1 "],
    ["[1, 2]"],
    ['{"a":1,"a":1}'],
    ['{"b":1,"a":2}'],
    ["1.0"],
    ["1.5"],
    ["1e3"],
    ["-0"],
    ["01"],
    ["9007199254740993"],
    ["1e400"],
    ['"\\u0041"'],
    ['"\\/"'],
    ['"\\u001F"'],
    ['"\\u000a"'],
    ['"\\ud834\\udd1e"'],
    ['"\\ud800"'],
    ['"u\u0308"'],
    ['{"A":1}'],
    ['{"":1}'],
    ['{"__proto__":{}}x'],
    ["NaN"],
    [""],
    ["\ufeff1"],
    ["[1,]"],
  ])("the text %j is refused", (text) => {
    expect(() => parse(utf8(text))).toThrow(EncodingError);
  });

  test("bytes that are not UTF-8 are refused", () => {
    expect(() => parse(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(EncodingError);
  });

  test("a key named like a prototype is a key like any other", () => {
    const bytes = utf8('{"__proto__":1,"constructor":2}');
    expect(equal(encode(parse(bytes)), bytes)).toBe(true);
  });

  test("values without a canonical text are refused", () => {
    const values: unknown[] = [
      1.5,
      2 ** 53,
      -0,
      Number.NaN,
      undefined,
      1n,
      new Date(0),
      "\udc00",
      [undefined],
    ];
    for (const value of values) expect(() => encode(value as Value)).toThrow(EncodingError);
    expect(() => encode({ a: undefined } as unknown as Value)).toThrow(EncodingError);
  });

  test("deep nesting is an error, not a crash", () => {
    expect(() => parse(utf8("[".repeat(40) + "]".repeat(40)))).toThrow(EncodingError);
    expect(() => parse(utf8("[".repeat(200_000)))).toThrow(EncodingError);
  });
});
