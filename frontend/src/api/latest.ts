/** Takes the answers to a question that is asked again and again. One that was asked earlier and arrives later is dropped. */
export class Latest {
  #asked = 0;

  async take<T>(answer: Promise<T>, use: (value: T) => void): Promise<void> {
    const mine = ++this.#asked;
    const value = await answer;
    if (mine === this.#asked) use(value);
  }

  /** Drops the answers that are still to come: something newer is known. */
  drop() {
    this.#asked++;
  }
}
