import { In } from "../api/search";
import { m } from "../paraglide/messages.js";
import type { IconName } from "../ui/Icon.svelte";

/** The sets that are searched, in the order in which they are shown. */
export const sets: readonly { name: In; title: () => string; one: () => string; icon: IconName }[] = [
  { name: In.Snippets, title: m.set_snippets, one: m.set_snippet, icon: "note" },
  { name: In.Articles, title: m.set_articles, one: m.set_article, icon: "book" },
  { name: In.Notes, title: m.set_notes, one: m.set_note, icon: "page" },
  { name: In.Customers, title: m.set_customers, one: m.set_customer, icon: "person" },
];

/** Reads the sets that were chosen; none chosen means all. */
export function chosenSets(text: string): In[] {
  const wanted = text.split(",");
  const known = sets.map((set) => set.name).filter((name) => wanted.includes(name));
  return known.length ? known : sets.map((set) => set.name);
}

/** Switches one set on or off. The first choice leaves only that one; all of them and none of them are the same, kept as nothing. */
export function switchSet(text: string, set: In): string {
  if (!text) return set;
  const now = chosenSets(text);
  const next = sets.map((s) => s.name).filter((name) => (name === set ? !now.includes(name) : now.includes(name)));
  return next.length === sets.length ? "" : next.join(",");
}

export const setOf = (name: In) => sets.find((set) => set.name === name)!;
