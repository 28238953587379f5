// The same three operations with Fastify and pg, as their documentation advises: a cluster, a pool in each worker, named (prepared)
// statements, schemas for bodies and answers, tokens verified once (fast-jwt's cache). The statements are those that our service sent.
//
// service.js CONFIG.json: {port, workers, pool, database, publicKey, issuer, audience, statements: {get, list, post}}
import cluster from 'node:cluster';
import { readFileSync } from 'node:fs';
import { randomBytes, randomUUID } from 'node:crypto';

const config = JSON.parse(readFileSync(process.argv[2], 'utf8'));

if (cluster.isPrimary) {
  for (let i = 0; i < config.workers; i++) cluster.fork();
  process.on('SIGTERM', () => process.exit(0));
} else {
  const { default: Fastify } = await import('fastify');
  const { default: pg } = await import('pg');
  const { createVerifier } = await import('fast-jwt');

  const pool = new pg.Pool({ ...config.database, max: config.pool });
  const verify = createVerifier({
    key: config.publicKey, algorithms: ['ES256'], allowedIss: config.issuer, allowedAud: config.audience, cache: true,
  });
  const app = Fastify({ logger: false, bodyLimit: 1048576 });

  app.decorateRequest('who', null);
  app.addHook('onRequest', async (request, reply) => {
    const header = request.headers.authorization;
    if (!header?.startsWith('Bearer ')) return reply.code(401).send({ code: 'token.missing' });
    try {
      request.who = verify(header.slice(7));
    } catch {
      return reply.code(401).send({ code: 'token.invalid' });
    }
    if (!request.who.scope.includes(request.routeOptions.config.scope)) return reply.code(403).send({ code: 'scope.missing' });
  });

  // A parameter is a constant of the recorded request, or stands for what differs from request to request.
  function valuesOf(statement, given) {
    return statement.params.map((p) => {
      switch (p.kind) {
        case 'const': return p.value;
        case 'context': return given.who[p.value];
        case 'new': return (given.made[p.value] ??= randomUUID());
        default: return given[p.kind];
      }
    });
  }
  const run = (client, statement, given) =>
    client.query({ name: statement.name, text: statement.text, values: valuesOf(statement, given) });

  async function transaction(steps, given) {
    const client = await pool.connect();
    const rows = {};
    try {
      for (const statement of steps) {
        const result = await run(client, statement, given);
        rows[statement.name] = result.rows;
      }
      return rows;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {});
      throw error;
    } finally {
      client.release();
    }
  }

  const text = { type: 'string' }, texts = { type: 'array', items: text }, instant = { type: 'string' };
  const open = { type: 'object', additionalProperties: true };
  const maybe = (schema) => ({ ...schema, nullable: true });
  const caseSchema = {
    type: 'object',
    properties: {
      id: text, reference: text, programme: text, programmeVersion: { type: 'integer' }, status: text, statusLabels: open, clientStatus: open,
      confidentiality: text, offices: texts, caseworker: maybe(text), principalId: text, familyId: maybe(text),
      members: { type: 'array', items: { type: 'object', properties: {
        personId: text, role: text, relation: maybe(text), dependant: { type: 'boolean' } } } },
      team: texts, countryOfReturn: maybe(text), countryOfOrigin: maybe(text), plannedDepartureOn: maybe(text), suspension: maybe(open),
      result: maybe(text), fund: maybe(open),
      externalRefs: { type: 'array', items: { type: 'object', properties: { organisation: text, value: text } } },
      referralId: maybe(text), openedAt: instant, closedAt: maybe(instant),
      retention: { type: 'object', properties: { class: text, until: maybe(text), legalHold: { type: 'boolean' } } },
      allowedActions: texts, version: { type: 'integer' }, createdAt: instant, updatedAt: instant,
    },
  };
  const itemSchema = {
    type: 'object',
    properties: {
      id: text, reference: text, programme: text, status: text, confidentiality: text, offices: texts, caseworker: maybe(text),
      principal: { type: 'object', properties: { id: text, given: text, family: text } }, countryOfReturn: maybe(text),
      plannedDepartureOn: maybe(text), openedAt: instant, closedAt: maybe(instant),
    },
  };
  const labels = config.labels;
  const caseOf = (r) => ({
    id: r.id, reference: r.reference, programme: r.programme, programmeVersion: r.programme_version, status: r.status,
    statusLabels: labels.statusLabels, clientStatus: labels.clientStatus, confidentiality: r.confidentiality, offices: r.offices,
    caseworker: r.caseworker, principalId: r.principal_id, familyId: r.family_id, members: r.members, team: r.team,
    countryOfReturn: r.country_of_return, countryOfOrigin: r.country_of_origin, plannedDepartureOn: r.planned_departure_on,
    suspension: r.suspension, result: r.result, fund: r.fund, externalRefs: r.external_refs, referralId: r.referral_id,
    openedAt: r.opened_at, closedAt: r.closed_at, retention: r.retention,
    allowedActions: r.closed_at ? [] : ['update', 'addMember', 'transition', 'requestOverride'],
    version: r.version, createdAt: r.created_at, updatedAt: r.updated_at,
  });
  const itemOf = (r) => ({
    id: r.id, reference: r.reference, programme: r.programme, status: r.status, confidentiality: r.confidentiality, offices: r.offices,
    caseworker: r.caseworker, principal: r.principal, countryOfReturn: r.country_of_return, plannedDepartureOn: r.planned_departure_on,
    openedAt: r.opened_at, closedAt: r.closed_at,
  });

  app.get('/cases/v1/cases/:id', {
    config: { scope: 'cases:read' },
    schema: { params: { type: 'object', properties: { id: { type: 'string', format: 'uuid' } } }, response: { 200: caseSchema } },
  }, async (request, reply) => {
    const rows = await transaction(config.statements.get, { who: request.who, case: request.params.id });
    const row = rows.q_case_get[0];
    if (!row) return reply.code(404).send({ code: 'case.missing' });
    reply.header('etag', `"v${row.version}"`);
    return caseOf(row);
  });

  app.get('/cases/v1/cases', {
    config: { scope: 'cases:read' },
    schema: {
      querystring: { type: 'object', properties: { limit: { type: 'integer', minimum: 1, maximum: 200 } } },
      response: { 200: { type: 'object', properties: { items: { type: 'array', items: itemSchema }, next: maybe(text) } } },
    },
  }, async (request) => {
    const rows = await transaction(config.statements.list, { who: request.who });
    const found = rows[Object.keys(rows).find((name) => name.startsWith('q_case_list'))];
    return { items: found.slice(0, request.query.limit).map(itemOf), next: found.length > request.query.limit ? found.at(-2).id : null };
  });

  app.post('/cases/v1/cases', {
    config: { scope: 'cases:write' },
    schema: {
      body: {
        type: 'object', required: ['programme', 'principalId'], additionalProperties: false,
        properties: { programme: text, principalId: { type: 'string', format: 'uuid' }, countryOfReturn: { type: 'string', pattern: '^[A-Z]{2}$' } },
      },
      response: { 201: caseSchema },
    },
  }, async (request, reply) => {
    const given = { who: request.who, made: [], person: request.body.principalId, key: randomBytes(32) };
    const rows = await transaction(config.statements.post, given);
    const row = rows.q_case_get[0];
    reply.code(201).header('etag', `"v${row.version}"`).header('location', `/cases/v1/cases/${row.id}`);
    return caseOf(row);
  });

  await app.listen({ host: '127.0.0.1', port: config.port });
  process.on('SIGTERM', () => process.exit(0));
}
