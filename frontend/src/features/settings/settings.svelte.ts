import { on } from "../../api/events";
import { failureOf, type Failure } from "../../api/failure";
import { Latest } from "../../api/latest";
import * as api from "../../api/system";
import type { Settings as Choices, State } from "../../api/system";
import { language } from "../../i18n/language.svelte";
import { theme } from "../../i18n/theme.svelte";
import { enlarge } from "../../i18n/zoom";

/** The operator's choices and the state of this machine. What is chosen is seen at once and kept. */
export class Settings {
  choices = $state.raw<Choices>();
  state = $state.raw<State>();

  #read = new Latest();
  #saves: Promise<unknown> = Promise.resolve();
  #unsaved = 0;

  constructor(private readonly fail: (failure: Failure) => void) {}

  /** Reads both and keeps them fresh until the returned function is called. */
  start(): () => void {
    void this.read();
    const ends = [
      on("state", (state) => (this.state = state)),
      on("finished", () => void this.look()),
      on("changed", (noun) => noun === "settings" && void this.read()),
    ];
    // The network and the keyring change without telling anybody.
    const timer = setInterval(() => void this.look(), 15_000);
    return () => {
      clearInterval(timer);
      ends.forEach((end) => end());
    };
  }

  async read() {
    await this.look();
    if (this.state?.failure || this.#unsaved) return; // after the last save it is read again
    try {
      await this.#read.take(api.settings(), (choices) => {
        this.choices = choices;
        this.#follow();
      });
    } catch (reason) {
      this.fail(failureOf(reason));
    }
  }

  /** How large everything is, in percent. */
  get percent(): number {
    return this.choices?.zoom || 100;
  }

  /** Makes everything larger or smaller, within what stays usable. */
  async zoom(percent: number) {
    await this.change({ zoom: Math.min(150, Math.max(80, percent)) });
  }

  /** Looks at the machine again. */
  async look() {
    try {
      this.state = await api.state();
      if (!this.choices) language.follow("", this.state.language);
    } catch (reason) {
      this.fail(failureOf(reason));
    }
  }

  /** Keeps a change; the page follows it before the Go side has answered. Changes are kept in the order in which they were made. */
  async change(change: Partial<Choices>): Promise<boolean> {
    if (!this.choices) return false;
    const choices = { ...this.choices, ...change };
    this.choices = choices;
    this.#follow();
    this.#read.drop(); // what was asked before this change does not know of it
    this.#unsaved++;
    const saved = this.#saves.then(() => api.saveSettings(choices));
    this.#saves = saved.catch(() => {});
    try {
      await saved;
      return true;
    } catch (reason) {
      this.fail(failureOf(reason));
      return false;
    } finally {
      if (--this.#unsaved === 0) void this.read();
    }
  }

  #follow() {
    language.follow(this.choices?.language ?? "", this.state?.language ?? "");
    theme.follow(this.choices?.theme ?? "");
    enlarge(this.percent);
  }
}
