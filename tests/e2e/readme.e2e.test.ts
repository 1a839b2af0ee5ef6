import assert from "node:assert/strict";
import { access, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { describe, it } from "node:test";
import { exitCode } from "@svclab/contracts";
import {
  checkoutDir,
  defaultName,
  hostPrograms,
  labPlace,
  openLab,
  stateDir,
  tryCommand,
} from "@svclab/kind";

const checkout = checkoutDir();
const readme = await read("README.md");
/** The cluster that is up while the tests run; see scripts/test. */
const testCluster = "test";

/** Run here, as it stands, from the top of the checkout; `next` is the shell's line after it. */
interface Here {
  readonly says: RegExp;
  /** Default: 0 only. */
  readonly exit?: readonly number[];
  readonly next?: string;
}

/** Where each command of the README is run: here, or by a file that says so in the same words. */
const commands: Readonly<Record<string, Here | { readonly by: string }>> = {
  "make demo": { by: "tests/e2e/demo.e2e.test.ts" },
  "make test": { by: ".ci/run" },
  "make down": { by: "scripts/test" },
  "./svclab --help": { says: /^Usage: svclab/ },
  "./svclab matrix --show": { says: /^(no round yet|[a-z-]+, \d+ rounds?)/ },
  "./svclab rights": { says: /^kind: ServiceAccount$/m },
  "./svclab claims": { says: /^cluster-ip-survives-pod-kill\n {9}A Service MUST/ },
  "./svclab --version": { says: /^svclab \d+\.\d+\.\d+\nnode v\d+/ },
  // A disk that the tests themselves have filled is no fault of the command.
  "./svclab doctor": {
    says: /^(This machine will do|\d+ to be put right first)\.$/m,
    exit: [exitCode.holds, exitCode.environment],
  },
  "./svclab status": { says: /^svclab: (running|not whole|absent)$/m },
  "./svclab cache list": { says: /^( *\d+ MB {2}\/.*\n?)*$/ },
  "./svclab up --name test": { by: "scripts/test" },
  "./svclab down --name test": { by: "scripts/test" },
  'export KUBECONFIG="$PWD/.svclab/clusters/svclab/kubeconfig"': {
    says: new RegExp(`^${literal(kubeconfigByDefault())}$`),
    next: 'printf %s "$KUBECONFIG"',
  },
  "kubectl get pods,services --namespace svclab --output wide": {
    says: /^(NAME|No resources found)|^$/,
  },
};

describe("README", () => {
  it("has every command in an sh block, and each one is on the list here", () => {
    const languages = new Set(
      [...readme.matchAll(/^```(\S+)\n/gm)].map(([, language]) => language),
    );
    assert.deepEqual([...languages].sort(), ["sh", "text"]);
    assert.deepEqual(shellLines().sort(), Object.keys(commands).sort());
  });

  for (const [line, way] of Object.entries(commands)) {
    if ("by" in way)
      it(`${line} is run by ${way.by}`, async () => {
        assert.match(withoutComments(await read(way.by)), inTheseWords(line));
      });
    else
      it(`${line} does what it says`, async () => {
        const { exitCode: code, stdout, stderr } = await runHere(line, way);
        assert.ok((way.exit ?? [0]).includes(code ?? -1), `exit code ${code}\n${stdout}${stderr}`);
        assert.match(stdout, way.says);
      });
  }

  it("tells every command of ./svclab and no other", async () => {
    const { stdout } = await tryCommand("./svclab", ["--help"], { cwd: checkout });
    const help = stdout.slice(stdout.indexOf("\nCommands:"));
    const known = [...help.matchAll(/^ {2}(?!help\b)([a-z]+)/gm)].map(([, name]) => name);
    const told = rows("Commands").flatMap(([names = ""]) =>
      [...names.matchAll(/`([a-z]+)/g)].map(([, name]) => name),
    );
    assert.deepEqual([...new Set(told)].sort(), known.sort());
  });

  it("tells every exit code by the name that the code has for it", () => {
    const told = rows("Exit codes").map(([code, meaning = ""]) => [
      meaning.split(":")[0],
      Number(code),
    ]);
    assert.deepEqual(Object.fromEntries(told), exitCode);
  });

  it("tells every SVCLAB variable that the code reads", async () => {
    const files = await tryCommand("git", ["ls-files", "-co", "--exclude-standard", "*.ts"], {
      cwd: checkout,
    });
    const sources = files.stdout.split("\n").filter((file) => /^(apps|packages)\//.test(file));
    const texts = await Promise.all(sources.map((file) => read(file).catch(() => "")));
    const known = texts.flatMap((text) => [...text.matchAll(/env\["(SVCLAB_\w+)"\]/g)]);
    const told = rows("Settings").map(([name = ""]) => name.replaceAll("`", ""));
    const ours = told.filter((name) => name.startsWith("SVCLAB_"));
    assert.deepEqual(ours.sort(), [...new Set(known.map(([, name]) => name))].sort());
  });
});

function read(path: string): Promise<string> {
  return readFile(join(checkout, path), "utf8");
}

function shellLines(): string[] {
  const blocks = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text = ""]) => text);
  return [...new Set(blocks.join("").split("\n"))].filter((line) => line !== "");
}

/** The cells of the table below a heading, its own head left out. */
function rows(heading: string): string[][] {
  const section = readme.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  const lines = section.split("\n").filter((line) => /^\| *[^-| ]/.test(line));
  return lines.slice(1).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function withoutComments(text: string): string {
  return text.replace(/^\s*(\/\/|#|\/?\*).*$/gm, "");
}

/** As a shell writes it, or as a program and its arguments: make demo; "make", ["demo"]. */
function inTheseWords(line: string): RegExp {
  const words = line.split(" ").map(literal);
  return new RegExp(`(?<![\\w-])${words.join("[\\s\"',[\\]]+")}(?![\\w-])`);
}

/** Node.js 22 has no RegExp.escape. */
function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

async function runHere(line: string, { next = "" }: Here) {
  const { own, env } = line.startsWith("kubectl ") ? await onTestCluster() : { own: "", env: {} };
  const script = `${own}${line}\n${next}`;
  return tryCommand("bash", ["-c", script], { cwd: checkout, env, timeoutMs: 60_000 });
}

/** The kubectl that the project brings, under its own name, and the cluster of the tests. */
async function onTestCluster() {
  const { kubeconfig } = labPlace(testCluster);
  // Without the file kubectl would ask whatever listens on this machine.
  await access(kubeconfig);
  const { kubectl } = await hostPrograms(await openLab(() => undefined));
  const own = 'kubectl() { "$KUBECTL" "$@"; }\n';
  return { own, env: { KUBECTL: kubectl, KUBECONFIG: kubeconfig } };
}

/** Where the kubeconfig is when SVCLAB_STATE is not set, as the README's reader has it. */
function kubeconfigByDefault(): string {
  return join(stateDir({}), relative(stateDir(), labPlace(defaultName).kubeconfig));
}
