import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { labDown, labInstall, labUp, openLab } from "@svclab/kind";
import { sayer } from "./say.ts";

export interface BenchRow {
  readonly what: string;
  readonly seconds: number;
  readonly budget: number;
}

/** Times each budgeted step once on a cluster of its own, with the images cached. */
export async function benchmark(name: string, signal: AbortSignal): Promise<BenchRow[]> {
  const lab = await openLab(sayer(), signal);
  const proxy = { proxyMode: "nftables", retain: false } as const;
  const rows: BenchRow[] = [];
  const time = async (what: string, budget: number, work: () => Promise<unknown>) => {
    const beganMs = performance.now();
    await work();
    rows.push({ what, seconds: (performance.now() - beganMs) / 1000, budget });
  };
  await labDown(lab, name);
  try {
    await time("up, images cached, to traffic answered", 90, () => labUp(lab, name, proxy));
    await time("up on a running cluster", 5, () => labUp(lab, name, proxy));
    await labInstall(lab, name, { faults: false });
    const source = join(lab.checkout, "apps/api/src/main.ts");
    const text = await readFile(source, "utf8");
    await writeFile(source, `${text}\nprocess.title = "api-${Date.now()}";\n`);
    try {
      await time("a code change built, loaded and rolled out", 40, () =>
        labInstall(lab, name, { faults: false }),
      );
    } finally {
      await writeFile(source, text);
    }
  } finally {
    await time("down", 30, () => labDown(lab, name));
  }
  return rows;
}
