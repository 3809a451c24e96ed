/** Which entries of a list are selected, and from where a range goes on. */

export class Selection {
  readonly ids = new Set<string>();
  /** The end of a range that does not move. */
  private anchor: string | null = null;

  only(id: string): void {
    this.ids.clear();
    this.ids.add(id);
    this.anchor = id;
  }

  toggle(id: string): void {
    if (!this.ids.delete(id)) this.ids.add(id);
    this.anchor = id;
  }

  /** All from the anchor to `id`, and nothing else, in the order of the list. */
  rangeTo(id: string, list: readonly string[]): void {
    const end = list.indexOf(id);
    const known = this.anchor === null ? -1 : list.indexOf(this.anchor);
    if (known < 0) this.anchor = id;
    const start = known < 0 ? end : known;
    this.ids.clear();
    const [first, last] = [Math.min(start, end), Math.max(start, end)];
    for (const each of list.slice(first, last + 1)) this.ids.add(each);
  }

  /** Where a range begins that is drawn from `id` on, unless one is being drawn already. */
  beginAt(id: string): void {
    this.anchor ??= id;
  }

  all(list: readonly string[]): void {
    for (const id of list) this.ids.add(id);
  }

  clear(): void {
    this.ids.clear();
    this.anchor = null;
  }

  /** Forgets what is not in the list any more. */
  keep(list: readonly string[]): void {
    const there = new Set(list);
    for (const id of this.ids) if (!there.has(id)) this.ids.delete(id);
    if (this.anchor !== null && !there.has(this.anchor)) this.anchor = null;
  }
}
