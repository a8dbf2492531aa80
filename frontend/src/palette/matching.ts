/** Something that can be found in the palette. */
export type Entry = { id: string; title: string; text?: string };

/** Where in the title the query was found, for marking. */
export type Span = [start: number, end: number];

export type Match<E extends Entry> = { entry: E; score: number; spans: Span[] };

const latin = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`";
const cyrillic = "йцукенгшщзхъфывапролджэячсмитьбюё";

/** What the same keys write in the other layout: "ljcneg" is "доступ", "ыыр" is "ssh". */
export function otherLayout(text: string): string {
  const russian = /[а-яё]/i.test(text);
  const [from, to] = russian ? [cyrillic, latin] : [latin, cyrillic];
  return [...text.toLowerCase()].map((sign) => to[from.indexOf(sign)] ?? sign).join("");
}

/** Folds what people do not tell apart: case, ё and е, marks over letters. */
export function fold(text: string): string {
  return text.toLowerCase().replaceAll("ё", "е").normalize("NFC");
}

/** The best entries for a query, best first; all in their own order for an empty one. When nothing fits as typed,
 *  the query is read in the other layout, and that reading is told. */
export function matching<E extends Entry>(query: string, entries: readonly E[], limit = 50): { matches: Match<E>[]; read: string } {
  const asTyped = query.trim();
  if (!asTyped) return { matches: entries.slice(0, limit).map((entry) => ({ entry, score: 0, spans: [] })), read: "" };
  const found = best(asTyped, entries, limit);
  if (found.length) return { matches: found, read: "" };
  const read = otherLayout(asTyped);
  const other = best(read, entries, limit);
  return { matches: other, read: other.length ? read : "" };
}

/** How much of a title a query must say to be meant as its name. */
const named = 0.4;

/** Parts matches that are called by their name, which come before what a search finds, from those that are only touched. */
export function split<E extends Entry>(matches: readonly Match<E>[], query: string): { first: Match<E>[]; rest: Match<E>[] } {
  const first = matches.filter(
    ({ entry, spans }) =>
      spans.length > 0 &&
      query.trim().length >= named * entry.title.length &&
      spans.every(([at]) => at === 0 || !/[\p{L}\p{N}]/u.test(entry.title[at - 1]!)),
  );
  return { first: first.slice(0, 4), rest: [...matches.filter((match) => !first.includes(match)), ...first.slice(4)] };
}

function best<E extends Entry>(query: string, entries: readonly E[], limit: number): Match<E>[] {
  const words = fold(query).split(/\s+/);
  const matches: Match<E>[] = [];
  for (const entry of entries) {
    const match = score(words, entry);
    if (match) matches.push(match);
  }
  return matches.sort((a, b) => b.score - a.score).slice(0, limit);
}

/** What a find is worth: the whole beginning most, a word's beginning next, then any part; the second line little. */
const worth = { start: 8, word: 5, part: 2, text: 1 };

function score<E extends Entry>(words: readonly string[], entry: E): Match<E> | undefined {
  const title = fold(entry.title);
  const text = fold(entry.text ?? "");
  let total = 0;
  const spans: Span[] = [];
  for (const word of words) {
    const at = wordStart(title, word);
    if (at >= 0) {
      total += at === 0 ? worth.start : /[\p{L}\p{N}]/u.test(title[at - 1] ?? "") ? worth.part : worth.word;
      spans.push([at, at + word.length]);
    } else if (text.includes(word)) total += worth.text;
    else return undefined;
  }
  // Of two equals the shorter title is the nearer one.
  return { entry, score: total - title.length / 1000, spans: spans.sort((a, b) => a[0] - b[0]) };
}

/** Where a word of the title begins with what is looked for; else anywhere in it; else -1. */
function wordStart(title: string, word: string): number {
  for (let at = title.indexOf(word); at >= 0; at = title.indexOf(word, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(title[at - 1]!)) return at;
  }
  return title.indexOf(word);
}
