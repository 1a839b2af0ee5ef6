import { runService } from "@svclab/service-kit";
import manifest from "../package.json" with { type: "json" };
import { routes } from "./routes.ts";

await runService({ app: "api", version: manifest.version, routes });
