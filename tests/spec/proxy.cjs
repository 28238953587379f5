/*
 * proxy.cjs EXCHANGES DOCUMENT... - passes recorded exchanges through Prism's own validating proxy, one for each document, and tells what it
 * would have refused: prism proxy --errors --validate-request false. Only the upstream is replaced: it answers what was recorded.
 *
 * EXCHANGES has one JSON object a line: {method, path, status, headers, body}. Prints "ok" or "FAIL" for each operation of the documents that was
 * asked for, and last "N passed, N failed". Exit status 1 if something failed.
 */
"use strict";
const fs = require("fs");
const readline = require("readline");
const { createInstance, getHttpOperationsFromSpec } = require("@stoplight/prism-http");
const { createLogger } = require("@stoplight/prism-core");
const TE = require("fp-ts/TaskEither");

const [, , exchanges, ...documents] = process.argv;
const ERROR = 0; // DiagnosticSeverity
const seen = new Map(); // operation -> {n, faults}

function bodyOf(exchange) {
  return /^application\/([a-z-]+\+)?json/.test(exchange.headers["content-type"] || "") ? JSON.parse(exchange.body) : exchange.body;
}

async function openProxy(path) {
  const document = JSON.parse(fs.readFileSync(path, "utf8"));
  let recorded;
  const proxy = createInstance(
    {
      isProxy: true, upstream: new URL("http://localhost/"), upstreamProxy: undefined,
      checkSecurity: false, validateRequest: false, validateResponse: true, errors: true, mock: false,
    },
    { logger: createLogger("proxy", { level: "silent" }), forward: () => () => TE.right(recorded) },
  );
  const schemas = new Map();
  const operations = (await getHttpOperationsFromSpec(document)).map((o) => sharing(o, schemas));
  const base = document.servers[0].url;
  return {
    base,
    knows: (method, route) => operations.some((o) => o.method === method.toLowerCase() && matches(o.path, route)),
    async pass(exchange) {
      recorded = { statusCode: exchange.status, headers: exchange.headers, body: bodyOf(exchange) };
      const [path, query = ""] = exchange.path.slice(base.length).split("?");
      const input = {
        method: exchange.method.toLowerCase(), headers: {}, body: undefined,
        url: { path, baseUrl: undefined, query: Object.fromEntries(new URLSearchParams(query)) },
      };
      const candidates = operations.filter((o) => o.method === input.method && matches(o.path, path));
      return proxy.request(input, candidates.map((o) => narrow(o, exchange.headers["content-type"])))();
    },
  };
}

/* The operation with one object for all schemas of the same text: Prism compiles each object anew, and every operation has a copy of every problem. */
function sharing(operation, schemas) {
  const shared = (content) => {
    if (!content.schema) return content;
    const text = JSON.stringify(content.schema, (key, value) => (key === "x-stoplight" ? undefined : value));
    if (!schemas.has(text)) schemas.set(text, content.schema);
    return { ...content, schema: schemas.get(text) };
  };
  return { ...operation, responses: operation.responses.map((r) => ({ ...r, contents: r.contents && r.contents.map(shared) })) };
}

/* The proxy judges by the first content that fits, and to it application/json fits problem+json: where the very type is documented, only that is left. */
function narrow(operation, type = "") {
  const name = type.split(";")[0];
  const responses = operation.responses.map((r) => {
    const contents = (r.contents || []).filter((c) => c.mediaType.split(";")[0] === name);
    return contents.length ? { ...r, contents } : r;
  });
  return { ...operation, responses };
}

function matches(template, path) {
  const a = template.split("/"), b = path.split("/");
  return a.length === b.length && a.every((part, i) => part.startsWith("{") || part === b[i]);
}

function note(name, fault) {
  const at = seen.get(name) || { n: 0, faults: [] };
  at.n++;
  if (fault) at.faults.push(fault);
  seen.set(name, at);
}

async function main() {
  const proxies = [];
  for (const document of documents) proxies.push(await openProxy(document));
  let skipped = 0;
  for await (const line of readline.createInterface({ input: fs.createReadStream(exchanges) })) {
    const exchange = JSON.parse(line);
    const proxy = proxies.find((p) => exchange.path.startsWith(p.base + "/"));
    const method = exchange.method === "HEAD" ? "GET" : exchange.method;
    const route = proxy && exchange.path.slice(proxy.base.length).split("?")[0];
    if (!proxy || exchange.method === "HEAD" || !proxy.knows(method, route)) {
      skipped++; // of no operation: what the gateway answers, other methods and spellings
      continue;
    }
    const result = await proxy.pass(exchange);
    const name = `${exchange.operation} ${exchange.status}`;
    if (result._tag === "Left") note(name, `refused: ${result.left.message}`);
    else {
      const faults = result.right.validations.output.filter((d) => d.severity === ERROR || /Unable to match the returned status/.test(d.message));
      note(name, faults.length ? faults.map((d) => `${(d.path || []).join(".")} ${d.message}`).join("; ") : undefined);
    }
  }
  let passed = 0, failed = 0, all = 0;
  for (const [name, { n, faults }] of seen) {
    all += n;
    if (faults.length) {
      failed++;
      console.log(`FAIL proxy: ${name}: ${faults.length} of ${n}: ${faults[0]}`);
    } else {
      passed++;
      console.log(`ok proxy: ${name}`);
    }
  }
  console.log(`${all} exchanges of ${seen.size} operations and statuses, ${skipped} of no operation`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed || !passed ? 1 : 0;
}

main();
