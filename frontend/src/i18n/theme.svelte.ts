/** The look: light, dark, or whatever the system says now. */
class Theme {
  #choice = "";
  #system: MediaQueryList | undefined;

  /** Takes the operator's choice; an empty one follows the system from now on. */
  follow(choice: string) {
    this.#choice = choice;
    if (!this.#system) {
      this.#system = matchMedia("(prefers-color-scheme: dark)");
      this.#system.addEventListener("change", () => this.#show());
    }
    this.#show();
  }

  #show() {
    document.documentElement.dataset.theme = this.#choice || (this.#system?.matches ? "dark" : "light");
  }
}

export const theme = new Theme();
