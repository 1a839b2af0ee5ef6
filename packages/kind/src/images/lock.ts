import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

const Part = z.strictObject({
  version: z.string(),
  /** What `go build` is given: "." for a main of ours, "tool" for the module's tool lines. */
  packages: z.enum([".", "tool"]),
  /** -X of the linker: a variable's import path, and its value. */
  define: z.record(z.string(), z.string()).default({}),
});
export type Part = z.infer<typeof Part>;

const Image = z.strictObject({
  name: z.string(),
  tag: z.string(),
  digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .nullable(),
  parts: z.array(z.string()),
});
export type LockedImage = z.infer<typeof Image>;

const Lock = z
  .strictObject({
    kubernetes: z.string(),
    parts: z.record(z.string(), Part),
    images: z.record(z.string(), Image),
  })
  .refine((lock) =>
    Object.values(lock.images).every((image) => image.parts.every((part) => part in lock.parts)),
  );
export type Lock = z.infer<typeof Lock>;

/** Reads k8s/images/lock.yaml of a checkout. */
export async function readLock(checkout: string): Promise<Lock> {
  return Lock.parse(parse(await readFile(join(checkout, "k8s/images/lock.yaml"), "utf8")));
}

/** The name and tag by which everything after the pull or the build knows an image. */
export function reference(image: LockedImage): string {
  return `${image.name}:${image.tag}`;
}
