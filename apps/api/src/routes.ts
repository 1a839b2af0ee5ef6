import type { Routes } from "@svclab/service-kit";
import { echo } from "./echo.ts";

/** GET /whoami is the service kit's. The database's routes belong here when there is one. */
export const routes: Routes = (app) => {
  app.get("/", (_request, response) => {
    response.json({ "GET /whoami": "which Pod this is", "* /echo": "the request as it arrived" });
  });
  app.all("/echo", ...echo);
};
