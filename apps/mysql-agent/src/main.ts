import { setTimeout as sleep } from "node:timers/promises";
import { connectInCluster } from "@svclab/cluster";
import { ToolError } from "@svclab/contracts";
import { GroupStore, groupRecordName } from "@svclab/mysql-group";
import { runService } from "@svclab/service-kit";
import { pino } from "pino";
import manifest from "../package.json" with { type: "json" };
import { Agent } from "./agent.ts";
import { askPeer, told } from "./ask-peer.ts";
import { figures } from "./figures.ts";
import { RoleLabels } from "./label-roles.ts";
import { limits } from "./limits.ts";
import { restartServer } from "./restart-server.ts";
import { Server } from "./server/server.ts";
import { readSettings } from "./settings.ts";
import { Performer } from "./steps/perform-step.ts";
import { unreadyFor } from "./unready-for.ts";

/** group_replication_group_name in k8s/base/mysql/config-map-server.yaml. */
const group = "6e3d1c5a-7f0b-4a5e-9c1d-2b8f4e0a9d37";
const agentPort = 8080;

try {
  const settings = readSettings(process.env);
  const logger = pino({ name: "mysql-agent", base: { pod: settings.self } });
  const cluster = connectInCluster();
  const store = new GroupStore(cluster, { namespace: settings.namespace, name: groupRecordName });
  const toServer = () =>
    new Server({
      host: "127.0.0.1",
      port: 3306,
      user: "agent",
      password: settings.agentPassword,
      ca: settings.ca,
    });
  const agent: Agent = new Agent({
    settings,
    group,
    logger,
    server: toServer(),
    performer: new Performer({
      ...{ server: toServer(), store, settings },
      joining: {
        lives: () => agent.groupLives(),
        restart: () => restartServer(),
        nowMs: () => performance.now(),
        sleep: (ms) => sleep(ms),
      },
    }),
    labels: new RoleLabels(cluster, settings.namespace, settings.pods),
    readRecord: () => store.read(AbortSignal.timeout(limits.answerMs)),
    askPeer: (pod) => askPeer(settings.hostOf(pod), agentPort, limits.answerMs),
    nowMs: () => performance.now(),
  });
  await runService({
    app: "mysql-agent",
    version: manifest.version,
    routes: (app) => {
      app.get("/member", (_request, response) => {
        const { known } = agent;
        if (known === null) response.status(503).json({ why: "the server does not answer" });
        else response.json(told(known.member));
      });
      app.get("/step", (_request, response) => void response.json(agent.step));
    },
    unreadyFor: () => unreadyFor(agent.known, agent.incarnation),
    measure: (registry) => figures(registry, agent),
  });
  await agent.run(new AbortController().signal);
} catch (error) {
  if (!(error instanceof ToolError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(error.exit);
}
