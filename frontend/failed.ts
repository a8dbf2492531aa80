import type { Reporter, TestModule } from "vitest/node";

/** Names every failed test with its assertion and its place in a few lines, after everything else: a log's end is enough to see what is wrong. */
export default class Failed implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]) {
    for (const module of modules) {
      for (const error of module.errors()) say(module.relativeModuleId, error);
      for (const test of module.children.allTests("failed")) {
        for (const error of test.result().errors ?? []) say(`${module.relativeModuleId} > ${test.fullName}`, error);
      }
    }
  }
}

type Fault = { message?: string; diff?: string; stacks?: readonly { file: string; line: number }[] };

function say(name: string, { message = "", diff = "", stacks = [] }: Fault) {
  const place = stacks.find(({ file }) => !file.includes("node_modules"));
  const lines = `${message}\n${diff}`.replace(/\x1b\[[\d;]*m/g, "").split("\n").filter(Boolean);
  const text = lines.slice(0, 12).join("\n    ");
  console.log(`FAILED ${name}${place ? ` (line ${place.line})` : ""}\n    ${text}`);
}
