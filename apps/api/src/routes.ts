import type { Routes } from "@svclab/service-kit";
import type { Database } from "./database/database.ts";
import { echo } from "./echo.ts";
import { noteRoutes } from "./notes/note-routes.ts";

/** GET /whoami is the service kit's. */
export function routesOn(database: Database | null): Routes {
  return (app) => {
    app.get("/", (_request, response) => {
      response.json({
        "GET /whoami": "which Pod this is",
        "* /echo": "the request as it arrived",
        "POST /notes": "adds a note",
        "GET /notes": "the newest notes",
        "GET /notes/:id": "one note",
        "DELETE /notes/:id": "removes a note",
      });
    });
    app.all("/echo", ...echo);
    noteRoutes(app, database);
  };
}
