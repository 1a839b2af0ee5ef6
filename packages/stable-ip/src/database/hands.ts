import type { Event } from "@svclab/contracts";
import type { Hands } from "../kill/hands.ts";
import type { DatabaseLab } from "./lab.ts";
import type { Members } from "./members.ts";

/** All that whoever changes the database's world may touch. */
export interface DatabaseHands extends Omit<Hands, "deployment" | "replicas"> {
  readonly lab: DatabaseLab;
  readonly members: Members;
  /** Holds all of a node's processes still, and lets them go on. */
  readonly pauseNode: (node: string, paused: boolean) => Promise<unknown>;
  /** How many notes have been acknowledged so far. */
  readonly acknowledged: () => number;
  /** Called with every event after it was written, until the run ends. */
  readonly onEvent: (listener: (event: Event) => void) => void;
}

/** A member where it runs now. */
export interface PlacedMember {
  readonly pod: string;
  readonly podUid: string;
  readonly node: string;
}
