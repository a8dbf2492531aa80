import { on } from "../../api/events";
import { failureOf, type Failure, went } from "../../api/failure";
import { In } from "../../api/search";
import * as api from "../../api/snippets";
import type { Snippet, Tally } from "../../api/snippets";
import { Finder } from "../../search/finder.svelte";
import { Windows } from "../../ui/windows.svelte";

/** The operator's replies: the long list, what is looked for in it, and the one that is looked at. */
export class Replies {
  tally = $state.raw<Tally>({ all: 0, tags: {} });
  loaded = $state(false);
  tag = $state("");
  shown = $state.raw<Snippet>();
  fresh = $state(false); // a new one is being written
  readonly finder = new Finder(() => [In.Snippets], 100);
  readonly list = new Windows<Snippet>((from, count) => api.list(this.tag, from, count), (snippet) => snippet.title, (reason) => this.fail(failureOf(reason)));
  #opened = 0;

  constructor(private readonly fail: (failure: Failure) => void) {}

  /** Reads the list and keeps it fresh until the returned function is called. */
  start(): () => void {
    void this.read();
    return on("changed", (noun) => noun === "snippets" && void this.read());
  }

  /** How many there are of the chosen tag. */
  get count(): number {
    return this.tag ? (this.tally.tags[this.tag] ?? 0) : this.tally.all;
  }

  async read() {
    await this.try(async () => {
      const tally = await api.tally();
      this.tally = { all: tally.all, tags: tally.tags ?? {} };
      if (this.tag && !this.tally.tags[this.tag]) this.tag = "";
      await Promise.all([this.list.reset(this.count), this.finder.again()]);
      if (this.shown) await this.open(this.shown.id);
    });
    this.loaded = true;
  }

  async choose(tag: string) {
    this.tag = tag;
    await this.list.reset(this.count);
  }

  /** Shows one; a later call wins, and one that is gone shows nothing. */
  async open(id: number) {
    const mine = ++this.#opened;
    let shown: Snippet | undefined;
    try {
      shown = await api.find(id);
    } catch (reason) {
      const failure = failureOf(reason);
      if (failure.code !== "error_not_found") this.fail(failure);
    }
    if (mine !== this.#opened) return;
    this.fresh = false;
    this.shown = shown;
  }

  /** Begins a new one. */
  write() {
    this.#opened++;
    this.shown = undefined;
    this.fresh = true;
  }

  close() {
    this.#opened++;
    this.shown = undefined;
    this.fresh = false;
  }

  try(work: () => Promise<unknown>): Promise<boolean> {
    return went(work, this.fail);
  }
}

/** A reply that is not kept yet. */
export const blank: Snippet = { id: 0, title: "", body: "", tags: [], uses: 0, createdAt: "0001-01-01T00:00:00Z", changedAt: "0001-01-01T00:00:00Z" };

/** Reads tags as people write them: with commas between, with or without a number sign, each once. */
export function readTags(text: string): string[] {
  return [...new Set(text.split(/[,;\n]/).map((tag) => tag.trim().replace(/^#+/, "").replace(/\s+/g, " ").trim()).filter(Boolean))];
}
