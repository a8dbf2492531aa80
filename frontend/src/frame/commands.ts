import type { Credential } from "../api/accesses";
import type { Customer } from "../api/customers";
import { kindIcon } from "../features/accesses/kinds";
import type { Inbox } from "../features/accesses/inbox.svelte";
import type { Settings } from "../features/settings/settings.svelte";
import { kindWord } from "../i18n/words";
import type { Command } from "../palette/command.svelte";
import { keyLabel } from "../palette/keys";
import { m } from "../paraglide/messages.js";
import type { IconName } from "../ui/Icon.svelte";
import { places, type PlaceName } from "./places";

/** What the commands of the frame need of it. */
type Frame = { go: (place: PlaceName) => void; settings: Settings; inbox: Inbox; show: (what: "palette" | "shortcuts") => void };

/** What can be done anywhere. */
export function appCommands({ go, settings, inbox, show }: Frame): Command[] {
  const choose = (change: Parameters<Settings["change"]>[0]) => async () => void (await settings.change(change));
  return [
    ...places.map((p): Command => ({ id: `go.${p.name}`, title: p.go, icon: p.icon, keys: p.keys, run: () => go(p.name) })),
    { id: "palette", title: m.command_palette, icon: "search", keys: "mod+KeyK", run: () => show("palette") },
    { id: "shortcuts", title: m.command_shortcuts, icon: "command", keys: "F1", run: () => show("shortcuts") },
    { id: "shortcuts.help", title: m.command_shortcuts, icon: "command", keys: "shift+Slash", run: () => show("shortcuts") },
    { id: "undo", title: m.command_undo, icon: "turn", keys: "mod+KeyZ", outside: true, run: () => inbox.undo() },
    { id: "theme.light", title: m.command_theme_light, icon: "eye", run: choose({ theme: "light" }) },
    { id: "theme.dark", title: m.command_theme_dark, icon: "eye", run: choose({ theme: "dark" }) },
    { id: "theme.system", title: m.command_theme_system, icon: "eye", run: choose({ theme: "" }) },
    { id: "language.ru", title: m.command_language_ru, icon: "globe", run: choose({ language: "ru" }) },
    { id: "language.en", title: m.command_language_en, icon: "globe", run: choose({ language: "en" }) },
    { id: "zoom.in", title: m.command_zoom_in, icon: "plus", keys: "mod+Equal", run: () => settings.zoom(settings.percent + 10) },
    { id: "zoom.out", title: m.command_zoom_out, icon: "search", keys: "mod+Minus", run: () => settings.zoom(settings.percent - 10) },
    { id: "zoom.reset", title: m.command_zoom_reset, icon: "search", keys: "mod+Digit0", run: () => settings.zoom(100) },
  ];
}

/** Every key that does something now. One thing with two keys is one line. */
export function shortcuts(commands: readonly Command[], mac: boolean) {
  const lines = new Map<string, string[]>();
  for (const c of commands) if (c.keys) lines.set(c.title(), [...(lines.get(c.title()) ?? []), keyLabel(c.keys, mac)]);
  return [...lines].map(([title, keys]) => ({ title, keys: keys.join("  ") }));
}

/** Everything that the palette can find: what can be done, then who and what can be gone to. */
export function entries(
  commands: readonly Command[], customers: readonly Customer[], saved: readonly Credential[], mac: boolean,
  openCustomer: (id: number) => void, openCredential: (id: number) => void,
) {
  const names = new Map(customers.map((c) => [c.id, c.name]));
  return [
    ...commands
      .filter((c) => c.id !== "palette" && c.id !== "shortcuts.help")
      .map((c) => ({ id: c.id, title: c.title(), icon: c.icon ?? ("command" as IconName), keys: c.keys && keyLabel(c.keys, mac), run: c.run })),
    ...customers.map((c) => ({
      id: `customer.${c.id}`, title: c.name, text: m.count_accesses({ count: c.accesses }), icon: "person" as IconName, customer: true, run: () => openCustomer(c.id),
    })),
    ...saved.map((c) => ({
      id: `credential.${c.id}`, title: `${kindWord(c.kind)} · ${c.address}`, text: [names.get(c.customerId), c.login].filter(Boolean).join(" · "),
      icon: kindIcon(c.kind), run: () => openCredential(c.id),
    })),
  ];
}
