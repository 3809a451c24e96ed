/** The browser's client in front of a server that lies at sign-in. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { signInWithKeyFile, signInWithPassword } from "../src/ceremonies/sign_in";
import { toBase64url } from "../src/crypto/base64";
import { newId } from "../src/seals/ids";
import { PASSWORD_PARAMS, passwordKeys, sealUnlock } from "../src/seals/unlock";
import { flipped, HostileServer, seedOf, signedIn, story } from "./hostile_server";
import { codeOfError } from "./vectors";

const stretched = vi.hoisted(() => ({ calls: 0 }));
const kept = vi.hoisted(() => new Map<string, unknown>());

vi.mock("../src/keyring/store", () => ({
  recall: async (key: string) => kept.get(key),
  keep: async (key: string, value: unknown) => void kept.set(key, value),
  forgetOne: async (key: string) => void kept.delete(key),
  forgetAll: async () => kept.clear(),
}));
vi.mock("../src/keyring/stretch", () => ({
  stretch: async () => {
    stretched.calls += 1;
    return new Uint8Array(32).fill(7);
  },
}));

const randomSeed = () => crypto.getRandomValues(new Uint8Array(32));

let server: HostileServer;

beforeEach(() => {
  kept.clear();
  stretched.calls = 0;
  server = new HostileServer("client");
  vi.stubGlobal("location", { origin: "http://localhost" });
});
afterEach(() => vi.unstubAllGlobals());

describe("signing in", () => {
  const person = story.people["client"]?.subject ?? "";
  const SALT = toBase64url(new Uint8Array(32));

  async function passwordServer(
    more: { params?: object; root?: string; firm?: string; pinned?: string } = {},
  ) {
    const { wrapping } = passwordKeys(new Uint8Array(32).fill(7));
    const unlocked = { seed: seedOf("client"), person, generation: 1, root: more.pinned ?? story.root };
    const unlock = toBase64url(await sealUnlock(wrapping, story.firm, unlocked));
    const { session } = await signedIn("client");
    const firm = { ...session.firm, root: more.root ?? story.root, id: more.firm ?? story.firm };
    server.rules.set("sign-in/start", () => ({
      firm: story.firm,
      s: SALT,
      params: { ...PASSWORD_PARAMS, ...more.params },
    }));
    server.rules.set("sign-in/password", () => ({ ...session, firm, unlock }));
  }

  const signIn = () => signInWithPassword("muster", "client", "korrekt pferd batterie");

  test("works when nobody lies, and pins the root of the wrap", async () => {
    await passwordServer();
    expect((await signIn()).root).toBe(story.root);
  });

  test.each([{ m_kib: 1024 }, { t: 1 }, { p: 4 }, { m_kib: 1 << 20 }])(
    "with other parameters (%o) is refused before the password is used",
    async (params) => {
      await passwordServer({ params });
      expect(await codeOfError(signIn)).toBe("weak_parameters");
      expect(stretched.calls).toBe(0);
      expect(server.posted("sign-in/password")).toEqual([]);
    },
  );

  test("at a firm with another root is refused, and nothing is kept", async () => {
    await passwordServer({ root: toBase64url(randomSeed()) });
    expect(await codeOfError(signIn)).toBe("root_differs");
    await passwordServer({ firm: newId() });
    expect(await codeOfError(signIn)).toBe("session_differs");
    expect(kept.size).toBe(0);
  });

  test("with an altered wrap, or the wrap of another person, is refused", async () => {
    await passwordServer();
    const { session } = await signedIn("client");
    const { wrapping } = passwordKeys(new Uint8Array(32).fill(7));
    const other = { seed: randomSeed(), person: newId(), generation: 1, root: story.root };
    const foreign = toBase64url(await sealUnlock(wrapping, story.firm, other));
    for (const unlock of [foreign, flipped(foreign)]) {
      server.rules.set("sign-in/password", () => ({ ...session, unlock }));
      expect(await codeOfError(signIn)).toBe("wrong_password");
    }
  });

  test("with a key file, at another firm, as another person or under another root, is refused", async () => {
    const { session } = await signedIn("client");
    const keyFile = {
      firm: story.firm,
      slug: "muster",
      person,
      username: "client",
      generation: 1,
      root: story.root,
      seed: seedOf("client"),
    };
    const signInWith = () => signInWithKeyFile(keyFile, 1_800_000_000);
    server.rules.set("sign-in/challenge", () => ({ firm: newId(), nonce: "x" }));
    expect(await codeOfError(signInWith)).toBe("foreign_key_file");
    expect(server.posted("sign-in/key")).toEqual([]);
    server.rules.set("sign-in/challenge", () => ({ firm: story.firm, nonce: "x" }));
    const lies = [
      ["session_differs", { ...session, person: { ...session.person, id: newId() } }],
      ["session_differs", { ...session, firm: { ...session.firm, id: newId() } }],
      ["root_differs", { ...session, firm: { ...session.firm, root: toBase64url(randomSeed()) } }],
    ] as const;
    for (const [code, lie] of lies) {
      server.rules.set("sign-in/key", () => lie);
      expect(await codeOfError(signInWith)).toBe(code);
    }
    expect(kept.size).toBe(0);
    server.rules.set("sign-in/key", () => session);
    expect((await signInWith()).root).toBe(story.root);
  });
});
