import { m } from "../paraglide/messages.js";
import type { IconName } from "../ui/Icon.svelte";

/** The places of the window, in the order of their keys. */
export type PlaceName = "accesses" | "customers" | "settings";

export type Place = { name: PlaceName; title: () => string; icon: IconName; go: () => string; keys: string };

export const places: readonly Place[] = [
  { name: "accesses", title: m.place_accesses, icon: "key", go: m.command_go_accesses, keys: "alt+Digit1" },
  { name: "customers", title: m.place_customers, icon: "person", go: m.command_go_customers, keys: "alt+Digit2" },
  { name: "settings", title: m.place_settings, icon: "gear", go: m.command_go_settings, keys: "alt+Digit3" },
];
