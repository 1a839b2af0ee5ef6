import type { PatchKind } from "../port.ts";

type Json = Readonly<Record<string, unknown>>;
type Named = Json & { readonly name: unknown };

/**
 * RFC 7386: null removes, anything but an object replaces. A strategic patch, and an apply, also
 * merges lists of named things by their name, which is what the API does for containers and env.
 */
export function merged(old: unknown, patch: unknown, kind: PatchKind): unknown {
  if (kind === "strategic" && isNamed(old) && isNamed(patch)) return byName(old, patch);
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(old) ? { ...old } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value, kind);
  }
  return result;
}

function byName(old: readonly Named[], patch: readonly Named[]): unknown[] {
  const names = new Set([...old, ...patch].map((one) => one.name));
  return [...names].map((name) => {
    const [before, after] = [old, patch].map((list) => list.find((one) => one.name === name));
    return after === undefined ? before : merged(before, after, "strategic");
  });
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNamed(value: unknown): value is readonly Named[] {
  return Array.isArray(value) && value.every((one) => isObject(one) && "name" in one);
}
