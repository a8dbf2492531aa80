import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";

/** A server that an access leads to, with a user whom it lets in. */
export type Door = { address: string; login: string; password: string };

const root = join(import.meta.dirname, "../..");
const browsers = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"];

/** The Debian browser, or another of its family. */
function browserPath(): string {
  for (const name of browsers) {
    const found = spawnSync("which", [name], { encoding: "utf8" });
    if (found.status === 0) return found.stdout.trim();
  }
  throw new Error("no browser was found: install the package chromium");
}

/** The real program behind a browser: one for all tests of a file. */
export class Stage {
  private constructor(
    readonly url: string,
    readonly browser: Browser,
    private readonly server: ChildProcess,
    private readonly folder: string,
  ) {}

  static async open(...options: string[]): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), "opora-stage"));
    const program = join(folder, "server");
    const built = spawnSync("go", ["build", "-o", program, "./frontend/e2e/server"], { cwd: root, encoding: "utf8", env: { ...process.env, CGO_ENABLED: "0" } });
    if (built.status !== 0) throw new Error(`the server does not build:\n${built.stderr}`);
    const server = spawn(program, ["-dist", join(root, "frontend/dist"), ...options], { stdio: ["pipe", "pipe", "pipe"] });
    const said: string[] = [];
    server.stderr!.on("data", (text) => said.push(String(text)));
    const url = await new Promise<string>((resolve, reject) => {
      server.stdout!.once("data", (line) => resolve(String(line).trim()));
      server.once("exit", (code) => reject(new Error(`the server ended with ${code}:\n${said.join("")}`)));
    });
    const browser = await chromium.launch({ executablePath: browserPath(), args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
    return new Stage(url, browser, server, folder);
  }

  /** A fresh page, with everything that went wrong on it. */
  async page(size = { width: 1180, height: 740 }, more: { bypassCSP?: boolean } = {}): Promise<{ page: Page; faults: string[] }> {
    const context = await this.browser.newContext({ viewport: size, locale: "ru-RU", timezoneId: "Europe/Moscow", reducedMotion: "reduce", ...more });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && faults.push(message.text()));
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("request", (request) => request.url().replace(/^blob:/, "").startsWith(this.url) || faults.push(`a request to ${request.url()}`));
    page.setDefaultTimeout(10_000);
    await page.goto(this.url);
    await page.getByRole("navigation").waitFor();
    return { page, faults };
  }

  /** Asks or tells the server what only tests may. */
  async test<T>(path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}test/${path}`, body === undefined ? {} : { method: "POST", body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    const text = await response.text();
    return (text ? JSON.parse(text) : undefined) as T;
  }

  /** Calls a bound method beside the page, to prepare what a test is not about. */
  async call<T>(struct: string, method: string, ...args: unknown[]): Promise<T> {
    const response = await fetch(`${this.url}rpc/${struct}/${method}`, { method: "POST", body: JSON.stringify(args) });
    const { result, error } = (await response.json()) as { result: T; error?: string };
    if (error) throw new Error(`${struct}.${method}: ${error}`);
    return result;
  }

  /** What the page shows, for the report of a failed test. */
  static async seen(page: Page): Promise<string> {
    return (await page.locator("body").innerText()).replace(/\n+/g, "\n");
  }

  async close() {
    await this.browser.close();
    const ended = new Promise((resolve) => this.server.once("exit", resolve));
    this.server.stdin!.end();
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Pastes a text as a person does: it is on the clipboard, and Ctrl+V is pressed outside of any field. */
export async function paste(stage: Stage, page: Page, text: string) {
  await stage.test("clipboard", text);
  await page.keyboard.press("Control+V");
}
