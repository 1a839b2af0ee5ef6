import { labInstall } from "@svclab/kind";
import type { Page } from "playwright-core";
import { openChromium } from "../chromium.ts";
import { nodePortUrl, openTestCluster, type TestCluster, testCluster } from "../test-cluster.ts";

const nodePort = 30_080;

export interface LabPage {
  readonly there: TestCluster;
  readonly page: Page;
  /** What the browser had to say since the last time it was emptied. */
  readonly complaints: string[];
  close(): Promise<void>;
}

/** The page of the application on the test cluster, by its node port, in a real Chromium. */
export async function openLabPage(): Promise<LabPage> {
  const there = await openTestCluster();
  try {
    return await openOn(there);
  } catch (error) {
    there.close();
    throw error;
  }
}

async function openOn(there: TestCluster): Promise<LabPage> {
  await labInstall(there.lab, testCluster, { faults: true });
  const url = await nodePortUrl(there, nodePort);
  const browser = await openChromium(new URL(url).hostname);
  const page = await browser.newPage({ baseURL: url });
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText;
    // A reload ends what was still being loaded.
    if (why !== "net::ERR_ABORTED") complaints.push(`${request.url()}: ${why}`);
  });
  return {
    ...{ there, page, complaints },
    close: async () => {
      await browser.close().finally(() => there.close());
    },
  };
}
