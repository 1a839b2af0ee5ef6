import { runService } from "@svclab/service-kit";
import manifest from "../package.json" with { type: "json" };
import { openDatabase } from "./database/database.ts";
import { databaseFigures } from "./database/figures.ts";
import { readDatabaseSettings } from "./database/settings.ts";
import { routesOn } from "./routes.ts";

const settings = readDatabaseSettings(process.env);
const database = settings && openDatabase(settings);
await runService({
  app: "api",
  version: manifest.version,
  routes: routesOn(database),
  measure: (registry) => database && databaseFigures(registry, database),
});
