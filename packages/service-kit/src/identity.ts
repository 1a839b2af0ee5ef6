import type { Identity } from "@svclab/contracts";
import { z } from "zod";

const Downward = z.object({
  POD_UID: z.string().min(1),
  POD_NAME: z.string().min(1),
  POD_IP: z.string().min(1),
  NODE_NAME: z.string().min(1),
});

/** Environment variables that the Pod fills from the downward API; all four are needed. */
export const IdentityFromEnv = Downward.transform(
  (env): Identity => ({
    podUid: env.POD_UID,
    podName: env.POD_NAME,
    podIp: env.POD_IP,
    node: env.NODE_NAME,
  }),
);
