import { createContext } from "svelte";

/** The time that ages are counted from. One timer for the whole page, so that all ages change together. */
export class Clock {
  now = $state(Date.now());

  /** Ticks until the returned function is called. */
  start(): () => void {
    const timer = setInterval(() => (this.now = Date.now()), 20_000);
    return () => clearInterval(timer);
  }
}

export const [getClock, setClock] = createContext<Clock>();
