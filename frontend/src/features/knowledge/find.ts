/** The text of an article as it is searched: the texts of its nodes one after another, folded, with a gap between blocks. */
export type Haystack = { text: string; starts: number[]; nodes: Text[] };

/** Where something was found, in the haystack's text. */
export type Found = [start: number, end: number];

/** Folds without changing the length, so that places in the folded text are places in the text. */
export function foldSame(text: string): string {
  const whole = text.toLowerCase().replaceAll("ё", "е").replaceAll("\u00a0", " ");
  if (whole.length === text.length) return whole;
  return [...text].map((sign) => (sign.toLowerCase().length === sign.length ? sign.toLowerCase() : sign)).join("").replaceAll("ё", "е").replaceAll("\u00a0", " ");
}

/** Every place of what is looked for, without overlaps. */
export function places(text: string, query: string, limit = 10_000): Found[] {
  const wanted = foldSame(query);
  const found: Found[] = [];
  if (!wanted.trim()) return found;
  for (let at = text.indexOf(wanted); at >= 0 && found.length < limit; at = text.indexOf(wanted, at + wanted.length)) found.push([at, at + wanted.length]);
  return found;
}

/** The best place for a hit: where the passage itself stands, else where most of its marked words stand near each other. */
export function hitPlace(text: string, marks: readonly string[], passage: string, from = 0): number {
  const words = [...new Set(marks.map(foldSame).filter(Boolean))];
  const line = foldSame(passage).replace(/^[\s…]+|[\s…]+$/g, "");
  const exact = line ? text.indexOf(line, from) : -1;
  if (exact >= 0) {
    const first = Math.min(...words.map((word) => text.indexOf(word, exact)).filter((at) => at >= 0));
    return Number.isFinite(first) && first < exact + line.length ? first : exact;
  }
  let best = -1;
  let most = 0;
  for (const word of words) {
    for (const [at] of places(text.slice(from), word, 500)) {
      const near = text.slice(from + at, from + at + 240);
      const count = words.filter((other) => near.includes(other)).length;
      if (count > most) [most, best] = [count, from + at];
    }
  }
  return best;
}

/** The range of a find in the nodes of the page. */
export function rangeOf(hay: Haystack, [start, end]: Found): Range {
  const range = new Range();
  const from = nodeAt(hay.starts, start);
  const to = nodeAt(hay.starts, end - 1);
  range.setStart(hay.nodes[from]!, start - hay.starts[from]!);
  range.setEnd(hay.nodes[to]!, end - hay.starts[to]!);
  return range;
}

/** The index of the node that a place of the text lies in. */
export function nodeAt(starts: readonly number[], place: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

const inline = "code, strong, em, del, sub, sup, kbd, mark, span";

/** Reads the text of an element, without what is no part of the article. */
export function haystack(root: Element): Haystack {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const hay: Haystack = { text: "", starts: [], nodes: [] };
  const parts: string[] = [];
  let length = 0;
  let block: Element | null = null;
  for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null) {
    let parent = node.parentElement;
    if (!parent || parent.closest("[data-apart]")) continue;
    while (parent !== root && parent?.matches(inline)) parent = parent.parentElement;
    if (block && parent !== block) {
      parts.push("\n");
      length++;
    }
    block = parent;
    const text = foldSame(node.data);
    hay.starts.push(length);
    hay.nodes.push(node);
    parts.push(text);
    length += text.length;
  }
  hay.text = parts.join("");
  return hay;
}
