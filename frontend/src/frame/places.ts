import { m } from "../paraglide/messages.js";
import type { IconName } from "../ui/Icon.svelte";

/** The places of the window, in the order of their keys. */
export type PlaceName = "accesses" | "customers" | "replies" | "knowledge" | "settings";

export type Place = { name: PlaceName; title: () => string; icon: IconName; go: () => string; keys: string };

export const places: readonly Place[] = [
  { name: "accesses", title: m.place_accesses, icon: "key", go: m.command_go_accesses, keys: "alt+Digit1" },
  { name: "customers", title: m.place_customers, icon: "person", go: m.command_go_customers, keys: "alt+Digit2" },
  { name: "replies", title: m.place_replies, icon: "note", go: m.command_go_replies, keys: "alt+Digit3" },
  { name: "knowledge", title: m.place_knowledge, icon: "book", go: m.command_go_knowledge, keys: "alt+Digit4" },
  { name: "settings", title: m.place_settings, icon: "gear", go: m.command_go_settings, keys: "alt+Digit5" },
];
