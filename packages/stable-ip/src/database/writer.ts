import { type Event, NotesRead, type ProberPlan } from "@svclab/contracts";
import {
  anyMemberPath,
  memberNamePath,
  memberPath,
  readyNamePath,
  writerRecorder,
} from "../history/writer-paths.ts";
import type { PodTemplate, Starting } from "../observe/checker-pod.ts";
import { type PodProgramOf, startClusterProber } from "../observe/cluster-prober.ts";
import { blindOverMs, clusterControl } from "../observe/plans.ts";
import type { Probing } from "../observe/probing.ts";
import { databaseNames, fullName } from "./lab.ts";

/** Half of the sessions write through the api, half by SQL. */
const sessionsEach = 4;
/** Notes a second, all sessions together. */
const notesPerSecond = 200;
/** Above the api's own limit for a commit, 7 s. */
const timeoutMs = 10_000;
/** For a member that is asked who it is, and for a name. */
const askedMs = 1_000;
const recorder = writerRecorder;

export interface Writing {
  readonly template: PodTemplate;
  readonly node: string;
  readonly dnsServer: string;
  /** The run's name, in the text of each note. */
  readonly run: string;
  readonly podProgram: PodProgramOf | null;
  readonly write: (event: Event) => void;
  readonly say: (line: string) => void;
}

export interface Writer extends Probing {
  /** Ends every session; notes-ended is written when the last one has. */
  endNotes(): Promise<void>;
  /** The run's notes, as one member has them. */
  read(pod: string): Promise<NotesRead>;
}

/** Sessions that write notes from a Pod of their own, outside the database and the api. */
export async function startWriter(writing: Writing, starting: Starting): Promise<Writer> {
  const { run } = writing;
  const probing = { ...writing, name: "writer", plan: planOf(writing) };
  const prober = await startClusterProber(probing, starting);
  return {
    ...prober,
    endNotes: async () => void (await prober.control({ method: "POST", path: "/end-notes" })),
    read: async (member) => {
      const host = fullName(`${member}.${databaseNames.peers}`);
      const path = `/notes-read?run=${run}&host=${host}`;
      return NotesRead.parse(JSON.parse(await prober.control({ method: "GET", path })));
    },
  };
}

function planOf({ run, dnsServer }: Writing): ProberPlan {
  const { primary, read, peers, ready, members, port } = databaseNames;
  const ways = {
    api: { host: fullName("api"), port: 80 },
    sql: { host: fullName(primary), port },
  } as const;
  const perSecond = notesPerSecond / (2 * sessionsEach);
  const sessions = (["api", "sql"] as const).flatMap((way) =>
    Array.from({ length: sessionsEach }, (_, at) => {
      const session = `${way}-${at + 1}`;
      const path = `notes/${session}@${recorder}`;
      return {
        kind: "notes" as const,
        path,
        run,
        session,
        way,
        ...ways[way],
        perSecond,
        timeoutMs,
      };
    }),
  );
  const asked = { kind: "member", port, perSecond: 2, timeoutMs: askedMs } as const;
  const named = { kind: "dns", server: dnsServer, perSecond: 10, timeoutMs: askedMs } as const;
  const probes = [
    ...sessions,
    { ...asked, path: anyMemberPath, host: fullName(read) },
    { ...named, path: readyNamePath, name: fullName(ready) },
    ...members.flatMap((pod) => [
      { ...asked, perSecond: 4, path: memberPath(pod), host: fullName(`${pod}.${peers}`) },
      { ...named, path: memberNamePath(pod), name: fullName(`${pod}.${peers}`) },
    ]),
  ];
  return { recorder, control: clusterControl, blindOverMs, probes };
}
