import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { Stage } from "./stage";

const whole = ["alone", "long"].includes(process.env.OPORA_TESTS ?? "");

let stage: Stage;
let page: Page;
let faults: string[];
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "opora-handbook"));
  cpSync(join(import.meta.dirname, "handbook"), folder, { recursive: true });
  stage = await Stage.open("-servers=false");
  ({ page, faults } = await stage.page());
  await stage.call("System", "SaveSettings", { ...(await stage.call<object>("System", "Settings")), language: "ru", theme: "light", limitShown: true });
});
afterEach(async ({ task }) => {
  if (task.result?.state === "fail") console.log(faults, await Stage.seen(page));
});
beforeEach(async () => {
  // What one test left open must not fail the next.
  if (await page.getByRole("dialog").count()) await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
});
afterAll(async () => {
  await stage?.close();
  rmSync(folder, { recursive: true, force: true });
});

const title = (name: string) => page.getByRole("heading", { level: 1, name, exact: true });
const reading = () => page.getByRole("region", { name: "Текст статьи" });
const palette = () => page.getByRole("dialog").getByRole("option");
const copied = async () => (await stage.test<{ text: string }>("clipboard")).text;

/** Opens the palette, types, and takes what comes first. */
async function look(query: string, first: string | RegExp) {
  await page.keyboard.press("Control+KeyK");
  await page.keyboard.type(query);
  await expect.poll(() => palette().first().innerText()).toMatch(first);
}

/** The texts that are marked by a highlight of this name, and whether the first of them is in sight. */
const highlighted = (name: string) =>
  page.evaluate((name) => {
    const ranges = [...(CSS.highlights.get(name) ?? [])] as Range[];
    const view = document.querySelector(".scroller")!.getBoundingClientRect();
    const seen = ranges.some((range) => range.getBoundingClientRect().top >= view.top && range.getBoundingClientRect().bottom <= view.bottom);
    return { texts: ranges.map((range) => range.toString().toLowerCase()), seen };
  }, name);

test("an empty knowledge base invites to import, and a folder is imported by keyboard", async () => {
  await page.keyboard.press("Alt+Digit4");
  await page.getByText("Базы знаний пока нет").first().waitFor();
  await stage.test("choose", { folder });
  await page.getByRole("button", { name: "Импортировать папку" }).press("Enter");
  const report = page.getByRole("group", { name: "Последнее обновление" });
  await report.waitFor({ timeout: 20_000 });
  expect((await report.innerText()).replace(/\s+/g, " ")).toContain("Добавлено 12 Изменено 0 Убрано 0");
  await page.getByText("12 статей, обновлена только что").waitFor();
});

test("three letters in the wrong layout find an article, and it is opened at the hit", async () => {
  await look("cthn" /* «серт» */, /Сертификат/);
  await page.getByRole("dialog").getByText(/показано для «серт/).waitFor();
  await page.keyboard.press("Escape");
  await look("acme-challenge", /Сертификат не продлился/);
  await page.keyboard.press("Enter");
  await title("Сертификат не продлился").waitFor();
  await expect.poll(async () => (await highlighted("hit")).texts.join()).toContain("acme");
  expect((await highlighted("hit")).seen).toBe(true);
});

test("a typo and another case form find it too, and the passage is marked", async () => {
  await look("сретификат", /Сертификат не продлился/);
  await page.keyboard.press("Escape");
  await look("временного доступа", /Временный доступ к серверу/);
  expect(await palette().first().locator("mark").allInnerTexts()).not.toEqual([]);
});

test("sets are switched by keyboard, and the choice is remembered", async () => {
  await stage.call("Customers", "Add", "Перенос и Ко");
  await page.keyboard.press("Control+KeyK");
  await page.keyboard.type("перенос");
  await palette().filter({ hasText: "Перенос и Ко" }).waitFor();
  await page.keyboard.press("Alt+Digit2");
  await palette().filter({ hasText: "Перенос и Ко" }).waitFor({ state: "detached" });
  await palette().filter({ hasText: "Перенос на другой сервер" }).first().waitFor();
  await page.keyboard.press("Escape");
  await expect.poll(async () => (await stage.call<{ sets: string }>("System", "Settings")).sets).toBe("articles");
  await page.keyboard.press("Control+KeyK");
  expect(await page.getByRole("button", { name: "Статьи", exact: true }).getAttribute("aria-pressed")).toBe("true");
  await page.keyboard.press("Alt+Digit0");
  await expect.poll(async () => (await stage.call<{ sets: string }>("System", "Settings")).sets).toBe("");
});

test("a find in the palette is copied with Ctrl+Enter: an article by its address", async () => {
  await look("перенос на другой", /Перенос на другой сервер/);
  await page.keyboard.press("Control+Enter");
  await page.getByText("Ссылка на статью скопирована.").waitFor();
  expect(await copied()).toContain("https://help.example.com/ru/perenos");
});

test("its own search field walks through the hits without being left", async () => {
  await page.keyboard.press("Alt+Digit4");
  await page.keyboard.press("Control+Shift+KeyF");
  await page.keyboard.type("rsync");
  await page.getByRole("option", { name: /Перенос на другой сервер/ }).waitFor();
  await page.keyboard.press("ArrowDown");
  await title("Перенос на другой сервер").waitFor();
  expect(await page.evaluate(() => document.activeElement?.getAttribute("type"))).toBe("search");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+Shift+KeyF");
  await page.keyboard.press("Escape");
  await page.getByRole("listbox", { name: "Список статей" }).waitFor();
});

test("find in page marks all, counts, and goes round with Enter and F3", async () => {
  await page.keyboard.press("Control+KeyF");
  await page.keyboard.type("базы");
  const told = page.getByRole("search").getByRole("status");
  await expect.poll(() => told.innerText()).toMatch(/^1 из \d+$/);
  const count = Number((await told.innerText()).split(" ").pop());
  const text = (await reading().locator("article").innerText()).toLowerCase();
  expect(count).toBe(text.split("базы").length - 1);
  expect((await highlighted("found")).texts).toEqual(Array(count - 1).fill("базы"));
  await page.keyboard.press("Enter");
  expect(await told.innerText()).toBe(`2 из ${count}`);
  await page.keyboard.press("Shift+F3");
  await page.keyboard.press("Shift+F3");
  expect(await told.innerText()).toBe(`${count} из ${count}`);
  expect((await highlighted("current")).seen).toBe(true);
  await page.keyboard.press("Escape");
  await page.getByRole("search").waitFor({ state: "detached" });
  expect((await highlighted("found")).texts).toEqual([]);
});

test("a block of code is copied byte by byte", async () => {
  await reading().getByRole("button", { name: "Копировать", exact: true }).first().press("Enter");
  await page.getByText("Код скопирован байт в байт.").waitFor();
  expect(await copied()).toBe("mysqldump --single-transaction tracker \\\n  | gzip > tracker-$(date +%F).sql.gz\n");
});

test("a marked passage with code in it is copied with the article's address, one without is not", async () => {
  const select = (from: string, to: string) =>
    page.evaluate(([from, to]) => {
      const all = [...document.querySelectorAll(".content > *")];
      const find = (text: string) => all.find((element) => element.textContent!.includes(text))!;
      getSelection()!.setBaseAndExtent(find(from!), 0, find(to!), find(to!).childNodes.length);
    }, [from, to]);
  await select("Файл получится", "gzip -t");
  await page.keyboard.press("Control+KeyC");
  await expect.poll(copied).toContain("https://help.example.com/ru/perenos");
  expect(await copied()).toContain("gzip -t tracker-*.sql.gz && ls -lh tracker-*.sql.gz");
  expect(await copied()).not.toContain("Копировать");
  await select("Перенос занимает", "Перенос занимает");
  await page.keyboard.press("Control+KeyC");
  await expect.poll(copied).toContain("Перенос занимает");
  expect(await copied()).not.toContain("https://");
});

test("a picture has its size before it is loaded, and is loaded", async () => {
  const picture = reading().getByRole("img", { name: /порядок переноса/ });
  expect(await picture.evaluate((img: HTMLImageElement) => [img.getAttribute("width"), img.getAttribute("height")])).toEqual(["1280", "250"]);
  await picture.scrollIntoViewIfNeeded();
  await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth)).toBe(1280);
});

test("the table of contents leads to a heading and shows where one is", async () => {
  const contents = page.getByRole("navigation", { name: "На странице" });
  await contents.getByRole("button", { name: "3. Смена адреса" }).press("Enter");
  await expect.poll(() => contents.locator("[aria-current]").innerText()).toBe("3. Смена адреса");
});

test("an internal link opens inside at its anchor, and back leads to where one was", async () => {
  const top = () => reading().evaluate((element) => element.scrollTop);
  const before = await top();
  expect(before).toBeGreaterThan(100);
  await reading().getByRole("link", { name: "Домен не открывается" }).press("Enter");
  await title("Домен не открывается").waitFor();
  await page.keyboard.press("Alt+ArrowLeft");
  await title("Перенос на другой сервер").waitFor();
  await expect.poll(async () => Math.abs((await top()) - before)).toBeLessThan(300);
  await page.keyboard.press("Alt+ArrowRight");
  await title("Домен не открывается").waitFor();
  await page.keyboard.press("Alt+ArrowLeft");
  await title("Перенос на другой сервер").waitFor();
});

test("a link that leads outside is shown first and opened only on a second yes", async () => {
  const link = reading().getByRole("link", { name: "его руководстве" });
  await link.press("Enter");
  const ask = page.getByRole("alertdialog", { name: "Ссылка ведёт из Opora" });
  expect(await ask.innerText()).toContain("https://download.samba.org/pub/rsync/rsync.1");
  await page.keyboard.press("Escape");
  await ask.waitFor({ state: "detached" });
  expect(await stage.test("outside")).toEqual([]);
  await link.press("Enter");
  await ask.getByRole("button", { name: "Открыть в браузере" }).press("Enter");
  await expect.poll(() => stage.test("outside")).toEqual(["https://download.samba.org/pub/rsync/rsync.1"]);
  expect(page.url()).toBe(stage.url);
});

test("an update says what it changed, and what is being read changes with it", async () => {
  appendFileSync(join(folder, "Установка/perenos.md"), "\nНовая строка из обновления.\n");
  rmSync(join(folder, "Почта/spf-dkim.md"));
  writeFileSync(join(folder, "Почта/imap.md"), "# Почта в программе\n\nПорт 993, шифрование SSL.\n");
  await page.keyboard.press("Alt+KeyS");
  await page.getByRole("button", { name: "Обновить", exact: true }).press("Enter");
  const report = page.getByRole("group", { name: "Последнее обновление" });
  await expect.poll(async () => (await report.innerText()).replace(/\s+/g, " "), { timeout: 20_000 }).toMatch(/Добавлено 1 Изменено [12] Убрано 1/);
  await page.getByRole("button", { name: "К статье" }).press("Enter");
  await reading().getByText("Новая строка из обновления.").waitFor();
  await look("SSL 993", /Почта в программе/);
});

test("replies begin with the ready ones, and one is found by its words and copied", async () => {
  await page.keyboard.press("Alt+Digit3");
  await page.getByRole("button", { name: "Добавить готовые ответы" }).press("Enter");
  await page.getByText("Добавлено готовых ответов: 30.").waitFor();
  await page.getByRole("listbox", { name: "Список ответов" }).getByRole("option").first().waitFor();
  await page.keyboard.press("Control+KeyF");
  await page.keyboard.type("ljcneg");
  await page.getByText(/показано для «доступ»/).waitFor();
  await page.keyboard.press("ArrowDown");
  const body = page.getByRole("textbox", { name: "Текст ответа" });
  await body.waitFor();
  await page.keyboard.press("Control+Enter");
  await page.getByText("Ответ скопирован.").waitFor();
  expect(await copied()).toBe(await body.inputValue());
  await page.keyboard.press("Escape");
});

test("a reply is added, changed with Ctrl+Enter, found at once, removed, and brought back", async () => {
  await page.keyboard.press("Control+KeyN");
  await page.keyboard.type("Перенос завершён");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Сайт переехал, проверьте пожалуйста почту.");
  await page.keyboard.press("Tab");
  await page.keyboard.type("перенос, #итог");
  await page.keyboard.press("Control+Enter");
  await page.getByText("Ответ добавлен.").waitFor();
  await page.getByRole("textbox", { name: "Текст ответа" }).focus();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(" И формы.");
  await page.getByRole("button", { name: /^Сохранить( Ctrl|$)/ }).waitFor();
  await page.keyboard.press("Control+Enter");
  await page.getByText("Сохранено.").waitFor();
  await look("переехал формы", /Перенос завершён/);
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Название" }).waitFor();
  expect(await page.getByRole("textbox", { name: "Метки" }).inputValue()).toBe("перенос, итог");
  const count = async () => (await stage.call<{ all: number }>("Snippets", "Tally")).all;
  expect(await count()).toBe(31);
  await page.getByRole("listbox").focus();
  await page.keyboard.press("Delete");
  await page.getByText("Ответ убран.").waitFor();
  expect(await count()).toBe(30);
  await page.getByRole("button", { name: "Вернуть", exact: true }).last().press("Enter");
  await expect.poll(count).toBe(31);
  await expect.poll(() => page.getByRole("textbox", { name: "Текст ответа" }).inputValue()).toBe("Сайт переехал, проверьте пожалуйста почту. И формы.");
});

test("what is written is kept when one goes elsewhere, and Escape takes it back", async () => {
  const body = page.getByRole("textbox", { name: "Текст ответа" });
  await body.focus();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(" Лишнее.");
  await page.keyboard.press("Escape");
  await expect.poll(() => body.inputValue()).toBe("Сайт переехал, проверьте пожалуйста почту. И формы.");
  await page.keyboard.type(" Важное.");
  await page.keyboard.press("Alt+Digit1");
  await page.getByText("Изменения ответа сохранены.").waitFor();
  const list = await stage.call<{ title: string; body: string }[]>("Snippets", "List", "итог", 0, 10);
  expect(list.map((snippet) => snippet.body)).toEqual([expect.stringContaining(" Важное.")]);
});

test("a long import shows how far it is, is stopped by key, and goes on from there", async () => {
  const many = join(folder, "../", `${folder.split("/").pop()}-many`);
  const size = 3000;
  for (let part = 0; part < 30; part++) {
    mkdirSync(join(many, `part-${part}`), { recursive: true });
    for (let i = 0; i < size / 30; i++) writeFileSync(join(many, `part-${part}`, `page-${i}.md`), `# Page ${part} ${i}\n\n${"Text with `code` and **more** words.\n\n".repeat(20)}`);
  }
  try {
    await stage.test("choose", { folder: many });
    await page.keyboard.press("Alt+Digit4");
    await page.keyboard.press("Control+KeyK");
    await page.keyboard.type("импортировать папку");
    await expect.poll(() => palette().first().innerText()).toMatch(/Импортировать папку/);
    await page.keyboard.press("Enter");
    const bar = page.getByRole("progressbar", { name: "Идёт импорт" });
    await bar.waitFor();
    await page.getByText(/^\d+ из 3000$/).waitFor();
    await page.getByRole("button", { name: "Остановить" }).press("Enter");
    await page.getByText("Импорт не закончен.").waitFor();
    await page.getByRole("button", { name: "Продолжить" }).press("Enter");
    await page.getByText("3000 статей").waitFor({ timeout: 30_000 });
    const sources = await stage.call<{ id: number; title: string; articles: number }[]>("Articles", "Sources");
    const source = sources.find((one) => one.articles === size)!;
    await stage.call("Articles", "Remove", source.id);
    await page.getByText("3000 статей").waitFor({ state: "detached" });
  } finally {
    rmSync(many, { recursive: true, force: true });
  }
});

test("a list of very many replies draws only what is in sight, and every end of it is one key away", async () => {
  const many = whole ? 100_000 : 10_000;
  const file = join(folder, "many.json");
  const name = (i: number) => `яя ${String(i).padStart(6, "0")}`; // below all others
  writeFileSync(file, JSON.stringify({ format: "opora.snippets", version: 1, snippets: Array.from({ length: many }, (_, i) => ({ title: name(i), body: `Текст ${i}.`, tags: ["много"] })) }));
  await stage.test("choose", { snippets: file });
  await page.keyboard.press("Alt+Digit3");
  await page.getByRole("button", { name: "Импортировать ответы из файла" }).press("Enter");
  await page.getByText(`Новых и изменённых ответов: ${many}.`).waitFor({ timeout: 35_000 });
  const list = page.getByRole("listbox", { name: "Список ответов" });
  await expect.poll(() => list.getByRole("option").first().getAttribute("aria-setsize")).toBe(String(many + 31));
  await list.focus();
  await page.keyboard.press("End");
  await page.getByRole("textbox", { name: "Название" }).waitFor();
  await expect.poll(() => page.getByRole("textbox", { name: "Название" }).inputValue()).toBe(name(many - 1));
  await page.keyboard.press("ArrowUp");
  await expect.poll(() => page.getByRole("textbox", { name: "Название" }).inputValue()).toBe(name(many - 2));
  await list.evaluate((box) => (box.scrollTop = box.scrollHeight / 2));
  await expect.poll(() => list.getByRole("option").filter({ hasText: /^яя 00[45]\d{3}|^яя 0[45]\d{4}/ }).count()).toBeGreaterThan(5);
  expect(await list.getByRole("option").count()).toBeLessThan(60);
});

test("without highlights of the webview the same places are marked, and the text stays as it is", async () => {
  const { page, faults } = await stage.page();
  await page.addInitScript(() => Reflect.deleteProperty(window, "Highlight"));
  await page.reload();
  await page.getByRole("navigation").first().waitFor();
  await page.keyboard.press("Control+KeyK");
  await page.keyboard.type("перенос на другой");
  await page.getByRole("dialog").getByRole("option", { name: /Перенос на другой сервер/ }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Перенос на другой сервер" }).waitFor();
  const text = () => page.locator(".content").evaluate((content) => content.textContent);
  await expect.poll(() => page.locator("mark[data-mark=hit]").count()).toBeGreaterThan(0);
  const before = await text();
  await page.keyboard.press("Control+KeyF");
  await page.keyboard.type("базы");
  await expect.poll(() => page.locator("mark[data-mark=current]").allInnerTexts()).toEqual(["базы"]);
  const first = await page.locator("mark[data-mark=found]").count();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  expect(await page.locator("mark[data-mark=found]").count()).toBe(first);
  expect(new Set((await page.locator("mark[data-mark]").allInnerTexts()).map((one) => one.toLowerCase()))).toEqual(new Set(["базы"]));
  expect(await text()).toBe(before);
  await page.keyboard.press("Escape");
  await expect.poll(() => page.locator("mark[data-mark]").count()).toBe(0);
  expect(await text()).toBe(before);
  expect(faults).toEqual([]);
  await page.context().close();
});

test("a source is removed only after a question, and its articles are gone from the search", async () => {
  await page.keyboard.press("Alt+Digit4");
  await page.getByRole("button", { name: "Источники", exact: true }).press("Enter");
  const remove = page.getByRole("button", { name: "Убрать источник" });
  await remove.press("Enter");
  await page.getByRole("alertdialog").waitFor();
  await page.keyboard.press("Escape");
  await remove.press("Enter");
  await page.getByRole("alertdialog").getByRole("button", { name: "Убрать", exact: true }).press("Enter");
  await page.getByText("Базы знаний пока нет").first().waitFor();
  await page.keyboard.press("Control+KeyK");
  await page.keyboard.type("acme-challenge");
  await page.getByRole("dialog").getByText("Ничего не нашлось.").waitFor();
});

test("nothing went wrong on the page, and nothing was asked of the network", () => expect(faults).toEqual([]));
