import * as api from "../../api/articles";
import type { Article, Page, Progress, Source } from "../../api/articles";
import { on } from "../../api/events";
import { Code, Failure, failureOf, went } from "../../api/failure";
import { In, type Hit } from "../../api/search";
import { Finder } from "../../search/finder.svelte";
import { sets } from "../../search/sets";
import { Windows } from "../../ui/windows.svelte";
import { Trail } from "./trail";

/** Where in an article the reading begins. */
export type Goal = { anchor: string; top: number; marks: readonly string[]; passage: string };

const start: Goal = { anchor: "", top: 0, marks: [], passage: "" };

/** The knowledge base: where it is from, the long list of it, and what is being read. */
export class Knowledge {
  sources = $state.raw<readonly Source[]>([]);
  loaded = $state(false);
  source = $state(0); // whose articles are listed; 0 for all
  everywhere = $state(false); // its search field looks in every set
  view = $state<"read" | "sources">("read");
  article = $state.raw<Page>();
  goal = $state.raw<Goal>(start);
  running = $state.raw<readonly Progress[]>([]); // imports under way
  ended = $state.raw<readonly Progress[]>([]); // the last that ended, one of each source
  canBack = $state(false);
  canForward = $state(false);
  readonly trail = new Trail();
  readonly finder = new Finder(() => (this.everywhere ? sets.map((set) => set.name) : [In.Articles]), 100);
  readonly list = new Windows<Article>((from, count) => api.list(this.source, from, count), (article) => article.title, (reason) => this.fail(failureOf(reason)));
  #opened = 0;

  constructor(private readonly fail: (failure: Failure) => void) {}

  /** Reads everything and keeps it fresh until the returned function is called. */
  start(): () => void {
    void this.read();
    const ends = [on("changed", (noun) => noun === "sources" && void this.read()), on("import", (progress) => this.#hear(progress))];
    return () => ends.forEach((end) => end());
  }

  /** How many articles there are of the chosen source. */
  get count(): number {
    return this.sources.reduce((sum, source) => sum + (this.source === 0 || this.source === source.id ? source.articles : 0), 0);
  }

  async read() {
    await this.try(async () => {
      const [sources, running] = await Promise.all([api.sources(), api.importing()]);
      this.sources = sources ?? [];
      this.running = (running ?? []).filter((progress) => !progress.ended);
      if (!this.sources.some((source) => source.id === this.source)) this.source = 0;
      await Promise.all([this.list.reset(this.count), this.finder.query ? this.finder.again() : undefined, this.#refresh()]);
    });
    this.loaded = true;
  }

  async choose(source: number) {
    this.source = source;
    await this.list.reset(this.count);
  }

  /** Shows an article. Walking through a list leaves no trail of every row. */
  async open(id: number, goal: Partial<Goal> = {}, walking = false): Promise<boolean> {
    if (!(await this.#show(id, { ...start, ...goal }))) return false;
    this.trail.go({ article: id, anchor: goal.anchor ?? "", top: 0 }, walking);
    this.#trailed();
    return true;
  }

  /** Shows what a search found, where it was found. */
  openHit(hit: Hit, walking = false): Promise<boolean> {
    const marks = [...hit.title, ...hit.passage].filter((span) => span.mark).map((span) => span.text);
    return this.open(hit.id, { anchor: hit.anchor, marks, passage: hit.passage.map((span) => span.text).join("") }, walking);
  }

  async go(by: 1 | -1) {
    const step = this.trail.move(by);
    this.#trailed();
    if (step) await this.#show(step.article, { ...start, ...step });
  }

  async import(what: () => Promise<Source>) {
    this.view = "sources";
    await this.try(async () => {
      const source = await what();
      if (source.id) this.forget(source.id);
      await this.read();
    });
  }

  async update(source: Source) {
    this.forget(source.id);
    await this.try(async () => {
      await api.update(source.id);
      this.running = (await api.importing()) ?? [];
    });
  }

  /** Forgets how an import ended whose source is not there. */
  forget(source: number) {
    this.ended = this.ended.filter((progress) => progress.source !== source);
  }

  /** Tries something and tells the operator when it fails. */
  try(work: () => Promise<unknown>): Promise<boolean> {
    return went(work, this.fail);
  }

  async #show(id: number, goal: Goal): Promise<boolean> {
    const mine = ++this.#opened;
    if (this.article?.id !== id) {
      let article: Page;
      try {
        article = await api.show(id);
      } catch (reason) {
        if (mine === this.#opened) this.fail(failureOf(reason));
        return false;
      }
      if (mine !== this.#opened) return false; // something else is wanted by now
      this.article = article;
    }
    this.goal = goal;
    this.view = "read";
    return true;
  }

  /** What is being read may have changed or gone with an update. */
  async #refresh() {
    const before = this.article;
    if (!before) return;
    let now: Page | undefined;
    try {
      now = await api.show(before.id);
    } catch (reason) {
      if (failureOf(reason).code !== "error_not_found") throw reason;
    }
    if (this.article !== before || JSON.stringify(now) === JSON.stringify(before)) return;
    this.article = now;
    this.goal = { ...start, top: this.trail.here?.top ?? 0 };
  }

  #hear(progress: Progress) {
    this.running = [...this.running.filter((other) => other.source !== progress.source), ...(progress.ended ? [] : [progress])];
    if (!progress.ended) return; // and what it changed is told by itself
    if (progress.failed && progress.failed !== Code.Cancelled) this.fail(new Failure(progress.failed));
    this.ended = [...this.ended.filter((other) => other.source !== progress.source), progress];
  }

  #trailed() {
    this.canBack = this.trail.canBack;
    this.canForward = this.trail.canForward;
  }
}
