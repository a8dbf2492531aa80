import { untrack } from "svelte";
import type { IconName } from "../ui/Icon.svelte";

/** Something the operator can do by name. Menus, keys and the palette all run the same Command. */
export type Command = {
  id: string;
  title: () => string; // a message function, so a change of language is seen at once
  keys?: string; // "mod+shift+KeyC", by the place of the key; mod is ⌘ on macOS, Ctrl elsewhere
  outside?: boolean; // not while a field has the focus: there the keys mean something else
  icon?: IconName;
  when?: () => boolean; // absent means always
  run: () => void | Promise<void>;
};

/** The commands of the moment: a page adds its own while it is mounted. */
export class Commands {
  #all = $state.raw<readonly Command[]>([]);

  /** What can be done now. */
  get ready(): readonly Command[] {
    return this.#all.filter((c) => !c.when || c.when());
  }

  /** Adds commands until the returned function is called. Use it as the body of an effect. */
  add(commands: readonly Command[]): () => void {
    untrack(() => (this.#all = [...this.#all, ...commands]));
    return () => untrack(() => (this.#all = this.#all.filter((c) => !commands.includes(c))));
  }
}
