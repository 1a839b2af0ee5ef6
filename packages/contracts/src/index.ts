export { Asked, Echo, Identity, Problem, seenFrom, servedBy, WhoAmI } from "./api.ts";
export {
  Event,
  type EventOf,
  FaultKind,
  historyFormat,
  type PathId,
  pathId,
  routeOf,
} from "./event.ts";
export { DatabaseFault } from "./events/database.ts";
export { Why } from "./events/probe.ts";
export { Endpoint, SeenPod } from "./events/seen.ts";
export { type FaultBody, FaultState, FaultSwitch } from "./fault-switch.ts";
export { GroupMember } from "./group-member.ts";
export { GroupRecord, noGroupYet, StoppedMember } from "./group-record.ts";
export { KillMode, MatrixRound, PathRound } from "./matrix.ts";
export {
  DatabaseMember,
  NewNote,
  Note,
  NoteAnswer,
  NoteProblem,
  NotesAnswer,
  noteHeaders,
  noteProblem,
  noteTextLimit,
  viaApi,
} from "./notes.ts";
export {
  DnsProbe,
  HttpProbe,
  MemberProbe,
  NotesProbe,
  NotesRead,
  ProberClock,
  ProberListening,
  ProberPlan,
  ProberTargets,
} from "./prober.ts";
export { ToolError, type ToolFacts } from "./tool-error.ts";
export {
  exitCode,
  Judged,
  LongPart,
  LossCause,
  Measured,
  Outcome,
  Report,
  Verdict,
} from "./verdict.ts";
export { violationLabel, violationTable } from "./violation-label.ts";
