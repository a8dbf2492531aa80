import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { Kind } from "./api/accesses";
import { kinds } from "./features/accesses/kinds";

const root = import.meta.dirname;
const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(svelte|ts|css)$/.test(entry.name) && !entry.name.includes(".test."))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
  .filter((path) => !path.startsWith("paraglide/"))
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));

const offenders = (wrong: (file: { path: string; text: string }) => boolean) => files.filter(wrong).map((file) => file.path);
const imports = (text: string) => [...text.matchAll(/from "([^"]+)"/g)].map((found) => found[1]!);

test("there are files to look at", () => expect(files.length).toBeGreaterThan(50));

test("no HTML string is ever shown, and nothing is run from text", () => {
  expect(offenders(({ text }) => /\{@html|innerHTML|insertAdjacentHTML|document\.write|eval\(|new Function/.test(text))).toEqual([]);
});

test("nothing is kept in the browser, and nothing leads out of the page", () => {
  expect(offenders(({ text }) => /localStorage|sessionStorage|document\.cookie|indexedDB|<a\s|window\.open|BrowserOpenURL|<iframe|https?:\/\//.test(text))).toEqual([]);
});

test("only api imports what the bridge generates", () => {
  expect(offenders(({ path, text }) => !path.startsWith("api/") && imports(text).some((from) => from.includes("wailsjs")))).toEqual([]);
});

test("the parts of ui know nothing of ours", () => {
  expect(offenders(({ path, text }) => path.startsWith("ui/") && imports(text).some((from) => from.startsWith("../")))).toEqual([]);
});

test("no feature imports another", () => {
  const feature = (path: string) => /^features\/(\w+)\//.exec(path)?.[1];
  expect(
    offenders(({ path, text }) => !!feature(path) && imports(text).some((from) => /^\.\.\/(accesses|customers|replies|knowledge|settings)\//.test(from))),
  ).toEqual([]);
});

test("no colour has a value outside of the tokens", () => {
  expect(offenders(({ path, text }) => path !== "tokens.css" && /#[0-9a-f]{3,8}\b(?=[;\s)])|rgba?\(|hsl\(/i.test(text))).toEqual([]);
});

test("no sentence stands in a component", () => {
  const shown = (text: string) => text.replace(/<script[\s\S]*?<\/script>|<style[\s\S]*?<\/style>|<!--[\s\S]*?-->/g, "");
  expect(offenders(({ path, text }) => path.endsWith(".svelte") && /\p{Script=Cyrillic}|>\s*[A-Z][a-z]+ [a-z]+/u.test(shown(text)))).toEqual([]);
});

test("every kind of access can be chosen", () => {
  expect([...kinds].sort()).toEqual(Object.values(Kind).sort());
});

test("text stands out from what it lies on, 4.5 to 1 and more, in both themes", () => {
  const css = files.find((file) => file.path === "tokens.css")!.text;
  const [light, dark] = css.split(':root[data-theme="dark"]') as [string, string];
  const pairs = [
    ...["bg", "panel", "raised", "sunken", "accent-soft"].flatMap((on) => [["ink", on], ["ink-2", on], ["ink-3", on]]),
    ...["works", "rejected", "human", "unreachable", "unknown", "accent"].map((tone) => [tone, `${tone}-soft`]),
    ["accent-ink", "accent"], ["danger-ink", "rejected"], ["ink", "mark"], ["digit", "raised"], ["symbol", "raised"], ["human", "bg"],
  ] as [string, string][];
  for (const theme of [light, dark]) {
    const colour = (name: string) => new RegExp(`--${name}: #([0-9a-f]{6})`).exec(theme)![1]!;
    for (const [text, on] of pairs) expect(contrast(colour(text), colour(on)), `${text} on ${on}`).toBeGreaterThanOrEqual(4.5);
  }
});

/** The contrast of two colours as WCAG counts it. */
function contrast(one: string, other: string): number {
  const light = (hex: string) => {
    const [r, g, b] = [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
  return (high! + 0.05) / (low! + 0.05);
}
