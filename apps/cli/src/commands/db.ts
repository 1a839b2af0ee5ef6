import { connect } from "@svclab/cluster";
import { ToolError } from "@svclab/contracts";
import { appNamespace, hostPrograms, labPlace, openLab } from "@svclab/kind";
import { databasePods, GroupStore, groupRecordName, orderBootstrap } from "@svclab/mysql-group";
import { Command, Option } from "commander";
import { sayer } from "../say.ts";
import { type NameOption, nameOption } from "./options.ts";

interface BootstrapOptions extends NameOption {
  readonly from: string;
  readonly acceptLoss: boolean;
}

export const db = (signal: AbortSignal): Command =>
  new Command("db")
    .description("what the database's agents may not decide by themselves")
    .addCommand(bootstrap(signal));

const bootstrap = (signal: AbortSignal): Command =>
  new Command("bootstrap")
    .description("let one member begin the group although others are missing or have more")
    .addOption(nameOption())
    .addOption(
      new Option("--from <pod>", "the member to begin from")
        .choices([...databasePods])
        .makeOptionMandatory(),
    )
    .option("--accept-loss", "what only the others have may be lost", false)
    .action(async ({ name, from, acceptLoss }: BootstrapOptions) => {
      if (!acceptLoss) throw notAccepted(from);
      const lab = await openLab(sayer(), signal);
      const { kubectl } = await hostPrograms(lab);
      const cluster = await connect({ ...labPlace(name), kubectl });
      try {
        const store = new GroupStore(cluster, { namespace: appNamespace, name: groupRecordName });
        const { losses } = await orderBootstrap(store, databasePods, from);
        for (const { pod, transactions } of losses) console.log(`${pod}: ${told(transactions)}`);
        console.log(`${from} is to begin the group`);
      } finally {
        cluster.close();
      }
    });

function told(transactions: string | null): string {
  if (transactions === null) return "has said nothing: what only it has may be lost";
  return transactions === "" ? "has nothing that would be lost" : `may be lost: ${transactions}`;
}

function notAccepted(from: string): ToolError {
  return new ToolError({
    code: "loss-not-accepted",
    expected: "--accept-loss, as what only the other members have may be lost for good",
    found: `an order to begin from ${from} without it`,
    todo: "wait for the missing members, or give the order with --accept-loss",
    exit: 2,
  });
}
