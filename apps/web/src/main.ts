import { runService } from "@svclab/service-kit";
import manifest from "../package.json" with { type: "json" };
import { readApiUrl } from "./read-api-url.ts";
import { routes } from "./routes.ts";

await runService({
  app: "web",
  version: manifest.version,
  routes: (app, identity) => routes(readApiUrl(process.env))(app, identity),
});
