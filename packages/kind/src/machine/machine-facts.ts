import type { EngineFacts } from "./decide-engine.ts";

/** Everything that `doctor` judges. */
export interface MachineFacts {
  readonly engine: EngineFacts;
  /** First line of what each says its version is; null where it is not on PATH. */
  readonly tools: Readonly<Record<"git" | "make" | "node" | "npm" | "go" | "ip", string | null>>;
  /** Bytes. `images` is null where the engine's disk is not this host's. */
  readonly diskFree: { readonly cache: number; readonly images: number | null };
  readonly memoryBytes: number;
  readonly cpus: number;
  /** null: not asked, because offline or sealed. */
  readonly registryAnswers: boolean | null;
  readonly sealed: boolean;
  readonly hasMmdebstrap: boolean;
  readonly ports: readonly { readonly port: number; readonly free: boolean }[];
  /** What the kernel's configuration has; null where that cannot be read. */
  readonly kernel: Readonly<Record<string, boolean>> | null;
  readonly locale: string;
  readonly terminal: boolean;
}
