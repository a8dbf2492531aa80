import { m } from "../paraglide/messages.js";
import { language } from "./language.svelte";

const formats = new Map<string, Intl.DateTimeFormat>();

function format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language.current + name;
  const made = formats.get(key) ?? new Intl.DateTimeFormat(language.current, options);
  formats.set(key, made);
  return made;
}

/** Days between two moments as the calendar counts them, not the clock. */
function daysBefore(at: Date, now: Date): number {
  const midnight = (d: Date) => Date.UTC(d.getFullYear(), d.getMonth(), d.getDate());
  return Math.round((midnight(now) - midnight(at)) / 86_400_000);
}

/** When something was, as short as it can be said: "today 11:42", "yesterday", "18 Nov". Empty for no time at all. */
export function when(at: string, now: number): string {
  const date = new Date(at);
  if (!at || Number.isNaN(date.getTime()) || date.getFullYear() < 2000) return "";
  const days = daysBefore(date, new Date(now));
  if (days === 0 || days === 1) {
    const day = new Intl.RelativeTimeFormat(language.current, { numeric: "auto" }).format(-days, "day");
    return days === 0 ? `${day} ${format("time", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(date)}` : day;
  }
  const sameYear = date.getFullYear() === new Date(now).getFullYear();
  return sameYear
    ? format("day", { day: "numeric", month: "short" }).format(date)
    : format("year", { day: "numeric", month: "short", year: "numeric" }).format(date);
}

/** The whole date and time, for where there is room. */
export function full(at: string): string {
  return format("full", { dateStyle: "long", timeStyle: "short", hourCycle: "h23" }).format(new Date(at));
}

/** How long ago something was, in its largest unit: "2 hr. ago". Empty for no time at all. */
export function ago(at: string, now: number): string {
  const date = new Date(at);
  if (!at || Number.isNaN(date.getTime()) || date.getFullYear() < 2000) return "";
  const minutes = Math.max(0, Math.floor((now - date.getTime()) / 60_000));
  const relative = new Intl.RelativeTimeFormat(language.current, { numeric: "auto", style: "short" });
  if (minutes < 1) return m.time_now();
  if (minutes < 60) return relative.format(-minutes, "minute");
  if (minutes < 60 * 24) return relative.format(-Math.floor(minutes / 60), "hour");
  return relative.format(-Math.floor(minutes / 60 / 24), "day");
}

/** How long until a moment: "in 7 hours". */
export function until(at: string, now: number): string {
  const minutes = Math.max(0, Math.round((new Date(at).getTime() - now) / 60_000));
  const relative = new Intl.RelativeTimeFormat(language.current, { numeric: "always" });
  return minutes < 90 ? relative.format(minutes, "minute") : relative.format(Math.round(minutes / 60), "hour");
}

/** A length of time: milliseconds below a second, then seconds. */
export function took(ms: number): string {
  if (ms < 1000) return m.time_ms({ ms });
  return m.time_s({ s: new Intl.NumberFormat(language.current, { maximumFractionDigits: 1 }).format(ms / 1000) });
}

/** A length of time in words, for what is still to come: "2 min", "1 hr". */
export function lasts(seconds: number): string {
  const unit = (value: number, unit: "second" | "minute" | "hour") =>
    new Intl.NumberFormat(language.current, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 0 }).format(value);
  if (seconds < 60) return unit(Math.max(1, Math.ceil(seconds)), "second");
  return seconds < 3600 ? unit(Math.ceil(seconds / 60), "minute") : unit(Math.ceil(seconds / 3600), "hour");
}
