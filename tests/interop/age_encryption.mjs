// Seals or opens one file with the npm package age-encryption, for the tests of the Python side.
// Usage: node age_encryption.mjs PACKAGE_FOLDER seal|open KEY IN OUT, or … recipient IDENTITY (printed)
import { readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [folder, mode, key, source, target] = process.argv.slice(2);
const age = await import(pathToFileURL(`${folder}/dist/index.js`).href);

if (mode === "recipient") {
  process.stdout.write(await age.identityToRecipient(key));
} else if (mode === "seal") {
  const encrypter = new age.Encrypter();
  encrypter.addRecipient(key);
  await writeFile(target, await encrypter.encrypt(await readFile(source)));
} else if (mode === "open") {
  const decrypter = new age.Decrypter();
  decrypter.addIdentity(key);
  await writeFile(target, await decrypter.decrypt(await readFile(source)));
} else {
  throw new Error(`unknown mode ${mode}`);
}
