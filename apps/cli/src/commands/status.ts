import { labStatus, lookAtLab } from "@svclab/kind";
import { Command, Option } from "commander";
import { sayer } from "../say.ts";
import { type NameOption, nameOption } from "./options.ts";

export const status = (signal: AbortSignal): Command =>
  new Command("status")
    .description("what is there of a cluster, by which lane its images came, and what is in them")
    .addOption(nameOption())
    .addOption(
      new Option("-o, --output <format>", "how it is told")
        .choices(["text", "json"])
        .default("text"),
    )
    .action(async ({ name, output }: NameOption & { output: string }) => {
      const found = await labStatus(await lookAtLab(sayer(), signal), name);
      if (output === "json") {
        console.log(JSON.stringify(found, null, 2));
        return;
      }
      console.log(`${found.cluster}: ${found.state}`);
      for (const { name, running, kubelet, runtime } of found.nodes)
        console.log(
          `  ${name}: ${running ? "running" : "stopped"}${kubelet === null ? "" : `, kubelet ${kubelet}, ${runtime}`}`,
        );
      if (found.state !== "absent") {
        console.log(`  load balancer: ${found.loadBalancerRuns ? "running" : "stopped"}`);
        if (found.kubeconfig !== null) console.log(`  kubeconfig: ${found.kubeconfig}`);
      }
      console.log("parts:");
      for (const [part, version] of Object.entries(found.parts))
        console.log(`  ${part}: ${version.split("; ")[0]}`);
    });
