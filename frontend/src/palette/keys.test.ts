import { expect, test } from "vitest";
import type { Command } from "./command.svelte";
import { commandFor, keyLabel, pressed, type Press } from "./keys";

const press = (code: string, ...held: ("ctrlKey" | "metaKey" | "altKey" | "shiftKey")[]): Press => ({
  code, ctrlKey: held.includes("ctrlKey"), metaKey: held.includes("metaKey"), altKey: held.includes("altKey"), shiftKey: held.includes("shiftKey"),
});

test("keys are compared by their place, with exactly the keys that are held", () => {
  expect(pressed("mod+KeyK", press("KeyK", "ctrlKey"), false)).toBe(true);
  expect(pressed("mod+KeyK", press("KeyK", "ctrlKey", "shiftKey"), false)).toBe(false);
  expect(pressed("mod+KeyK", press("KeyK"), false)).toBe(false);
  expect(pressed("mod+KeyK", press("KeyK", "metaKey"), true)).toBe(true);
  expect(pressed("mod+KeyK", press("KeyK", "ctrlKey"), true)).toBe(false);
});

test("labels are those of the system", () => {
  expect(keyLabel("mod+shift+KeyC", false)).toBe("Ctrl Shift C");
  expect(keyLabel("mod+Enter", true)).toBe("⌘ ↵");
  expect(keyLabel("alt+Digit1", false)).toBe("Alt 1");
});

test("a letter that is typed in a field runs no command", () => {
  const command = (keys: string): Command => ({ id: keys, title: () => keys, keys, run: () => {} });
  const all = [command("shift+Slash"), command("mod+KeyK")];
  expect(commandFor(all, press("Slash", "shiftKey"), false, true)).toBeUndefined();
  expect(commandFor(all, press("Slash", "shiftKey"), false, false)?.id).toBe("shift+Slash");
  expect(commandFor(all, press("KeyK", "ctrlKey"), false, true)?.id).toBe("mod+KeyK");
  const undo = { ...command("mod+KeyZ"), outside: true };
  expect(commandFor([undo], press("KeyZ", "ctrlKey"), false, true)).toBeUndefined();
  expect(commandFor([undo], press("KeyZ", "ctrlKey"), false, false)).toBe(undo);
});
