import type { Cluster } from "@svclab/cluster";
import { GroupStore, groupRecordName } from "@svclab/mysql-group";
import type { Logger } from "pino";
import { Agent, type AgentParts } from "./agent.ts";
import { RoleLabels } from "./label-roles.ts";
import { limits } from "./limits.ts";
import { Server } from "./server/server.ts";
import type { Settings } from "./settings.ts";
import { Performer } from "./steps/perform-step.ts";

/** group_replication_group_name in k8s/base/mysql/config-map-server.yaml. */
export const group = "6e3d1c5a-7f0b-4a5e-9c1d-2b8f4e0a9d37";

export interface AgentPlace {
  readonly settings: Settings;
  readonly cluster: Cluster;
  readonly logger: Logger;
  /** Where its server listens. */
  readonly server: { readonly host: string; readonly port: number };
  /** Kills the server, which its container starts again. */
  readonly restartServer: () => Promise<void>;
  readonly askPeer: AgentParts["askPeer"];
}

export function serverOf(
  { agentPassword, ca }: Settings,
  where: { readonly host: string; readonly port: number },
): Server {
  return new Server({ ...where, user: "agent", password: agentPassword, ca });
}

/** An agent with connections of its own to its server: one to look by, one to act by. */
export function assembleAgent(place: AgentPlace): Agent {
  const { settings, cluster, logger, askPeer } = place;
  const { namespace, pods } = settings;
  const store = new GroupStore(cluster, { namespace, name: groupRecordName });
  const toServer = () => serverOf(settings, place.server);
  const agent: Agent = new Agent({
    ...{ settings, group, logger, askPeer },
    server: toServer(),
    performer: new Performer({
      ...{ server: toServer(), store, settings },
      joining: {
        lives: () => agent.groupLives(),
        restart: place.restartServer,
        nowMs: () => performance.now(),
        sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
      },
    }),
    labels: new RoleLabels(cluster, namespace, pods),
    readRecord: () => store.read(AbortSignal.timeout(limits.answerMs)),
    nowMs: () => performance.now(),
  });
  return agent;
}
