import { GroupMember } from "@svclab/contracts";
import { formatGtidSet, parseGtidSet } from "@svclab/mysql-group";
import type { Member } from "./decide/look.ts";

/**
 * What another agent says of its server; null where it does not answer in time. A hint: what must
 * not go wrong hangs on the record alone.
 */
export async function askPeer(
  host: string,
  port: number,
  timeoutMs: number,
): Promise<Member | null> {
  try {
    const answer = await fetch(`http://${host}:${port}/member`, {
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!answer.ok) return null;
    return heard(GroupMember.parse(await answer.json()));
  } catch {
    return null;
  }
}

export function told(member: Member): GroupMember {
  const { executed, received } = member;
  return { ...member, executed: formatGtidSet(executed), received: formatGtidSet(received) };
}

function heard(said: GroupMember): Member {
  const { executed, received } = said;
  return { ...said, executed: parseGtidSet(executed), received: parseGtidSet(received) };
}
