import { overwriteGetLocale } from "../paraglide/runtime.js";

export type Locale = "ru" | "en";

/** The language of the interface. Every message function reads it, so a change is seen at once everywhere. */
class Language {
  current = $state<Locale>("ru");

  constructor() {
    overwriteGetLocale(() => this.current);
  }

  /** Takes the operator's choice, or the system's language where there is none. */
  follow(choice: string, system: string) {
    const wanted = choice || system || navigator.language;
    this.current = wanted.startsWith("ru") ? "ru" : "en";
    document.documentElement.lang = this.current;
  }
}

export const language = new Language();
