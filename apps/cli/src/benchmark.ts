import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  forgetLabImages,
  holdCluster,
  type Lab,
  labDown,
  labInstall,
  labMemory,
  labUp,
  openLab,
} from "@svclab/kind";
import { measureLateness } from "@svclab/stable-ip";
import { observer } from "./proof.ts";
import { sayer } from "./say.ts";

/** 10,000 requests on the one path. */
const latenessMs = 20_000;

export interface BenchRow {
  readonly what: string;
  readonly measured: number;
  readonly budget: number;
  readonly unit: "s" | "GiB" | "ms";
}

export interface BenchWishes {
  /** Begins with nothing: the images of the lock file are removed, and all is built. */
  readonly cold: boolean;
}

/** Measures each budgeted step once, on a cluster of its own. */
export async function benchmark(
  name: string,
  { cold }: BenchWishes,
  signal: AbortSignal,
): Promise<BenchRow[]> {
  const opened = await openLab(sayer(), signal);
  const copy = await mkdtemp(join(tmpdir(), "svclab-bench-"));
  // Nothing is taken from the cache that others have, and nothing of theirs is removed.
  const lab = cold ? { ...opened, cache: join(copy, "cache") } : opened;
  const proxy = { proxyMode: "nftables", retain: false } as const;
  const rows: BenchRow[] = [];
  const time = async (what: string, budget: number, work: () => Promise<unknown>) => {
    const beganMs = performance.now();
    await work();
    rows.push({ what, measured: (performance.now() - beganMs) / 1000, budget, unit: "s" });
  };
  try {
    await labDown(lab, name);
    if (cold) {
      await forgetLabImages(lab);
      process.env["SVCLAB_LANE"] = "build";
      await time("up, nothing cached, all images built", 35 * 60, () => labUp(lab, name, proxy));
      await labDown(lab, name);
    }
    await time("up, images cached, to traffic answered", 90, () => labUp(lab, name, proxy));
    await time("up on a running cluster", 5, () => labUp(lab, name, proxy));
    const images = await labInstall(lab, name, { faults: false });
    const measured = (await labMemory(lab, name)) / 2 ** 30;
    rows.push({ what: "memory of cluster and application", measured, budget: 6, unit: "GiB" });
    const changed = { ...lab, checkout: await changedCopy(lab.checkout, copy) };
    await time("a code change built, loaded and rolled out", 40, () =>
      labInstall(changed, name, { faults: false }),
    );
    // Last: this process goes ahead of all others from then on.
    rows.push(...(await holdCluster(name, () => lateness(lab, { name, images }))));
  } finally {
    await time("down", 30, () => labDown(lab, name));
    await rm(copy, { recursive: true, force: true });
  }
  return rows;
}

/** Of a prober on a cluster at rest, at 500 requests a second on one path and 100 on each of eight. */
async function lateness(lab: Lab, of: Parameters<typeof observer>[1]): Promise<BenchRow[]> {
  const request = await observer(lab, of);
  const rows: BenchRow[] = [];
  for (const [paths, perSecond] of [
    [1, 500],
    [8, 100],
  ] as const) {
    const rates = Array.from({ length: paths }, () => perSecond);
    const { requests, lost, p99Ms, p999Ms } = await measureLateness(request, rates, latenessMs);
    const due = (paths * perSecond * latenessMs) / 1_000;
    lab.write(`${requests} of ${due} requests sent, ${lost} lost`);
    // Of fewer, or of what nobody answered, the lateness says nothing.
    const isWhole = requests >= due && lost === 0;
    const what = `lateness at ${paths} x ${perSecond} requests a second`;
    for (const [share, ms, budget] of [
      ["p99", p99Ms, 2],
      ["p99.9", p999Ms, 10],
    ] as const) {
      const measured = isWhole ? ms : Number.NaN;
      rows.push({ what: `${what}, ${share}`, measured, budget, unit: "ms" });
    }
  }
  return rows;
}

/** What an install reads of a checkout, with another api: the real sources are left alone. */
async function changedCopy(checkout: string, copy: string): Promise<string> {
  // All that goes into a bundle, with links as they are: a path outside would change every image.
  const whole = { recursive: true, verbatimSymlinks: true };
  for (const folder of ["apps", "k8s", "node_modules", "packages"])
    await cp(join(checkout, folder), join(copy, folder), whole);
  const source = join(copy, "apps/api/src/main.ts");
  const text = await readFile(source, "utf8");
  await writeFile(source, `${text}\nprocess.title = "api-${Date.now()}";\n`);
  return copy;
}
