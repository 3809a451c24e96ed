/** A small key-value store in this browser (IndexedDB). Nothing in it opens anything by itself; see `keyring.ts`. */

const NAME = "siegel";
const STORE = "kept";

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function transact<T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await opened();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

export function recall<T>(key: string): Promise<T | undefined> {
  return transact("readonly", (store) => store.get(key) as IDBRequest<T | undefined>);
}

/** All that is kept under keys with this prefix, by the rest of the key. */
export async function recallAll<T>(prefix: string): Promise<ReadonlyMap<string, T>> {
  const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
  const names: { found?: IDBRequest<IDBValidKey[]> } = {};
  const values = await transact("readonly", (store) => {
    names.found = store.getAllKeys(range);
    return store.getAll(range) as IDBRequest<T[]>;
  });
  const keys = names.found?.result ?? [];
  return new Map(values.map((value, i) => [String(keys[i]).slice(prefix.length), value]));
}

/** Forgets all that is kept under keys with this prefix. */
export async function forgetPrefix(prefix: string): Promise<void> {
  await transact("readwrite", (store) => store.delete(IDBKeyRange.bound(prefix, `${prefix}\uffff`)));
}

export async function recallKeys(): Promise<readonly string[]> {
  const keys = await transact("readonly", (store) => store.getAllKeys());
  return keys.filter((key) => typeof key === "string");
}

export async function keep(key: string, value: unknown): Promise<void> {
  await transact("readwrite", (store) => store.put(value, key));
}

export async function forgetOne(key: string): Promise<void> {
  await transact("readwrite", (store) => store.delete(key));
}

/** With it goes what lies in the browser's own file system. */
export async function forgetAll(): Promise<void> {
  await transact("readwrite", (store) => store.clear());
  await clearFiles();
}

async function clearFiles(): Promise<void> {
  try {
    const root = await navigator.storage.getDirectory();
    const names: string[] = [];
    for await (const name of root.keys()) names.push(name);
    for (const name of names) await root.removeEntry(name, { recursive: true });
  } catch (error) {
    // No such file system in this window, or another tab is just writing: that tab signs out, too, and the next sign-in clears.
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
  }
}
