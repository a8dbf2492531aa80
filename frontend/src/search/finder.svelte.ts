import { Code, failureOf, type Failure } from "../api/failure";
import { find, type Answer, type In } from "../api/search";

/** What is looked for and what was found. The answer that is here stays until the next one is, so that nothing flickers. */
export class Finder {
  query = $state("");
  answer = $state.raw<Answer>();
  failure = $state.raw<Failure>();
  ms = $state(0); // how long the answer took
  #asked = 0;
  #pending: Promise<void> = Promise.resolve();

  constructor(
    private readonly sets: () => readonly In[],
    private readonly limit = 20,
  ) {}

  /** Asks, at once: a search is cheaper than a wait. The answer to an earlier query is dropped. */
  ask(query: string): Promise<void> {
    this.query = query;
    this.#pending = this.#ask(++this.#asked, query.trim());
    return this.#pending;
  }

  /** Asks again, for what has changed. */
  again(): Promise<void> {
    return this.ask(this.query);
  }

  /** Waits until the answer belongs to the query, but no longer than a person would. */
  async settled(patience = 400) {
    await Promise.race([this.#pending, new Promise((done) => setTimeout(done, patience))]);
  }

  async #ask(mine: number, query: string) {
    const began = performance.now();
    for (let again = 0; ; again++) {
      try {
        const answer = query ? await find(query, this.sets(), this.limit) : undefined;
        if (mine !== this.#asked) return;
        this.answer = answer;
        this.failure = undefined;
        this.ms = performance.now() - began;
        return;
      } catch (reason) {
        if (mine !== this.#asked) return; // given up for a newer query
        const failure = failureOf(reason);
        // Queries may overtake each other on their way: the newest one that is given up is asked again.
        if (failure.code === Code.Cancelled && again < retries) continue;
        this.answer = undefined;
        this.failure = failure;
        return;
      }
    }
  }
}

const retries = 5;
