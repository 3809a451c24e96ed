/** A worker, so that the page stays alive while a password or passphrase is stretched. */

import { openWithPassphrase, sealWithPassphrase } from "../crypto/passphrase";
import { stretchPassword } from "../crypto/password";

export type StretchTask =
  | { readonly kind: "password"; readonly password: string; readonly salt: Uint8Array }
  | { readonly kind: "seal"; readonly plaintext: Uint8Array; readonly passphrase: string }
  | { readonly kind: "open"; readonly file: Uint8Array; readonly passphrase: string };

export type StretchAnswer =
  | { readonly bytes: Uint8Array }
  | { readonly code: string; readonly message: string };

function done(task: StretchTask): Promise<Uint8Array> {
  switch (task.kind) {
    case "password":
      return stretchPassword(task.password, task.salt);
    case "seal":
      return sealWithPassphrase(task.plaintext, task.passphrase);
    case "open":
      return openWithPassphrase(task.file, task.passphrase);
  }
}

self.addEventListener("message", (event: MessageEvent<StretchTask>) => {
  done(event.data).then(
    (bytes) => self.postMessage({ bytes } satisfies StretchAnswer),
    (error: unknown) => {
      const code = error instanceof Error && "code" in error ? String(error.code) : "unexpected";
      self.postMessage({
        code,
        message: error instanceof Error ? error.message : "",
      } satisfies StretchAnswer);
    },
  );
});
