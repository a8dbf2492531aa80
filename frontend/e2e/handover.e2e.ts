import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { Stage, paste, type Door } from "./stage";

/** What needs a browser, or a person: pages that scripts build, second factors, certificates, waiting. */
let stage: Stage;
let page: Page;
let faults: string[];
let doors: Record<"shop" | "panel" | "cert" | "slow", Door>;

const patience = { timeout: 60_000 }; // a browser is started, on a machine that has other work

beforeAll(async () => {
  stage = await Stage.open("-servers=false", "-sites");
  doors = await stage.test("doors");
  ({ page, faults } = await stage.page());
  await stage.call("System", "SaveSettings", { ...(await stage.call<object>("System", "Settings")), language: "ru", limitShown: true });
  await page.getByText("Вставьте сообщение клиента").waitFor();
});
afterEach(async ({ task }) => {
  if (task.result?.state === "fail") console.log(await Stage.seen(page));
});
afterAll(() => stage?.close());

/** The card of the access that is being looked at. */
const card = () => page.getByRole("region", { name: /^(Сайт|Сервер)/ }).last();
const verdict = (word: string) => card().getByText(word, { exact: true }).waitFor(patience);
const button = (name: string | RegExp) => card().getByRole("button", { name });
/** Each test has an account of its own, so that the budget of attempts is not spent. */
async function take(door: keyof typeof doors, login: string, password = doors[door].password) {
  await page.keyboard.press("Escape"); // out of any field
  await paste(stage, page, `сайт ${doors[door].address} логин ${login} пароль ${password}`);
  await expect.poll(() => page.getByRole("textbox", { name: "Логин" }).first().inputValue()).toBe(login);
}
/** What the operator types in the throw-away window. */
const type = (text: string) => stage.test("type", text);
const code = "482913";
async function customer(name: string) {
  await page.getByRole("combobox", { name: "Клиент" }).focus();
  await page.keyboard.type(name);
  await page.getByRole("option").filter({ hasText: name }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name }).waitFor();
}

test("a page that scripts build is proven in a throw-away browser, and the card shows how", { timeout: 90_000 }, async () => {
  await take("shop", "anna");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("list", { name: "Шаги проверки" }).getByText(/^одноразовый браузер/).waitFor(patience); // live, while it runs
  await verdict("работает");
  await card().getByText(/^браузер, новый профиль · /).waitFor();
  await button("Как проверяли").press("Enter");
  const facts = card().getByRole("definition");
  await facts.filter({ hasText: /^браузер, новый профиль$/ }).waitFor();
  await facts.filter({ hasText: /сеанс/ }).first().waitFor(); // what decided, in words
});

test("the picture of the page is small on the card, larger at a key, and nowhere else", async () => {
  const small = card().getByRole("img", { name: /^Страница, на которой закончилась проверка/ });
  await small.waitFor();
  await expect.poll(() => small.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(100);
  await button("Увеличить картинку страницы").press("Enter");
  const large = page.getByRole("dialog").getByRole("img");
  await large.waitFor();
  expect(await large.evaluate((img) => img.getBoundingClientRect().width)).toBeGreaterThan(400);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  const intakes = JSON.stringify(await stage.call("Accesses", "Intakes"));
  expect(intakes).toContain('"hasPicture":true');
  expect(intakes.length).toBeLessThan(20_000); // no picture is in it
  await customer("Склад «Север»"); // kept now, and the picture goes
  await card().getByText("Секрет в связке ключей, заметка у клиента").waitFor();
  await expect.poll(() => card().getByRole("img").count()).toBe(0);
});

test("a wrong password there is rejected by the system's own words", { timeout: 90_000 }, async () => {
  await take("shop", "boris", "Neverno-77-da");
  await page.keyboard.press("Control+Enter");
  await verdict("отклонён");
  await card().getByText("Система не приняла логин или пароль.").waitFor();
});

test("a second factor is handed over, seen through by Opora, and kept as proven", { timeout: 120_000 }, async () => {
  await take("panel", "vera");
  await customer("Пекарня");
  await page.keyboard.press("Control+Enter");
  await verdict("нужен человек");
  await card().getByText("Нужен второй фактор").waitFor();
  await button(/^Открыть окно и закончить самому/).waitFor();
  await page.keyboard.press("Alt+KeyO");
  await card().getByRole("heading", { name: "Окно у вас" }).waitFor();
  await button(/^Я вошёл: проверить/).waitFor(patience);
  await verdict("ждёт вас");
  await type("\n"); // the operator sends the form that Opora has filled in
  await expect.poll(() => stage.test("waiting"), patience).toBe(true);
  await stage.test("approve", {}); // the customer presses "yes" on the phone
  await card().getByText("Секрет в связке ключей, заметка у клиента").waitFor(patience);
  await verdict("работает");
  const [note] = await stage.call<{ proven: boolean; login: string }[]>("Notes", "List", 0);
  expect(note).toMatchObject({ login: "vera", proven: true });
});

test("the operator types the code in the throw-away window, and asks Opora to look", { timeout: 120_000 }, async () => {
  await take("panel", "zoya");
  await page.keyboard.press("Control+Enter");
  await verdict("нужен человек");
  await page.keyboard.press("Alt+KeyO");
  await button(/^Я вошёл: проверить/).waitFor(patience);
  await type("\n");
  await expect.poll(() => stage.test("waiting"), patience).toBe(true);
  await type(`${code}\n`);
  await page.keyboard.press("Control+Enter");
  await verdict("работает");
  await card().getByText(/^браузер, новый профиль · /).waitFor();
});

test("a login that only the operator has seen is saved on their word, and the note says so", { timeout: 120_000 }, async () => {
  await take("panel", "gleb");
  await customer("Гараж");
  await page.keyboard.press("Control+Enter");
  await verdict("нужен человек");
  await page.keyboard.press("Alt+KeyO");
  await button(/^Вошёл/).waitFor(patience);
  await page.keyboard.press("Alt+KeyY");
  await verdict("со слов");
  await card().getByText("Вы вошли сами.").waitFor();
  expect(await card().getByText("Вход проверен в новом сеансе").count()).toBe(0);
  await button("Сохранить под моё слово").press("Enter");
  await card().getByText("Секрет в связке ключей, заметка у клиента").waitFor();
  await button("Открыть клиента").press("Enter");
  await page.getByRole("region", { name: "Заметки" }).getByText("Вход подтвердил оператор, Opora его не доказала.").waitFor();
  await page.keyboard.press("Alt+Digit1");
});

test("a window that is closed decides nothing, and what is undecided can be saved on the operator's word", { timeout: 120_000 }, async () => {
  await take("panel", "dina");
  await customer("Ателье");
  await page.keyboard.press("Control+Enter");
  await verdict("нужен человек");
  await page.keyboard.press("Alt+KeyO");
  await button(/^Закрыть/).waitFor(patience);
  await page.keyboard.press("Alt+KeyX");
  await card().getByText("Окно закрыто раньше, чем стало ясно.").waitFor(patience);
  await verdict("не ясно");
  await button("Сохранить под моё слово").press("Enter");
  await card().getByText("Секрет в связке ключей, заметка у клиента").waitFor();
  const [note] = await stage.call<{ proven: boolean; login: string }[]>("Notes", "List", 0);
  expect(note).toMatchObject({ login: "dina", proven: false });
});

test("a certificate that nobody knows stops the check until its fingerprint is accepted", async () => {
  await take("cert", "egor");
  await page.keyboard.press("Control+Enter");
  await verdict("нужен человек");
  await card().getByText("Пароль ещё не отправлен.").waitFor();
  const print = await card().locator("code").filter({ hasText: /^SHA256:/ }).innerText();
  expect(await button(/^Открыть окно/).count()).toBe(0);
  await button("Отпечаток верный, проверить").press("Enter");
  await verdict("работает");
  const intakes = await stage.call<{ drafts: { login: string; options: { accept_fingerprint?: string } }[] }[]>("Accesses", "Intakes");
  expect(intakes.flatMap((i) => i.drafts).find((d) => d.login === "egor")?.options.accept_fingerprint).toBe(print);
});

test("a check is cancelled by a key, and the draft is as it was", async () => {
  await take("slow", "fedor");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("list", { name: "Шаги проверки" }).first().waitFor();
  await page.keyboard.press("Control+Period");
  await verdict("не проверен");
  await expect.poll(() => page.getByRole("textbox", { name: "Логин" }).first().isEnabled()).toBe(true);
});

test("without a network a check waits, and begins by itself when the network is back", { timeout: 60_000 }, async () => {
  await stage.test("network/gone", {});
  await page.keyboard.press("Escape");
  await paste(stage, page, "сайт https://net.invalid/admin логин klara пароль Sekret-12345");
  await expect.poll(() => page.getByRole("textbox", { name: "Логин" }).first().inputValue()).toBe("klara");
  await page.keyboard.press("Control+Enter");
  await verdict("ждёт сети");
  await stage.test("network/back", {});
  await verdict("недоступен"); // there is no such name, which only a network can tell
});

test("an access by key is written by hand", async () => {
  await page.keyboard.press("Control+KeyN");
  await page.getByRole("combobox", { name: "Вид" }).selectOption({ label: "Сервер, SSH" });
  await page.getByRole("textbox", { name: "Адрес" }).fill("127.0.0.1:1");
  await page.getByRole("textbox", { name: "Логин" }).fill("root");
  await button("Ключ вместо пароля").press("Enter");
  const { key, fingerprint } = await stage.test<{ key: string; fingerprint: string }>("key");
  await page.getByRole("textbox", { name: "Ключ", exact: true }).fill(key);
  await page.keyboard.press("Tab");
  await card().getByText(fingerprint).waitFor(); // what may be shown of a key
  expect(await page.content()).not.toContain(key.split("\n")[1]);
  await page.getByRole("button", { name: "Показать, пока держите: Ключ" }).waitFor();
  await page.keyboard.press("Control+Enter");
  await verdict("недоступен");
});

test("nothing was said on the console, and no secret is on the page", async () => {
  expect(faults).toEqual([]);
  expect(await page.content()).not.toContain(doors.shop.password);
});
