import type { Command } from "./command.svelte";

/** What of a key press decides. Keys are compared by their place, so that they work in a Russian layout. */
export type Press = Pick<KeyboardEvent, "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** Whether keys are labelled and pressed as on a Mac. */
export const isMac = (platform: string) => /^mac/i.test(platform);

/** Whether a press is the one that a command names. */
export function pressed(keys: string, press: Press, mac: boolean): boolean {
  const parts = keys.split("+");
  const code = parts.pop();
  const mod = parts.includes("mod");
  return (
    press.code === code &&
    (mac ? press.metaKey : press.ctrlKey) === mod &&
    !(mac ? press.ctrlKey : press.metaKey) &&
    press.altKey === parts.includes("alt") &&
    press.shiftKey === parts.includes("shift")
  );
}

/** How keys are shown: "Ctrl K", on a Mac "⌘ K". */
export function keyLabel(keys: string, mac: boolean): string {
  const names: Record<string, string> = {
    mod: mac ? "⌘" : "Ctrl", alt: mac ? "⌥" : "Alt", shift: mac ? "⇧" : "Shift",
    Enter: "↵", Escape: "Esc", Slash: "/", Equal: "+", Minus: "−", Comma: ",", ArrowLeft: "←", ArrowRight: "→",
  };
  if (keys === "shift+Slash") return "?"; // what it writes says more than where it is
  return keys.split("+").map((part) => names[part] ?? part.replace(/^(Key|Digit)/, "")).join(" ");
}

/** Finds the command that a press runs. Keys without mod, and those that edit, belong to the field that is being typed in. */
export function commandFor(commands: readonly Command[], press: Press, mac: boolean, typing: boolean): Command | undefined {
  return commands.find(
    (c) => c.keys && pressed(c.keys, press, mac) && (!typing || (!c.outside && /mod|alt|F\d/.test(c.keys))),
  );
}

/** Whether the focus is where letters are typed. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
}
