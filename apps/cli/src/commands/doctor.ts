import { exitCode } from "@svclab/contracts";
import { checkoutDir, diagnose, formatFindings, readLock, reference } from "@svclab/kind";
import { Command } from "commander";

export const doctor = (_signal: AbortSignal): Command =>
  new Command("doctor")
    .description("what this machine has and lacks, and what to do; changes nothing")
    .action(async () => {
      const { images } = await readLock(checkoutDir());
      const { node } = images;
      const findings = await diagnose({ image: node === undefined ? "" : reference(node) });
      console.log(formatFindings(findings, process.stdout.columns ?? 80));
      if (findings.some(({ ok }) => ok === "no")) process.exitCode = exitCode.environment;
    });
