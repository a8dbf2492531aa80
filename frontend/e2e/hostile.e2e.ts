import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Stage } from "./stage";

const canary = "canary.example";

let stage: Stage;
let folder: string;
let payloads: number;
let sources: { id: number; articles: number }[];

/** The short form shows some of the pages, which hold many payloads each; the long one all, and all articles of an export too. */
const whole = ["alone", "long"].includes(process.env.OPORA_TESTS ?? "");

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "opora-hostile"));
  const pages = join(folder, "pages");
  mkdirSync(pages);
  const made = spawnSync("go", ["run", "./frontend/e2e/hostile", pages, canary], { cwd: join(import.meta.dirname, "../.."), encoding: "utf8", env: { ...process.env, CGO_ENABLED: "0" } });
  if (made.status !== 0) throw new Error(made.stderr);
  payloads = Number(made.stdout);
  renameSync(join(pages, "zendesk"), join(folder, "zendesk")); // it is imported as a file of its own
  stage = await Stage.open("-servers=false");
  await stage.call("System", "SaveSettings", { ...(await stage.call<object>("System", "Settings")), language: "ru", limitShown: true });
  await stage.test("choose", { folder: pages, file: join(folder, "zendesk/export.json") });
  const methods = whole ? ["ImportFolder", "ImportFile"] : ["ImportFolder"];
  for (const method of methods) await stage.call("Articles", method);
  const until = Date.now() + 180_000;
  do {
    await new Promise((done) => setTimeout(done, 200));
    sources = await stage.call("Articles", "Sources");
  } while (Date.now() < until && !(sources.length === methods.length && sources.every((source) => source.articles > 0)));
}, 300_000);
afterAll(async () => {
  await stage?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Walks through every article by keyboard and gives what went wrong on the way. */
async function walk(bypassCSP: boolean) {
  const { page, faults } = await stage.page(undefined, { bypassCSP });
  page.on("dialog", (dialog) => {
    faults.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("popup", (popup) => faults.push(`a window: ${popup.url()}`));
  page.on("framenavigated", (frame) => frame === page.mainFrame() && frame.url() === stage.url ? undefined : faults.push(`went to ${frame.url()}`));
  await page.evaluate(() => Object.assign(window, { __calls: 0, __canary: () => (window as unknown as { __calls: number }).__calls++ }));
  let shown = 0;
  page.on("response", (response) => response.url().endsWith("/rpc/Articles/Show") && shown++);
  await page.keyboard.press("Alt+Digit4");
  const list = page.getByRole("listbox", { name: "Список статей" });
  let wanted = 0;
  for (const { id, articles } of sources) {
    if (sources.length > 1) await page.getByRole("combobox", { name: "Источник" }).selectOption(String(id));
    await expect.poll(() => list.getByRole("option").first().getAttribute("aria-setsize")).toBe(String(articles));
    await list.focus();
    await page.keyboard.press("Home");
    const count = whole ? articles : 40;
    for (let at = 1; at <= count; at++) {
      wanted++;
      const late = Date.now() + 10_000;
      while (shown < wanted && Date.now() < late) await new Promise((done) => setTimeout(done, 2));
      // What could act does so when the mouse is over it, when it has the focus, or when it is drawn.
      if (at % 10 === 0) await page.mouse.move(700, 200 + (at % 300));
      if (at < count) await page.keyboard.press(whole ? "ArrowDown" : "PageDown");
    }
  }
  const seen = await page.evaluate(() => ({
    calls: (window as unknown as { __calls: number }).__calls,
    text: document.querySelector(".content")!.textContent!.length,
  }));
  // Payloads come back in the finds too.
  await page.keyboard.press("Control+KeyK");
  for (const query of ["onerror", "script", "javascript"]) {
    await page.keyboard.type(query);
    await page.getByRole("dialog").getByRole("option").nth(5).waitFor();
    await page.keyboard.press("Control+KeyA");
  }
  const calls = await page.evaluate(() => (window as unknown as { __calls: number }).__calls);
  await page.context().close();
  return { shown, wanted, faults, calls: seen.calls + calls, text: seen.text };
}

for (const [how, bypassCSP] of [["with the page's policy", false], ["without it", true]] as const) {
  test(`nothing of what was imported acts, ${how}`, { timeout: whole ? 1_800_000 : 60_000 }, async () => {
    expect(payloads).toBeGreaterThanOrEqual(5000);
    const { shown, wanted, faults, calls, text } = await walk(bypassCSP);
    expect(shown).toBeGreaterThanOrEqual(wanted);
    expect(text).toBeGreaterThan(0);
    expect({ calls, faults }).toEqual({ calls: 0, faults: [] });
  });
}

test("the canary would have told", async () => {
  const { page, faults } = await stage.page(undefined, { bypassCSP: true });
  await page.evaluate((host) => {
    Object.assign(window, { __calls: 0, __canary: () => (window as unknown as { __calls: number }).__calls++ });
    const image = document.createElement("img");
    image.setAttribute("onerror", "window.__canary()");
    image.src = `http://${host}/x.png`;
    document.body.append(image);
  }, canary);
  await expect.poll(() => page.evaluate(() => (window as unknown as { __calls: number }).__calls), { timeout: 20_000 }).toBe(1);
  expect(faults.join()).toContain(canary);
  await page.context().close();
});
