import { z } from "zod";

/** What an agent tells the other agents of its own server. Sets are as MySQL writes them. */
export const GroupMember = z.object({
  uuid: z.string(),
  state: z.enum(["OFFLINE", "RECOVERING", "ONLINE", "ERROR"]),
  role: z.enum(["PRIMARY", "SECONDARY"]).nullable(),
  incarnation: z.string().nullable(),
  majority: z.boolean(),
  online: z.record(z.string(), z.string()),
  executed: z.string(),
  received: z.string(),
});
export type GroupMember = z.infer<typeof GroupMember>;
