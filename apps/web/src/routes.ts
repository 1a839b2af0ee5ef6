import { fileURLToPath } from "node:url";
import type { Asked } from "@svclab/contracts";
import type { Routes } from "@svclab/service-kit";
import { type RequestHandler, static as serveFiles } from "express";
import { askApi } from "./ask-api.ts";

const askLimitMs = 2_000;
const page = fileURLToPath(new URL("./page/", import.meta.url));

/** The page, and GET /ask for its script. */
export const routes =
  (apiUrl: URL): Routes =>
  (app, web) => {
    app.get("/ask", newConnectionEachTime, async (_request, response) => {
      const asked: Asked = { web, ...(await askApi(apiUrl, askLimitMs)) };
      response.json(asked);
    });
    app.use(newConnectionEachTime, serveFiles(page, { etag: false, lastModified: false }));
  };

/** A browser keeps its connections, and with them its web Pod: no reload would show another one. */
const newConnectionEachTime: RequestHandler = (_request, response, next) => {
  response.setHeader("Connection", "close");
  next();
};
