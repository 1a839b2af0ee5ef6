import type { Engine } from "../machine/decide-engine.ts";
import type { HostLimits, ProxyMode } from "./kind-config.ts";

/** Programs on the host, by absolute path. */
export interface HostPrograms {
  readonly kind: string;
  readonly kubectl: string;
  readonly "cloud-provider-kind": string;
}

export interface UpOptions {
  readonly checkout: string;
  readonly engine: Engine;
  readonly programs: HostPrograms;
  readonly nodeImage: string;
  readonly kubernetes: string;
  readonly lane: "built" | "pulled";
  readonly proxyMode: ProxyMode;
  readonly workers: number;
  readonly host: HostLimits;
  /** Refuse to go on where something could leave the machine. */
  readonly sealed: boolean;
  /** Leave what was begun when it fails, to be looked at. */
  readonly retain: boolean;
  /** Done while new nodes become ready; never rejects. */
  readonly meanwhile: () => Promise<void>;
  readonly write: (line: string) => void;
  readonly signal?: AbortSignal;
}
