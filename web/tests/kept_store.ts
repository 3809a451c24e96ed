/** Stands for the browser's IndexedDB: `vi.mock("../src/keyring/store", () => import("./kept_store"))`. */

export const kept = new Map<string, unknown>();

export const recall = async (key: string): Promise<unknown> => kept.get(key);
export const keep = async (key: string, value: unknown): Promise<void> => void kept.set(key, value);
export const forgetOne = async (key: string): Promise<void> => void kept.delete(key);
export const forgetAll = async (): Promise<void> => kept.clear();
