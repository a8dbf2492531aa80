import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { Stage, paste, type Door } from "./stage";

/** Pictures of every screen, in both themes and both languages, for eyes and for the README. */
const folder = join(import.meta.dirname, "../../build/bin/shots");

const temporary = mkdtempSync(join(tmpdir(), "opora-"));

let stage: Stage;
let page: Page;
let faults: string[];

type Choices = { language: string; theme: string; zoom: number; limitShown: boolean; operator: string };
const choose = async (change: Partial<Choices>) =>
  stage.call("System", "SaveSettings", { ...(await stage.call<Choices>("System", "Settings")), ...change });

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  stage = await Stage.open();
  ({ page, faults } = await stage.page());
});
afterEach(({ task }) => {
  if (task.result?.state === "fail") console.log(faults);
});
afterAll(async () => {
  await stage?.close();
  rmSync(temporary, { recursive: true, force: true });
});

/** A working day: one message proven, one in the middle, some customers. */
async function prepare() {
  const doors = await stage.test<Record<string, Door>>("doors");
  const { wordpress, dokuwiki, ssh } = doors as Record<"wordpress" | "dokuwiki" | "ssh", Door>;
  const [host, port] = ssh.address.split(":");
  await choose({ language: "ru", theme: "light", limitShown: true, operator: "Анна" });
  for (const name of ["Мария", "Иван П.", "Studio Nord", "Автосервис «Надёжные Внедорожники»"]) await stage.call("Customers", "Add", name);
  const customer = await stage.call<{ id: number }>("Customers", "Add", "Пекарня «Корица»");
  await stage.call("Notes", "Add", customer.id, "Просит отвечать после 12:00. Сайт ведёт подрядчик, правки в теме согласовывать.");
  await paste(stage, page, `добрый день! вот сайт ${wordpress.address}wp-admin/
логин: ${wordpress.login}
пароль: ${wordpress.password}

сервер ssh ${ssh.login}@${host} -p ${port}
пароль: ${ssh.password}

и вики ${dokuwiki.address}
логин: ${dokuwiki.login}
пароль: Sdf8-kkL2`);
  await page.getByRole("combobox", { name: "Клиент" }).focus();
  await page.keyboard.type("Пекарня");
  await page.getByRole("option", { name: /Корица/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Пекарня «Корица»" }).waitFor();
  await page.keyboard.press("Control+Enter");
  await page.getByRole("listbox").getByText("отклонён").waitFor({ timeout: 40_000 });
  await page.getByRole("button", { name: "Как проверяли" }).first().click();
  await stage.call("Snippets", "AddStarters");
  const handbook = join(temporary, "Справка трекера");
  cpSync(join(import.meta.dirname, "handbook"), handbook, { recursive: true });
  await stage.test("choose", { folder: handbook });
  await stage.call("Articles", "ImportFolder");
  await expect.poll(async () => (await stage.call<{ articles: number }[]>("Articles", "Sources"))[0]?.articles, { timeout: 20_000 }).toBe(12);
}

const screens: Record<string, () => Promise<void>> = {
  accesses: async () => {
    await page.keyboard.press("Alt+Digit1");
    await page.getByRole("listbox").focus();
    await page.keyboard.press("Home");
  },
  credential: async () => {
    await page.keyboard.press("Alt+Digit1");
    await page.getByRole("listbox").focus();
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /Как проверяли|How it was checked/ }).click();
  },
  customers: async () => {
    await page.keyboard.press("Alt+Digit2");
    await page.getByRole("listbox").focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: /Заметки|Notes/ }).waitFor();
  },
  settings: async () => {
    await page.keyboard.press("Alt+Digit5");
    await page.getByRole("button", { name: /^(Проверить|Look again)$/ }).click();
    await page.getByRole("button", { name: /^(Проверить|Look again)$/ }).waitFor();
  },
  replies: async () => {
    await page.keyboard.press("Alt+Digit3");
    await page.getByRole("listbox", { name: /Список ответов|List of replies/ }).focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter"); // in a narrow window one pane is seen at a time
    await page.getByRole("textbox", { name: /Текст ответа|Text of the reply/ }).waitFor();
  },
  knowledge: async () => {
    await page.keyboard.press("Alt+Digit4");
    await page.keyboard.press("Control+Shift+KeyF");
    await page.keyboard.type("перенос базы");
    await page.getByRole("option", { name: /Перенос на другой сервер/ }).first().waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Перенос на другой сервер" }).waitFor();
  },
  article: async () => {
    await page.keyboard.press("Alt+Digit4");
    await page.keyboard.press("Control+Shift+KeyF");
    await page.keyboard.press("Escape");
    await page.getByRole("listbox").focus();
    await page.keyboard.press("End");
    await page.getByRole("heading", { level: 1, name: "Перенос на другой сервер" }).waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Control+KeyF");
    await page.keyboard.type("базы");
    await page.getByRole("search").getByText(/ (из|of) /).waitFor();
  },
  link: async () => {
    await page.keyboard.press("Alt+Digit4");
    await page.getByRole("link", { name: "его руководстве" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("alertdialog").waitFor();
  },
  sources: async () => {
    await page.keyboard.press("Alt+Digit4");
    await page.getByRole("button", { name: /^(Источники|Sources)$/ }).click();
    await page.getByRole("group", { name: /Последнее обновление|Last update/ }).waitFor();
  },
  finds: async () => {
    await page.keyboard.press("Alt+Digit4");
    await page.keyboard.press("Control+KeyK");
    await page.keyboard.type(/* «доступ» in the other layout */ "ljcneg");
    await page.getByRole("dialog").getByRole("option").nth(3).waitFor();
  },
  palette: async () => {
    await screens.accesses!();
    await page.keyboard.press("Control+KeyK");
    await page.keyboard.type(/* «кориц» in the other layout */ "rjhbw");
    await page.getByRole("dialog").getByRole("option").first().waitFor();
  },
  shortcuts: async () => {
    await page.keyboard.press("F1");
    await page.getByRole("dialog").waitFor();
  },
};

async function all(suffix: string, names = Object.keys(screens)) {
  for (const name of names) {
    await screens[name]!();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `${name} ${suffix} scrolls sideways`).toBeLessThanOrEqual(0);
    await page.screenshot({ path: join(folder, `${name}-${suffix}.png`) });
    if (await page.getByRole("dialog").count()) {
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
    await page.mouse.move(0, 0);
  }
}

test("every screen, both themes, both languages, every size", { timeout: 300_000 }, async () => {
  await choose({ language: "ru", theme: "light" });
  await page.getByText("Вставьте сообщение клиента").waitFor();
  await page.screenshot({ path: join(folder, "empty-light-ru.png") });
  await prepare();
  for (const language of ["ru", "en"]) {
    for (const theme of ["light", "dark"]) {
      await choose({ language, theme });
      await expect.poll(() => page.locator("html").getAttribute("data-theme")).toBe(theme);
      await expect.poll(() => page.locator("html").getAttribute("lang")).toBe(language);
      await all(`${theme}-${language}`);
    }
  }
  await choose({ language: "ru", theme: "light" });
  for (const [width, height, zoom] of [[900, 600, 100], [1600, 1000, 100], [1180, 740, 150], [900, 600, 150]] as const) {
    await page.setViewportSize({ width, height });
    await choose({ zoom });
    await expect.poll(() => page.locator("html").evaluate((html) => html.style.fontSize)).toBe(`${zoom}%`);
    await all(`light-ru-${width}x${height}-${zoom}`, ["accesses", "credential", "customers", "replies", "knowledge", "sources", "settings", "finds"]);
  }
  expect(faults).toEqual([]);
});

test("an import on its way, stopped, and failed", { timeout: 120_000 }, async () => {
  const many = join(temporary, "Документация nginx");
  for (let part = 0; part < 40; part++) {
    mkdirSync(join(many, `part-${part}`), { recursive: true });
    for (let i = 0; i < 100; i++) writeFileSync(join(many, `part-${part}`, `page-${i}.md`), `# Page ${part} ${i}\n\n${"Text with `code` and **more** words.\n\n".repeat(20)}`);
  }
  await page.setViewportSize({ width: 1180, height: 740 });
  await choose({ language: "ru", theme: "light", zoom: 100 });
  await stage.test("choose", { folder: many });
  await page.keyboard.press("Alt+Digit4");
  await page.getByRole("button", { name: "Источники", exact: true }).click();
  await stage.call("Articles", "ImportFolder");
  await page.getByText(/осталось/).waitFor();
  await page.screenshot({ path: join(folder, "importing-light-ru.png") });
  await page.getByRole("button", { name: "Остановить" }).click();
  await page.getByText("Импорт не закончен.").waitFor();
  await page.screenshot({ path: join(folder, "stopped-light-ru.png") });
  rmSync(many, { recursive: true });
  await page.getByRole("button", { name: "Продолжить" }).click();
  await page.getByRole("region", { name: "Новый источник" }).getByText("Такой папки или файла нет.").waitFor();
  await choose({ theme: "dark" });
  await page.screenshot({ path: join(folder, "failed-dark-ru.png") });
  await choose({ theme: "light" });
});

test("a check in a browser, one that waits for a person, and one that is theirs", { timeout: 300_000 }, async () => {
  await stage.close();
  stage = await Stage.open("-servers=false", "-sites");
  ({ page, faults } = await stage.page());
  await choose({ language: "ru", theme: "light", limitShown: true, zoom: 100 });
  await page.getByText("Вставьте сообщение клиента").waitFor();
  const { shop, panel } = (await stage.test("doors")) as Record<"shop" | "panel", Door>;
  await paste(stage, page, `склад ${shop.address} логин anna пароль ${shop.password}

сайт ${panel.address} логин anna пароль ${panel.password}`);
  await expect.poll(() => page.getByRole("textbox", { name: "Адрес" }).count()).toBe(2);
  await page.keyboard.press("Control+Enter");
  await page.getByRole("button", { name: /^Открыть окно/ }).waitFor({ timeout: 60_000 });
  await page.getByRole("img").waitFor({ timeout: 60_000 });
  const look = async (name: string) => {
    for (const language of ["ru", "en"]) {
      for (const theme of ["light", "dark"]) {
        await choose({ language, theme });
        await expect.poll(() => page.locator("html").getAttribute("data-theme")).toBe(theme);
        await expect.poll(() => page.locator("html").getAttribute("lang")).toBe(language);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), name).toBeLessThanOrEqual(0);
        await page.screenshot({ path: join(folder, `${name}-${theme}-${language}.png`) });
      }
    }
    await choose({ language: "ru", theme: "light" });
  };
  await page.setViewportSize({ width: 1180, height: 1000 });
  await look("browser");
  await page.keyboard.press("Alt+KeyO");
  await page.getByRole("button", { name: /^Я вошёл/ }).waitFor({ timeout: 60_000 });
  await look("window");
  await page.keyboard.press("Alt+KeyY");
  await page.getByText("Вы вошли сами.").waitFor({ timeout: 20_000 });
  await look("word");
  await page.getByRole("button", { name: "Увеличить картинку страницы" }).first().press("Enter");
  await page.getByRole("dialog").getByRole("img").waitFor();
  await page.screenshot({ path: join(folder, "picture-light-ru.png") });
  await page.keyboard.press("Escape");
  expect(faults).toEqual([]);
});

test("nothing there, nothing found, nothing to reach", { timeout: 60_000 }, async () => {
  await page.setViewportSize({ width: 1180, height: 740 });
  await choose({ zoom: 100, theme: "dark" });
  await paste(stage, page, "Здравствуйте! Как поменять цвет меню?");
  await page.getByText("Доступов в сообщении не нашлось").waitFor();
  await page.screenshot({ path: join(folder, "nothing-dark-ru.png") });
  await stage.test("keyring/gone", {});
  await choose({ theme: "light" });
  await screens.settings!();
  await page.getByText("Нет связки ключей").first().waitFor({ timeout: 20_000 });
  await page.screenshot({ path: join(folder, "keyring-light-ru.png") });
});
