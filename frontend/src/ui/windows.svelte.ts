import type { Row } from "./listing";

/** A row of a long list; without its item until that was fetched. */
export type Windowed<T> = Row & { item?: T };

/** How many rows are fetched at once. */
const size = 200;

/** A long list of which only the parts that come into sight are fetched. A row is named by its place, so that rows keep
 *  their names while their items arrive. */
export class Windows<T extends { id: number }> {
  rows = $state.raw<readonly Windowed<T>[]>([]);
  loaded = $state(false);
  #era = 0;
  #places = new Map<number, string>(); // of the items that are here
  #asked = new Set<number>(); // windows on their way or here
  #sight: [first: number, end: number] = [0, 1];

  constructor(
    private readonly fetch: (from: number, count: number) => Promise<readonly T[]>,
    private readonly label: (item: T) => string,
    private readonly fail: (reason: unknown) => void,
  ) {}

  /** Begins anew with so many rows. What is shown stays until what is in sight has arrived. */
  async reset(count: number) {
    const era = ++this.#era;
    this.#asked = new Set();
    const [first, end] = [Math.max(0, Math.min(this.#sight[0], count - 1)), Math.min(this.#sight[1], count)];
    const windows = windowsOf(first, Math.max(end, Math.min(1, count)));
    try {
      const parts = await Promise.all(windows.map((w) => this.#part(w)));
      if (era !== this.#era) return;
      const before = this.rows;
      const rows = Array.from({ length: count }, (_, i): Windowed<T> => (before[i] && !before[i].item ? before[i] : { id: String(i), label: "" }));
      this.#places.clear();
      windows.forEach((w, i) => this.#put(rows, w, parts[i]!));
      this.rows = rows;
      this.loaded = true;
    } catch (reason) {
      if (era === this.#era) this.fail(reason);
    }
  }

  /** Fetches what is needed for these rows and is not here yet. */
  async want(first: number, end: number) {
    this.#sight = [first, end];
    const era = this.#era;
    await Promise.all(
      windowsOf(first, Math.min(end, this.rows.length)).filter((w) => !this.#asked.has(w)).map(async (w) => {
        try {
          const part = await this.#part(w);
          if (era !== this.#era) return;
          const rows = [...this.rows];
          this.#put(rows, w, part);
          this.rows = rows;
        } catch (reason) {
          if (era !== this.#era) return;
          this.#asked.delete(w);
          this.fail(reason);
        }
      }),
    );
  }

  /** The item of a row, fetched when it is not here. */
  async item(at: number): Promise<T | undefined> {
    if (!this.rows[at]?.item) await this.want(at, at + 1);
    return this.rows[at]?.item;
  }

  /** The name of the row with this item; empty when it is not among those that are here. */
  rowOf(id: number): string {
    const row = this.#places.get(id) ?? "";
    return this.rows[Number(row)]?.item?.id === id ? row : "";
  }

  #part(window: number): Promise<readonly T[]> {
    this.#asked.add(window);
    return this.fetch(window * size, size);
  }

  #put(rows: Windowed<T>[], window: number, part: readonly T[]) {
    part.forEach((item, i) => {
      const at = window * size + i;
      if (at >= rows.length) return;
      rows[at] = { id: String(at), label: this.label(item), item };
      this.#places.set(item.id, String(at));
    });
  }
}

function windowsOf(first: number, end: number): number[] {
  const windows: number[] = [];
  for (let w = Math.floor(first / size); w * size < end; w++) windows.push(w);
  return windows;
}
