/** The database's Pods, and the paths on which the writer asks: what it writes is judged by these. */
export const memberPods = ["mysql-0", "mysql-1", "mysql-2"] as const;
type MemberPod = (typeof memberPods)[number];

export const writerRecorder = "writer";

/** Which server a member's own name leads to. */
export const memberPath = (pod: MemberPod) => `${pod}@${writerRecorder}`;
/** Which server mysql-read leads to. */
export const anyMemberPath = `any-member@${writerRecorder}`;
/** What a member's own name resolves to. */
export const memberNamePath = (pod: MemberPod) => `${pod}-dns@${writerRecorder}`;
/** What the name of the headless Service over the ready members resolves to. */
export const readyNamePath = `members-dns@${writerRecorder}`;
