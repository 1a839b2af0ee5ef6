import { connectInCluster } from "@svclab/cluster";
import { ToolError } from "@svclab/contracts";
import { runService } from "@svclab/service-kit";
import { pino } from "pino";
import manifest from "../package.json" with { type: "json" };
import { askPeer, told } from "./ask-peer.ts";
import { assembleAgent, serverOf } from "./assemble-agent.ts";
import { figures } from "./figures.ts";
import { handOver } from "./hand-over.ts";
import { limits } from "./limits.ts";
import { restartServer } from "./restart-server.ts";
import { readSettings } from "./settings.ts";
import { unreadyFor } from "./unready-for.ts";

const agentPort = 8080;

try {
  const settings = readSettings(process.env);
  const logger = pino({ name: "mysql-agent", base: { pod: settings.self } });
  const cluster = connectInCluster();
  const own = { host: "127.0.0.1", port: 3306 };
  const agent = assembleAgent({
    ...{ settings, logger, restartServer },
    cluster,
    server: own,
    askPeer: (pod) => askPeer(settings.hostOf(pod), agentPort, limits.answerMs),
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
      // Asked by the kubelet before it ends the server (preStop in the StatefulSet).
      app.get("/hand-over", async (_request, response) => {
        const { self, namespace } = settings;
        const server = serverOf(settings, own);
        const member = () => agent.known?.member;
        const done = await handOver({ cluster, namespace, self, server, member }).catch(String);
        server.close();
        logger.info({ done }, "hand over");
        response.json({ done });
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
