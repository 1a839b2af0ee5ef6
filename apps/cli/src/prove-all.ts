import { DatabaseFault, type FaultKind, type Report, ToolError } from "@svclab/contracts";
import type { Lab } from "@svclab/kind";
import { type Claim, databaseClaims, overall, requireAll, type Violation } from "@svclab/stable-ip";
import { type DatabasePlan, type Proof, type ProofOptions, prove } from "./proof.ts";

/** Every fault once. */
export const quickPlan: DatabasePlan = { faults: DatabaseFault.options, writes: 20_000 };
/** The two that a primary meets most often, and a replica that is behind; for a demo. */
export const shortPlan: DatabasePlan = {
  faults: ["primary-deleted", "server-killed", "replica-behind"],
  writes: 5_000,
};

/** Takes minutes by itself. */
const minutes: FaultKind = "delete-many";

/** Those that take minutes, and the others. */
export function splitLong(all: readonly Claim[]) {
  const isLong = ({ faults }: Claim) => faults.includes(minutes);
  return { short: all.filter((claim) => !isLong(claim)), long: all.filter(isLong) };
}

/** Enough to find a mistake in, where faults after it would only take time. */
const violationWrites = 2_000;

/**
 * The claims about the api, what takes minutes among them, and those about its database, each in a
 * run of its own: what is done for the one would show in the other. Where the cluster has no
 * database `skipped` are its claims.
 */
export async function proveAll(
  lab: Lab,
  { claims, ...options }: Omit<ProofOptions, "database">,
  plan: DatabasePlan,
): Promise<{ readonly proofs: readonly Proof[]; readonly skipped: readonly string[] }> {
  const { ofApi, long, ofDatabase } = runsOf(claims, options.violation);
  const proofs: Proof[] = [];
  for (const some of [ofApi, long])
    if (some.length > 0) proofs.push(await prove(lab, { ...options, claims: some }));
  if (ofDatabase.length === 0) return { proofs, skipped: [] };
  const database = planFor(options.violation, plan);
  try {
    proofs.push(await prove(lab, { ...options, claims: ofDatabase, database }));
  } catch (error) {
    if (!(error instanceof ToolError) || error.code !== "database-missing" || proofs.length === 0)
      throw error;
    return { proofs, skipped: ofDatabase.map(({ id }) => id) };
  }
  return { proofs, skipped: [] };
}

/** A mistake is made in the one run that has the claim which it must break. */
export function runsOf(claims: readonly Claim[], violation: Violation | undefined) {
  const of = (isOne: (claim: Claim) => boolean) => {
    const some = claims.filter(isOne);
    const has = some.some(({ violations }) => violations.some((each) => each === violation));
    return violation === undefined || has ? some : [];
  };
  const { short, long } = splitLong(claims);
  return {
    ofApi: of((claim) => short.includes(claim) && !databaseClaims.includes(claim)),
    long: of((claim) => long.includes(claim)),
    ofDatabase: of((claim) => databaseClaims.includes(claim)),
  };
}

function planFor(violation: Violation | undefined, plan: DatabasePlan): DatabasePlan {
  if (violation === undefined) return plan;
  return { faults: violation.after ?? [], writes: violationWrites };
}

/** Of all of them, the worst first; what was skipped counts where all are required. */
export function outcomeOf(
  { proofs, skipped }: Awaited<ReturnType<typeof proveAll>>,
  all: boolean,
): Report["outcome"] {
  const judged = proofs.flatMap(({ report }) => report.claims);
  const outcome = overall(all ? requireAll(judged) : judged);
  return all && skipped.length > 0 && outcome === "holds" ? "unknown" : outcome;
}
