import { access } from "node:fs/promises";
import { ToolError } from "@svclab/contracts";
import { ensurePackages } from "@svclab/kind";
import { type Browser, chromium } from "playwright-core";

const program = "/usr/bin/chromium";

/** Why there is no browser here; false where there is one, which may have been installed just now. */
export async function chromiumMissing(): Promise<string | false> {
  if (await isThere()) return false;
  try {
    await ensurePackages(["chromium"], () => undefined);
  } catch (error) {
    if (error instanceof ToolError && error.code === "packages-missing")
      return `no ${program}: ${error.todo}`;
    throw error;
  }
  return false;
}

/** Headless, with a new empty profile, and with no word to anybody but the page's own server. */
export async function openChromium(pageHost: string): Promise<Browser> {
  return chromium.launch({
    executablePath: program,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-proxy-server",
      `--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE ${pageHost}`,
    ],
  });
}

function isThere(): Promise<boolean> {
  return access(program).then(
    () => true,
    () => false,
  );
}
