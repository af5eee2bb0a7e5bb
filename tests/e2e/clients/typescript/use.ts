// Uses the types that openapi-typescript has made of the server's description, against the server itself.
// Prints a line for each check: "ok TEXT" or "FAIL TEXT".
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { argv: string[] };

const client = createClient<paths>({ baseUrl: process.argv[2] });

function check(text: string, holds: boolean, seen?: unknown): void {
  console.log(holds ? `ok TypeScript: ${text}` : `FAIL TypeScript: ${text}: ${JSON.stringify(seen)}`);
}

const path = { id: "notes/typescript" };

const created = await client.PUT("/docs/{id}", { params: { path }, body: { n: 1 } });
check("PUT creates", created.response.status === 201 && created.error === undefined, created.error);

const read = await client.GET("/docs/{id}", { params: { path } });
const etag = read.response.headers.get("ETag") ?? "";
check("GET answers what was put", JSON.stringify(read.data) === '{"n":1}' && etag !== "", read);

const replaced = await client.PUT("/docs/{id}", { params: { path, header: { "If-Match": etag } }, body: { n: 2 } });
check("PUT with If-Match replaces", replaced.response.status === 204, replaced.error);

const refused = await client.PUT("/docs/{id}", { params: { path, header: { "If-Match": etag } }, body: { n: 3 } });
const problem: components["schemas"]["Problem"] | undefined = refused.error;
check(
  "PUT with an old tag is a problem with the current one",
  problem?.status === 412 && problem.currentETag === replaced.response.headers.get("ETag"),
  problem,
);

const operations: components["schemas"]["Batch"]["operations"] = [
  { op: "put", id: "notes/typescript-2", body: [1, 2] },
  { op: "delete", id: "notes/nobody" },
];
const batch = await client.POST("/batch", { body: { operations } });
check("batch answers a status for each operation", batch.data?.results.map((one) => one.status).join() === "201,404", batch);

const early = await client.POST("/batch", { params: { header: { Durability: "buffered" } }, body: { operations } });
check(
  "batch at level buffered answers 202 with results",
  early.response.status === 202 && early.data?.results.length === 2,
  early,
);

const deleted = await client.DELETE("/docs/{id}", { params: { path } });
check("DELETE deletes", deleted.response.status === 204, deleted.error);

const gone = await client.GET("/docs/{id}", { params: { path } });
check("GET of what is gone is a problem", gone.error?.type.endsWith("/not-found") === true, gone.error);
