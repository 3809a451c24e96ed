// Which recovery key a line means after others were taken back; one more beside it means nothing (ADR 0040).
// `src/siegel/seals/tests/test_recovery_line.py` asks the same of the other implementation.

import { describe, expect, it } from "vitest";
import type { VerifiedCertificate } from "../src/seals/certificate";
import { Registry } from "../src/seals/registry";
import type { VerifiedRevocation } from "../src/seals/revocations";

/** Keys of recovery as they stand in the log, by their places; nothing is signed here. */
class Line extends Registry {
  constructor() {
    super("firm");
  }

  certified(kid: string, logIndex: number, generation: number): void {
    const known = { kid, kind: "recovery", logIndex, generation, issuer: null } as VerifiedCertificate;
    this.byHash.set(kid, known);
    this.byKid.set(kid, [known]);
  }

  takenBack(kid: string, logIndex: number): void {
    this.revocations.set(kid, { logIndex } as VerifiedRevocation);
  }

  meant(kid: string, at = Number.POSITIVE_INFINITY): string | undefined {
    return this.member(kid, at)?.kid;
  }
}

/** The first key was replaced by the second: certified at 10, the first taken back at 11. */
function replacedOnce(): Line {
  const line = new Line();
  line.certified("first", 2, 1);
  line.certified("second", 10, 2);
  line.takenBack("first", 11);
  return line;
}

describe("a line of a recovery key", () => {
  it("follows from one replacement to the next", () => {
    const line = replacedOnce();
    line.certified("third", 20, 3);
    line.takenBack("second", 21);
    expect(["first", "second", "third"].map((kid) => line.meant(kid))).toEqual(["third", "third", "third"]);
    expect([10, 11, 20, 21].map((at) => line.meant("first", at))).toEqual([
      "first",
      "second",
      "second",
      "third",
    ]);
    expect(line.recovery()?.kid).toBe("third");
  });

  it("never means a key beside the one in force, however high its generation, nor after the next replacement", () => {
    const line = replacedOnce();
    line.certified("thief's", 15, 1000);
    expect([line.meant("first"), line.meant("second"), line.recovery()?.kid]).toEqual(
      Array(3).fill("second"),
    );
    line.certified("third", 20, 3);
    line.takenBack("second", 21);
    expect([line.meant("first"), line.meant("second"), line.recovery()?.kid]).toEqual(Array(3).fill("third"));
  });

  it("ends where a server shows that keys were taken back before they were certified", () => {
    const line = new Line();
    line.certified("first", 2, 1);
    line.takenBack("first", 3);
    line.certified("second", 10, 2);
    line.takenBack("second", 5);
    expect([line.meant("first"), line.meant("second"), line.recovery()]).toEqual(["second", "second", null]);
  });

  it("means itself until another is certified", () => {
    const line = new Line();
    line.certified("first", 2, 1);
    line.takenBack("first", 5);
    expect(line.meant("first")).toBe("first");
    expect(line.recovery()).toBeNull();
    line.certified("later", 9, 2);
    expect([line.meant("first"), line.recovery()?.kid]).toEqual(["later", "later"]);
  });
});
