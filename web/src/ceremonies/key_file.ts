/** Key files under a passphrase: written at the set-up, read at sign-in. */

import { toArmor } from "../crypto/armor";
import { type Bytes, utf8 } from "../crypto/bytes";
import { openKeyFile, sealKeyFile } from "../keyring/stretch";
import { IntegrityError, RefusedError, UnlockError } from "../seals/errors";
import { type KeyFile, keyFileBytes, needsPassphrase, readKeyFile, withoutArmor } from "../seals/keyfile";

/** An armored age file under the passphrase, as any age opens it. Takes a second. */
export async function sealedKeyFile(file: KeyFile, passphrase: string): Promise<Bytes> {
  return utf8(toArmor(await sealKeyFile(keyFileBytes(file), passphrase)));
}

/**
 * The key file in `bytes`.
 * @throws UnlockError (`passphrase_needed`, `wrong_passphrase`, `not_a_key_file`), IntegrityError (`key_file_damaged`).
 */
export async function openedKeyFile(bytes: Bytes, passphrase: string): Promise<KeyFile> {
  if (!needsPassphrase(bytes)) return readKeyFile(bytes);
  if (passphrase === "") throw new UnlockError("passphrase_needed", "the key file is sealed");
  const sealed = withoutArmor(bytes);
  try {
    return readKeyFile(await openKeyFile(sealed, passphrase));
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    if (error.code === "passphrase") throw new UnlockError("wrong_passphrase", "it does not open the file");
    if (error.code === "no_match")
      throw new UnlockError("not_a_key_file", "sealed to a key, not to a passphrase");
    if (error.code === "header" || error.code === "payload")
      throw new IntegrityError("key_file_damaged", "the sealed key file was altered");
    throw error;
  }
}
