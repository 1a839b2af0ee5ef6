/** What is known of one image before anything is fetched or built. */
export interface LaneFacts {
  /** The recipe's key on the image that the engine has; "pulled" when it has none; undefined: no image. */
  readonly present: string | "pulled" | undefined;
  /** The key that the recipe would give now. */
  readonly wanted: string;
  /** Undefined: not tried yet. */
  readonly registryAnswers: boolean | undefined;
  readonly only: "pull" | "build" | undefined;
}

export type Lane = "keep" | "pull" | "build";

/**
 * Which lane an image takes. What is there and right is kept; a registry is tried before anything
 * is built; the result is known by the same name either way.
 */
export function laneOf(facts: LaneFacts): Lane {
  const built = facts.present === facts.wanted;
  const pulled = facts.present === "pulled";
  if (facts.only === "build") return built ? "keep" : "build";
  if (facts.only === "pull") return pulled ? "keep" : "pull";
  if (built || pulled) return "keep";
  return facts.registryAnswers === false ? "build" : "pull";
}
