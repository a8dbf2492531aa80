/** A short word about what has just happened, with a way back where there is one. */
export type Toast = {
  id: number;
  text: () => string; // a function, so that a change of language is seen at once
  tone: "plain" | "rejected";
  act?: { title: () => string; run: () => void };
  gone?: () => void; // when the way back has closed
};

/** How long a toast stays: long enough to read it and to change one's mind. */
const stay = 8000;

/** The words at the foot of the window. */
export class Toasts {
  all = $state.raw<readonly Toast[]>([]);
  #last = 0;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  say(text: () => string, more: Partial<Omit<Toast, "id" | "text">> = {}): number {
    const id = ++this.#last;
    this.all = [...this.all.slice(-2), { id, text, tone: "plain", ...more }];
    for (const old of this.#timers.keys()) if (!this.all.some((t) => t.id === old)) this.#end(old);
    this.#timers.set(id, setTimeout(() => this.close(id), stay));
    return id;
  }

  /** Takes the way back of a toast, once. */
  act(id: number) {
    const toast = this.all.find((t) => t.id === id);
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.#waiting.delete(id);
    this.all = this.all.filter((t) => t.id !== id);
    toast?.act?.run();
  }

  close(id: number) {
    this.#end(id);
    this.all = this.all.filter((t) => t.id !== id);
  }

  #waiting = new Map<number, () => void>();

  /** Says that something is gone, and does it when the way back has closed. */
  undoable(text: () => string, title: () => string, back: () => void, done: () => void) {
    const id = this.say(text, { act: { title, run: back } });
    this.#waiting.set(id, done);
  }

  #end(id: number) {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    const done = this.#waiting.get(id);
    this.#waiting.delete(id);
    done?.();
  }
}
