/** One row of a list. A heading is shown and skipped by the keyboard. */
export type Row = { id: string; label: string; heading?: boolean };

/** Where each row begins, and after them the height of all. */
export function offsets(rows: readonly Row[], tall: number, heading: number): number[] {
  const tops = [0];
  for (const row of rows) tops.push(tops[tops.length - 1]! + (row.heading ? heading : tall));
  return tops;
}

/** The rows that a window onto the list can show, with a few to spare on both sides. */
export function visible(tops: readonly number[], top: number, height: number): [first: number, end: number] {
  const rows = tops.length - 1;
  const first = Math.max(0, above(tops, top) - spare);
  const end = Math.min(rows, above(tops, top + height) + 1 + spare);
  return [first, end];
}

/** Rows drawn beyond each edge, so that a quick scroll does not show paper. */
const spare = 8;

/** The index of the row that a height lies in. */
function above(tops: readonly number[], height: number): number {
  let low = 0;
  let high = tops.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (tops[middle]! <= height) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The index that a key leads to, or undefined when the key does not move. */
export function moved(rows: readonly Row[], from: number, key: string, page: number): number | undefined {
  const steps: Record<string, [start: number, by: number]> = {
    ArrowDown: [from + 1, 1],
    ArrowUp: [from < 0 ? rows.length - 1 : from - 1, -1],
    Home: [0, 1],
    End: [rows.length - 1, -1],
    PageDown: [Math.min(rows.length - 1, from + page), -1],
    PageUp: [Math.max(0, from - page), 1],
  };
  const step = steps[key];
  if (!step) return undefined;
  let [at, by] = step;
  while (rows[at]?.heading) at += by;
  if (rows[at]) return at;
  return rows[from] ? from : undefined;
}

/** The next row whose label begins with what was typed, going round. */
export function typed(rows: readonly Row[], from: number, text: string): number | undefined {
  const wanted = text.toLocaleLowerCase();
  // One letter again and again walks through the rows; more letters narrow down where the cursor is.
  const start = text.length > 1 ? from : from + 1;
  for (let i = 0; i < rows.length; i++) {
    const at = (Math.max(0, start) + i) % rows.length;
    const row = rows[at]!;
    if (!row.heading && row.label.toLocaleLowerCase().startsWith(wanted)) return at;
  }
  return undefined;
}
