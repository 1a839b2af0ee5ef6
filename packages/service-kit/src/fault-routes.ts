import { createHash, timingSafeEqual } from "node:crypto";
import { FaultSwitch } from "@svclab/contracts";
import { json, type RequestHandler, Router } from "express";
import type { z } from "zod";
import type { Faults } from "./faults.ts";
import { limits } from "./limits.ts";
import { HttpProblem, parseInput } from "./problem.ts";

/** GET, PUT and DELETE /faults, for whoever has the token made at install. */
export function faultRoutes(faults: Faults, token: string): Router {
  const router = Router();
  router.use("/faults", needToken(token), json({ limit: limits.bodyBytes, type: () => true }));
  const put = <Body>(name: string, schema: z.ZodType<Body>, set: (body: Body) => void) => {
    router.put(`/faults/${name}`, (request, response) => {
      set(parseInput(schema, request.body ?? {}, "body"));
      response.json(faults.state());
    });
  };
  put("readiness", FaultSwitch.readiness, faults.set.readiness);
  put("delay", FaultSwitch.delay, faults.set.delay);
  put("status", FaultSwitch.status, faults.set.status);
  put("crash", FaultSwitch.crash, faults.set.crash);
  put("hang", FaultSwitch.hang, faults.set.hang);
  router.get("/faults", (_request, response) => void response.json(faults.state()));
  router.delete("/faults", (_request, response) => {
    faults.clear();
    response.json(faults.state());
  });
  return router;
}

/** Digests are compared: they have one length, so the time taken says nothing of the token. */
function needToken(token: string): RequestHandler {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const expected = digest(`Bearer ${token}`);
  return (request, response, next) => {
    if (timingSafeEqual(digest(request.headers.authorization ?? ""), expected)) return next();
    response.setHeader("WWW-Authenticate", "Bearer");
    throw new HttpProblem(401, "The fault switches need the token made at install.");
  };
}
