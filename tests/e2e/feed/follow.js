// Follows the change feed with the browser's own EventSource, loses its connection and its server, and prints a line for each
// check: "ok TEXT" or "FAIL TEXT". The line "kill" asks for a kill -9 and a new start of the server; its answer is a line, too.
// Arguments: the server's address, the browser's path.
import { chromium } from "playwright-core";
import { connect, createServer } from "node:net";
import { createInterface } from "node:readline";

const [address, executablePath] = process.argv.slice(2);
const server = new URL(address);
const check = (text, holds, seen) => console.log(holds ? `ok ${text}` : `FAIL ${text}: ${JSON.stringify(seen)}`);
const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

// Between the browser and the server, so that a connection can be lost while both live.
const sockets = new Set();
const proxy = createServer((near) => {
  const far = connect(server.port, server.hostname);
  for (const [one, other] of [[near, far], [far, near]]) {
    sockets.add(one);
    one.on("error", () => other.destroy());
    one.on("close", () => { sockets.delete(one); other.destroy(); });
    one.pipe(other);
  }
});
await new Promise((listening) => proxy.listen(0, "127.0.0.1", listening));
const near = `http://127.0.0.1:${proxy.address().port}`;

const put = async (id, value) => {
  const answer = await fetch(`${address}/docs/${id}`, { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) });
  if (!answer.ok) throw new Error(`${id}: ${answer.status}`);
};
const remove = (id) => fetch(`${address}/docs/${id}`, { method: "DELETE" });
const stored = async () => {
  const answer = await fetch(`${address}/docs?limit=1000`);
  return Object.fromEntries((await answer.json()).documents.map((one) => [one.id, one.version]));
};

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  // The answers of the server are no pages: what they may load is nothing. The page of an application would be served by somebody else.
  const page = await browser.newPage({ bypassCSP: true });
  page.setDefaultTimeout(60000);
  await page.goto(`${near}/healthz/live`);
  for (let n = 0; n < 50; n++) await put(`d${n}`, 0);
  await page.evaluate(() => {
    Object.assign(window, { copy: {}, sequences: [], opened: 0, resets: 0, told: [] });
    const changes = new EventSource("/changes");
    changes.onopen = () => window.opened++;
    changes.addEventListener("reset", () => window.resets++);
    changes.onmessage = ({ data }) => {
      const change = JSON.parse(data);
      window.told.push(`${change.id} ${change.version}`);
      window.sequences.push(change.sequence);
      if (change.op === "put") window.copy[change.id] = change.version;
      else delete window.copy[change.id];
    };
  });
  const seen = (id) => page.waitForFunction((id) => id in window.copy, id);
  const gone = (id) => page.waitForFunction((id) => !(id in window.copy), id);
  const same = async (text) => {
    const [copy, all] = [await page.evaluate(() => window.copy), await stored()];
    const sorted = (object) => JSON.stringify(Object.entries(object).sort());
    check(text, sorted(copy) === sorted(all), [copy, all]);
  };

  await put("first", 1);
  await seen("first");
  await same("the browser's copy is the documents");

  sockets.forEach((socket) => socket.destroy());
  for (let n = 0; n < 20; n++) await put(`d${n}`, 1);
  await remove("d49");
  await put("second", 1);
  await seen("second");
  await same("after a lost connection it is");

  console.log("kill");
  await answers.next();
  for (let n = 0; n < 20; n++) await put(`d${n}`, 2);
  await remove("d48");
  await put("third", 1);
  await seen("third");
  await gone("d48");
  await same("after kill -9 of the server it is");

  const { opened, resets, sequences, told } = await page.evaluate(() => ({ opened, resets, sequences, told }));
  check("it has connected three times", opened >= 3, opened);
  check("it was never told to begin again", resets === 0, resets);
  check("changes came in the order of their commits", sequences.every((one, at) => at === 0 || sequences[at - 1] <= one), sequences);
  check("none came twice", new Set(told).size === told.length, told);
} finally {
  await browser.close();
}

process.exit(0); // the proxy and what is read from would go on
