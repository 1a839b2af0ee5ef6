import type { GroupRecord } from "@svclab/contracts";
import type { BlockCode, GtidSet } from "@svclab/mysql-group";

/** What one server says of itself and of the group that it sees. */
export interface Member {
  readonly uuid: string;
  readonly state: "OFFLINE" | "RECOVERING" | "ONLINE" | "ERROR";
  readonly role: "PRIMARY" | "SECONDARY" | null;
  /** The part of its view id that stays as long as its group lives; null: in no group. */
  readonly incarnation: string | null;
  /** More than half of the members that it knows of are reached. */
  readonly majority: boolean;
  /** The servers that it sees ONLINE, by Pod. */
  readonly online: Readonly<Record<string, string>>;
  readonly executed: GtidSet;
  /** Received from the group, executed or not. */
  readonly received: GtidSet;
}

/** All that one agent knows at one moment. null: no answer. */
export interface Look {
  readonly self: string;
  readonly pods: readonly string[];
  /** group_replication_group_name. */
  readonly group: string;
  readonly own: Member | null;
  readonly peers: ReadonlyMap<string, Member | null>;
  readonly record: GroupRecord | null;
  /** What was received could not be executed, and why; undefined: not tried since it stopped. */
  readonly cannotExecute: string | undefined;
}

/** The one thing that an agent does next. */
export type Step =
  | { readonly do: "wait"; readonly why: string }
  /** STOP GROUP_REPLICATION */
  | { readonly do: "stop"; readonly why: string }
  /** Execute what was received from the group before it stopped. */
  | { readonly do: "execute-received" }
  /** Stop for certain, and write down what the server has. */
  | { readonly do: "promise" }
  | { readonly do: "write"; readonly record: GroupRecord; readonly why: string }
  /** Get what it lacks from another that is stopped too. */
  | { readonly do: "fetch"; readonly from: string; readonly lacks: string }
  /** Nobody may lead, or who was to lead cannot: a person has to look. */
  | { readonly do: "blocked"; readonly code: BlockCode; readonly pods: readonly string[] }
  | { readonly do: "begin" }
  | { readonly do: "join"; readonly clone: boolean }
  | { readonly do: "keep-out"; readonly transactions: string; readonly why: string };
