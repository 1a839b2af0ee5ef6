import { KillMode, ToolError } from "@svclab/contracts";
import { type Claim, claims, databaseClaims, type Violation } from "@svclab/stable-ip";
import { closest, distance } from "fastest-levenshtein";

const catalogue: readonly Claim[] = [...claims, ...databaseClaims];

/** The claims of these ids, in the catalogue's order; all where none is named. */
export function chooseClaims(ids: readonly string[]): readonly Claim[] {
  const known = catalogue.map(({ id }) => id);
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown !== undefined)
    throw noneOf(known, unknown, {
      code: "claim-unknown",
      todo: "name one of these, or none for all",
    });
  return ids.length === 0 ? catalogue : catalogue.filter(({ id }) => ids.includes(id));
}

/** The kills of these names, in the list's order; all where none is named. */
export function chooseKills(names: readonly string[]): readonly KillMode[] {
  const known = KillMode.options;
  const unknown = names.find((name) => !known.some((kill) => kill === name));
  if (unknown !== undefined)
    throw noneOf(known, unknown, {
      code: "kill-unknown",
      todo: "name one of these, or none for all",
    });
  return names.length === 0 ? known : known.filter((kill) => names.includes(kill));
}

/** The mistake of this name, of those that break one of these claims. */
export function chooseViolation(chosen: readonly Claim[], name: string): Violation {
  const all = chosen.flatMap(({ violations }) => violations);
  const found = all.find((each) => each.name === name);
  if (found !== undefined) return found;
  const known = all.map((each) => each.name);
  const todo = "name a violation of the claims that are checked";
  throw noneOf(known, name, { code: "violation-unknown", todo });
}

/** A mistake, and the claim that it must break. */
export interface Mistake {
  readonly claim: Claim;
  readonly violation: Violation;
}

/** Every mistake of these claims, or those of these names; null where none is asked for. */
export function chooseMistakes(
  chosen: readonly Claim[],
  names: readonly string[] | true | undefined,
): readonly Mistake[] | null {
  if (names === undefined) return null;
  const all = chosen.flatMap((claim) =>
    claim.violations.map((violation) => ({ claim, violation })),
  );
  if (names === true) return all;
  const claim = names.find((name) => catalogue.some(({ id }) => id === name));
  if (claim !== undefined)
    throw new ToolError({
      code: "violation-unknown",
      expected: "names of mistakes after --violations, or none",
      found: `the claim ${claim}`,
      todo: `name claims before it: verify ${claim} --violations`,
      exit: 2,
    });
  const named = new Set(names.map((name) => chooseViolation(chosen, name).name));
  return all.filter(({ violation }) => named.has(violation.name));
}

/** Of the letters of a word that was meant, so many may be wrong. */
const wrongShare = 0.4;

function noneOf(
  known: readonly string[],
  found: string,
  { code, todo }: { readonly code: string; readonly todo: string },
): ToolError {
  const nearest = closest(found, known);
  const isNear = distance(found, nearest) <= nearest.length * wrongShare;
  return new ToolError({
    ...{ code, found, expected: `one of ${known.join(", ")}`, exit: 2 },
    todo: isNear ? `did you mean ${nearest}? Otherwise ${todo}` : todo,
  });
}
