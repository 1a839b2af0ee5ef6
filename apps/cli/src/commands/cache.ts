import { type CacheEntry, cacheList, cachePrune, openLabFiles } from "@svclab/kind";
import { Command } from "commander";
import { sayer } from "../say.ts";

export const cache = (signal: AbortSignal): Command => {
  const root = new Command("cache").description("programs and modules kept outside the checkout");
  root
    .command("list")
    .description("what is kept, its size, and whether this checkout asks for it")
    .action(async () => {
      for (const entry of await cacheList(await openLabFiles(sayer(), signal)))
        console.log(`${line(entry)}${entry.wanted ? "" : "  (prune removes it)"}`);
    });
  root
    .command("prune")
    .description("remove what this checkout does not ask for")
    .action(async () => {
      for (const entry of await cachePrune(await openLabFiles(sayer(), signal)))
        console.log(`removed ${line(entry)}`);
    });
  return root;
};

function line({ path, bytes }: CacheEntry): string {
  return `${(bytes / 1e6).toFixed(0).padStart(6)} MB  ${path}`;
}
