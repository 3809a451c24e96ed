/** The browser's client in front of a server that lies at sign-in. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { changePassword } from "../src/ceremonies/access";
import { signInWithPasskey } from "../src/ceremonies/passkey";
import { signInWithKeyFile, signInWithPassword } from "../src/ceremonies/sign_in";
import { toBase64url } from "../src/crypto/base64";
import { newId } from "../src/seals/ids";
import {
  PASSWORD_PARAMS,
  passkeyMethod,
  passkeyWrappingKey,
  passwordKeys,
  sealUnlock,
} from "../src/seals/unlock";
import { flipped, HostileServer, seedOf, signedIn, story } from "./hostile_server";
import { kept } from "./kept_store";
import { codeOfError } from "./vectors";

const stretched = vi.hoisted(() => ({ calls: 0 }));

vi.mock("../src/keyring/store", () => import("./kept_store"));
vi.mock("../src/keyring/stretch", () => ({
  stretch: async () => {
    stretched.calls += 1;
    return new Uint8Array(32).fill(7);
  },
}));

const used = vi.hoisted(() => ({ id: new Uint8Array(16).fill(3), prf: new Uint8Array(32).fill(9) }));
vi.mock("../src/keyring/passkeys", () => ({
  usePasskey: async () => ({
    ...used,
    clientData: new Uint8Array(1),
    authenticatorData: new Uint8Array(2),
    signature: new Uint8Array(3),
  }),
}));

const randomSeed = () => crypto.getRandomValues(new Uint8Array(32));

let server: HostileServer;

beforeEach(() => {
  kept.clear();
  stretched.calls = 0;
  server = new HostileServer("client");
  const { certificates } = story;
  server.answers.set("keys/certificates", { certificates, revocations: [], teams: [], more: false });
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

  async function passkeyServer(
    more: { method?: string; prf?: Uint8Array<ArrayBuffer>; person?: string } = {},
  ) {
    const { session } = await signedIn("client");
    const unlocked = {
      seed: seedOf("client"),
      person: more.person ?? person,
      generation: 1,
      root: story.root,
    };
    const wrapping = passkeyWrappingKey(more.prf ?? used.prf);
    const wrap = await sealUnlock(wrapping, story.firm, unlocked, more.method ?? passkeyMethod(used.id));
    server.rules.set("sign-in/challenge", () => ({ firm: story.firm, nonce: "x" }));
    server.rules.set("sign-in/passkey", () => ({ ...session, unlock: toBase64url(wrap) }));
  }

  test("with a passkey sends the parts the server needs, and nothing of what opens the seed", async () => {
    await passkeyServer();
    expect((await signInWithPasskey("muster")).root).toBe(story.root);
    const [body] = server.posted("sign-in/passkey");
    expect(Object.keys(body as object).sort()).toEqual([
      "authenticator_data",
      "client_data",
      "credential",
      "firm",
      "nonce",
      "signature",
    ]);
    expect(JSON.stringify(body)).not.toContain(toBase64url(used.prf));
  });

  test("with a passkey, the wrap of another passkey, person or method is refused", async () => {
    const lies = [
      { method: "password" },
      { method: passkeyMethod(new Uint8Array(16)) },
      { prf: randomSeed() },
      { person: newId() },
    ];
    for (const lie of lies) {
      await passkeyServer(lie);
      expect(await codeOfError(() => signInWithPasskey("muster"))).toBe("wrong_password");
    }
    await passkeyServer();
    const { session } = await signedIn("client");
    server.rules.set("sign-in/passkey", () => session);
    expect(await codeOfError(() => signInWithPasskey("muster"))).toBe("session_differs");
    expect(kept.size).toBe(0);
  });

  test("a password is not changed into another person's or firm's session", async () => {
    const { session } = await signedIn("client");
    const unlocked = { seed: seedOf("client"), person, generation: 1, root: story.root };
    const proven = { session, unlocked, proof: { auth_key: SALT } };
    const lies = [
      ["session_differs", { ...session, person: { ...session.person, id: newId() } }],
      ["session_differs", { ...session, firm: { ...session.firm, id: newId() } }],
      ["root_differs", { ...session, firm: { ...session.firm, root: toBase64url(randomSeed()) } }],
    ] as const;
    for (const [code, lie] of lies) {
      server.rules.set("account/password", () => lie);
      expect(await codeOfError(() => changePassword(proven, "neun Schlitten im Morgenrot"))).toBe(code);
    }
    server.rules.set("account/password", () => session);
    expect((await changePassword(proven, "neun Schlitten im Morgenrot")).root).toBe(story.root);
    const salts = server.posted("account/password").map((body) => JSON.stringify(body));
    expect(new Set(salts).size).toBe(salts.length);
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
