import { Command } from "commander";
import { bench } from "./commands/bench.ts";
import { cache } from "./commands/cache.ts";
import { claims } from "./commands/claims.ts";
import { db } from "./commands/db.ts";
import { demo } from "./commands/demo.ts";
import { doctor } from "./commands/doctor.ts";
import { down } from "./commands/down.ts";
import { install } from "./commands/install.ts";
import { matrix } from "./commands/matrix.ts";
import { rights } from "./commands/rights.ts";
import { status } from "./commands/status.ts";
import { up } from "./commands/up.ts";
import { verify } from "./commands/verify.ts";

/** Every command, in the order in which a newcomer meets them. */
export function program(signal: AbortSignal, versions: string): Command {
  const root = new Command("svclab")
    .description("Kubernetes Services, shown and proven on your own cluster")
    .version(versions, "--version", "the version of every part")
    .showSuggestionAfterError()
    .exitOverride();
  const commands = [
    demo,
    up,
    install,
    verify,
    matrix,
    claims,
    rights,
    status,
    db,
    down,
    doctor,
    cache,
    bench,
  ];
  for (const command of commands) root.addCommand(inheriting(command(signal), root));
  return root;
}

/** Commands below a command too: a wrong call of any of them ends alike. */
function inheriting(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const below of command.commands) inheriting(below, command);
  return command;
}
