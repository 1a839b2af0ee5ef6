import { fileURLToPath } from "node:url";
import type { Asked } from "@svclab/contracts";
import { limits, type Routes } from "@svclab/service-kit";
import { type RequestHandler, raw, static as serveFiles } from "express";
import { askApi } from "./ask-api.ts";
import { handOn } from "./hand-on.ts";

const askLimitMs = 2_000;
/** Above what the api takes until it knows that an outcome is unknown: 11 s of apps/api's limits. */
const notesLimitMs = 13_000;
const page = fileURLToPath(new URL("./page/", import.meta.url));

/** The page, and for its script GET /ask and the api's notes. */
export const routes =
  (apiUrl: URL): Routes =>
  (app, web) => {
    app.get("/ask", newConnectionEachTime, async (_request, response) => {
      const asked: Asked = { web, ...(await askApi(apiUrl, askLimitMs)) };
      response.json(asked);
    });
    app.all(
      ["/notes", "/notes/:id"],
      newConnectionEachTime,
      raw({ limit: limits.bodyBytes, type: () => true, inflate: false }),
      handOn(apiUrl, notesLimitMs),
    );
    app.use(newConnectionEachTime, serveFiles(page, { etag: false, lastModified: false }));
  };

/** A browser keeps its connections, and with them its web Pod: no reload would show another one. */
const newConnectionEachTime: RequestHandler = (_request, response, next) => {
  response.setHeader("Connection", "close");
  next();
};
