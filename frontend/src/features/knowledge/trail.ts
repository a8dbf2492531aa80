/** A place that was read: an article, and how far down. */
export type Step = { article: number; anchor: string; top: number };

/** The way through the articles, to go back and forward on. */
export class Trail {
  #steps: Step[] = [];
  #at = -1;

  get here(): Step | undefined {
    return this.#steps[this.#at];
  }
  get canBack(): boolean {
    return this.#at > 0;
  }
  get canForward(): boolean {
    return this.#at < this.#steps.length - 1;
  }

  /** Goes on to a new place; what lay ahead is forgotten. Walking through a list leaves one step, not one for each row. */
  go(step: Step, walking = false) {
    const here = this.here;
    if (here && here.article === step.article && here.anchor === step.anchor) return;
    const keep = walking && here ? this.#at : this.#at + 1;
    this.#steps = [...this.#steps.slice(Math.max(0, keep - longest + 1), keep), step];
    this.#at = this.#steps.length - 1;
  }

  /** Remembers how far down the place at hand was read. */
  leave(top: number) {
    if (this.here) this.here.top = top;
  }

  move(by: 1 | -1): Step | undefined {
    if (by < 0 ? !this.canBack : !this.canForward) return undefined;
    this.#at += by;
    return this.here;
  }
}

/** How many places are remembered. */
const longest = 200;
