import { readdir } from "node:fs/promises";
import { ToolError } from "@svclab/contracts";
import { tryCommand } from "../command.ts";
import type { Say } from "./engine.ts";
import { readHost } from "./host.ts";
import { aptInstall, isDebian, mayInstall } from "./install-command.ts";

/** In dpkg-query's own notation. */
const format = "$" + "{Package} $" + "{db:Status-Status}\n";

/** Of the given Debian packages, those that are not installed. */
export async function missingPackages(names: readonly string[]): Promise<string[]> {
  // Its exit code is 1 as soon as one name is unknown; the others are still listed.
  const { stdout } = await tryCommand("dpkg-query", ["-W", "-f", format, ...names], {
    env: { LC_ALL: "C" },
  });
  const installed = new Set(stdout.split("\n"));
  return names.filter((name) => !installed.has(`${name} installed`));
}

/**
 * Makes sure that Debian packages are installed: as root on Debian or Ubuntu by installing what is
 * missing, elsewhere by a ToolError (packages-missing) with the command.
 */
export async function ensurePackages(
  names: readonly string[],
  say: Say,
  signal?: AbortSignal,
): Promise<void> {
  const host = await readHost();
  const missing = isDebian(host) ? await missingPackages(names) : names;
  if (missing.length === 0) return;
  if (mayInstall(host)) return installPackages(missing, say, signal);
  throw new ToolError({
    code: "packages-missing",
    expected: `the Debian packages ${names.join(" ")}`,
    found: isDebian(host) ? `not installed: ${missing.join(" ")}` : "not a Debian or Ubuntu system",
    todo: isDebian(host)
      ? `sudo ${aptInstall(missing)}`
      : "let the engine reach a container registry, or use Debian or Ubuntu",
  });
}

/** Runs apt-get as root. A line to `say` for each package that was set up. */
export async function installPackages(
  names: readonly string[],
  say: Say,
  signal?: AbortSignal,
): Promise<void> {
  say(`installing ${names.join(" ")} with apt-get (once)`);
  if (!(await hasPackageLists())) await apt(["update"], say, signal);
  const install = ["install", "-y", "--no-install-recommends", ...names];
  const first = await apt(install, say, signal);
  if (first.ok) return;
  // Lists that are past their date name versions that the archive no longer has.
  await apt(["update"], say, signal);
  const second = await apt(install, say, signal);
  if (second.ok) return;
  throw new ToolError({
    code: "packages-not-installed",
    expected: `apt-get to install ${names.join(" ")}`,
    found: second.lastLines.join("\n            "),
    todo: `run ${aptInstall(names)} and read what it says`,
  });
}

interface AptResult {
  readonly ok: boolean;
  readonly lastLines: readonly string[];
}

async function apt(args: readonly string[], say: Say, signal?: AbortSignal): Promise<AptResult> {
  const lines: string[] = [];
  const { exitCode } = await tryCommand(
    "apt-get",
    ["-q", "-o", "DPkg::Lock::Timeout=300", ...args],
    {
      env: { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" },
      ...(signal === undefined ? {} : { signal }),
      onLine: (line) => {
        lines.push(line);
        if (line.startsWith("Setting up ")) say(line.replace("Setting up ", "installed "));
      },
    },
  );
  const errors = lines.filter((line) => line.startsWith("E: "));
  return { ok: exitCode === 0, lastLines: errors.length > 0 ? errors : lines.slice(-4) };
}

async function hasPackageLists(): Promise<boolean> {
  const lists = await readdir("/var/lib/apt/lists").catch(() => []);
  return lists.some((name) => name.endsWith("_Packages") || name.includes("_Packages."));
}
