/*
 * lint.cjs RULESET DOCUMENT... - Spectral with the rule set as it is, in one process for all documents; prints its findings as JSON.
 *
 * Only what the same rule has found faultless in the same node is not asked again: resolved, each document repeats its problem and its shared
 * schemas for every operation, and to compile each of them for each example anew took nine tenths of the time.
 */
"use strict";
const fs = require("fs");
const { Spectral, Document } = require("@stoplight/spectral-core");
const { Json } = require("@stoplight/spectral-parsers");
const { bundleAndLoadRuleset } = require("@stoplight/spectral-ruleset-bundler/with-loader");

const REPEATED = ["oas3-valid-media-example", "oas3-valid-schema-example"];

/* The function of a rule, which remembers what it found nothing in. */
function once(check) {
  const faultless = new Set();
  return (node, options, context) => {
    const key = JSON.stringify([options, node]);
    if (faultless.has(key)) return [];
    const found = check(node, options, context);
    if (!found || found.length === 0) faultless.add(key);
    return found;
  };
}

async function main() {
  const [, , path, ...documents] = process.argv;
  const nothing = () => Promise.reject(new Error("the rule set must be whole: nothing is fetched"));
  const ruleset = await bundleAndLoadRuleset(path, { fs, fetch: nothing });
  for (const name of REPEATED) {
    const rule = ruleset.rules[name];
    rule.then = rule.then.map((then) => ({ ...then, function: once(then.function) }));
  }
  const spectral = new Spectral();
  spectral.setRuleset(ruleset);
  const found = [];
  for (const document of documents) found.push(...(await spectral.run(new Document(fs.readFileSync(document, "utf8"), Json, document))));
  console.log(JSON.stringify(found.map(({ code, message, path: at, severity, source }) => ({ code, message, path: at, severity, source }))));
}

main();
