/** Stands for the browser's IndexedDB: `vi.mock("../src/keyring/store", () => import("./kept_store"))`. */

export const kept = new Map<string, unknown>();

export const recall = async (key: string): Promise<unknown> => kept.get(key);
export const recallAll = async (prefix: string): Promise<unknown> =>
  new Map(
    [...kept].flatMap(([key, value]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [])),
  );
export const keep = async (key: string, value: unknown): Promise<void> => void kept.set(key, value);
export const forgetOne = async (key: string): Promise<void> => void kept.delete(key);
export const forgetPrefix = async (prefix: string): Promise<void> => {
  for (const key of [...kept.keys()]) if (key.startsWith(prefix)) kept.delete(key);
};
export const forgetAll = async (): Promise<void> => kept.clear();
