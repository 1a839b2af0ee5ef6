import type { Hands } from "./hands.ts";
import { sigkillEach } from "./sigkill-each.ts";

/**
 * The mistake that must break pod-ips-do-change, in the place of delete-each: whoever runs it
 * believes to have replaced the Pods. The history tells what was really sent, SIGKILL to each
 * container, inside the span of delete-each, where the judge looks for killed Pods. It finds each
 * of them still there at the end, with the same uid and the same IP: killed, and not replaced.
 */
export async function killContainersInstead(hands: Hands): Promise<void> {
  await sigkillEach(hands);
}
