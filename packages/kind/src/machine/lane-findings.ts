import { type Finding, no, warn, yes } from "./finding.ts";
import { aptInstall, mayInstall, rootfsPackages } from "./install-command.ts";
import type { MachineFacts } from "./machine-facts.ts";

/** Where images come from: a registry, or what building them needs. */
export function laneFindings(facts: MachineFacts): Finding[] {
  const wanted = "answers, or Go";
  if (facts.registryAnswers === true) return [yes("registry", wanted, "answers")];
  const found = facts.registryAnswers === null ? "not asked (offline)" : "does not answer";
  return [
    warn("registry", wanted, `${found}: images are built`, null),
    go(facts.tools.go),
    mmdebstrap(facts),
  ];
}

function go(found: string | null): Finding {
  const wanted = "1.26 or newer, to build images";
  if (found === null) {
    return no(
      "go",
      wanted,
      "not on PATH",
      "install Go from go.dev/dl, or let a registry be reached",
    );
  }
  // "go version go1.26.8 linux/amd64"
  const [, major = "0", minor = "0"] = /go(\d+)\.(\d+)/.exec(found) ?? [];
  return Number(major) > 1 || Number(minor) >= 26
    ? yes("go", wanted, found)
    : no("go", wanted, found, "install a newer Go from go.dev/dl");
}

function mmdebstrap({ engine: { host }, hasMmdebstrap }: MachineFacts): Finding {
  const wanted = "on PATH, to build images";
  const install = aptInstall(rootfsPackages);
  if (hasMmdebstrap) return yes("mmdebstrap", wanted, "yes");
  return mayInstall(host)
    ? warn("mmdebstrap", wanted, "no", `svclab up runs ${install}`)
    : no("mmdebstrap", wanted, "no", `sudo ${install} (Debian and Ubuntu)`);
}
