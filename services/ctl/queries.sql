-- What wayfare-ctl does with identity's data (as wf_identity_owner or wf_identity_service), with the jobs and the audit trail of any service (as its
-- worker role).

-- ---- organisations ----

-- q_ctl_organisation(organisation text) -> maybe ctl_organisation(id uuid, name text, kind text, status text)
SELECT id, name, kind, status FROM organisations WHERE org = $organisation;

-- q_ctl_organisations() -> many ctl_organisation_line(code text, name text, kind text, status text, offices int8, clients int8, users int8)
SELECT o.org AS code, o.name, o.kind, o.status,
       (SELECT count(*) FROM offices AS f WHERE f.org = o.org) AS offices,
       (SELECT count(*) FROM clients AS c WHERE c.org = o.org) AS clients,
       (SELECT count(*) FROM users AS u WHERE u.org = o.org) AS users
  FROM organisations AS o ORDER BY o.org LIMIT 10000;

-- q_ctl_organisation_add{id uuid, code text, name text, kind text, now timestamptz} -> exactly 1
INSERT INTO organisations (org, id, name, kind, created_at, updated_at) VALUES ($code, $id, $name, $kind, $now, $now);

-- ---- offices ----

-- q_ctl_office(organisation text, code text) -> maybe ctl_office(id uuid)
SELECT id FROM offices WHERE org = $organisation AND code = $code;

-- q_ctl_offices() -> many ctl_office_line(organisation text, code text, name text, country text, zone text, status text)
SELECT org AS organisation, code, name, country, zone, status FROM offices ORDER BY org, code LIMIT 10000;

-- q_ctl_office_add{id uuid, organisation text, code text, name text, country text, zone text, now timestamptz} -> exactly 1
INSERT INTO offices (id, org, code, name, country, zone, created_at, updated_at)
VALUES ($id, $organisation, $code, $name, $country, $zone, $now, $now);

-- q_ctl_offices_unknown(organisation text, codes text[]) -> many ctl_office_unknown(code text)
SELECT c.code
  FROM unnest($codes::text[]) AS c (code)
 WHERE NOT EXISTS (SELECT 1 FROM offices AS o WHERE o.org = $organisation AND o.code = c.code AND o.status = 'active');

-- ---- clients ----

-- q_ctl_client(client_id text) -> maybe ctl_client(id uuid, organisation text, status text)        lane: own
SELECT id, org AS organisation, status FROM clients WHERE client_id = $client_id FOR UPDATE;

-- q_ctl_client_named(organisation text, name text) -> maybe ctl_client_named(client_id text)
SELECT client_id FROM clients WHERE org = $organisation AND name = $name;

-- q_ctl_clients() -> many ctl_client_line(client_id text, organisation text, name text, status text, roles text, secrets int8, keys int8)
SELECT c.client_id, c.org AS organisation, c.name, c.status, array_to_string(c.roles, ' ') AS roles,
       (SELECT count(*) FROM client_secrets AS s WHERE s.org = c.org AND s.client = c.id) AS secrets,
       (SELECT count(*) FROM client_keys AS k WHERE k.org = c.org AND k.client = c.id) AS keys
  FROM clients AS c ORDER BY c.org, c.client_id LIMIT 10000;

-- q_ctl_client_add{id uuid, organisation text, client_id text, name text, roles text[], scopes text[], programmes text[], offices text[],
--   now timestamptz} -> exactly 1
INSERT INTO clients (id, org, client_id, name, roles, scopes, programmes, offices, created_at, updated_at)
VALUES ($id, $organisation, $client_id, $name, $roles, $scopes, $programmes, $offices, $now, $now);

-- q_ctl_client_status(id uuid, status text, now timestamptz) -> exactly 1
UPDATE clients SET status = $status, version = version + 1, updated_at = $now WHERE id = $id;

-- q_ctl_client_touch(id uuid, now timestamptz) -> exactly 1
UPDATE clients SET version = version + 1, updated_at = $now WHERE id = $id;

-- q_ctl_secret_add(id uuid, client uuid, hash bytea, now timestamptz) -> exactly 1
INSERT INTO client_secrets (id, org, client, hash, created_at)
SELECT $id, c.org, c.id, $hash, $now FROM clients AS c WHERE c.id = $client;

-- q_ctl_secrets_end(client uuid, ends_at timestamptz) -> any
UPDATE client_secrets SET expires_at = $ends_at WHERE client = $client AND (expires_at IS NULL OR expires_at > $ends_at);

-- q_ctl_key_add{id uuid, client uuid, kid text, jwk jsonb, now timestamptz} -> exactly 1
INSERT INTO client_keys (id, org, client, kid, jwk, created_at)
SELECT $id, c.org, c.id, $kid, $jwk, $now FROM clients AS c WHERE c.id = $client;

-- ---- users ----

-- q_ctl_user(username text) -> maybe ctl_user(id uuid, organisation text, subject text?, name text, roles text[], scopes text[],
--   programmes text[], offices text[], status text)
SELECT id, org AS organisation, subject, name, roles, scopes, programmes, offices, status FROM users WHERE username = $username;

-- q_ctl_users() -> many ctl_user_line(username text, organisation text, name text, status text, roles text, programmes text, offices text)
SELECT username, org AS organisation, name, status, array_to_string(roles, ' ') AS roles, array_to_string(programmes, ' ') AS programmes,
       array_to_string(offices, ' ') AS offices
  FROM users ORDER BY org, username LIMIT 10000;

-- q_ctl_user_add{id uuid, organisation text, username text, subject text?, name text, roles text[], scopes text[], programmes text[],
--   offices text[], now timestamptz} -> exactly 1
INSERT INTO users (id, org, username, subject, name, roles, scopes, programmes, offices, created_at, updated_at)
VALUES ($id, $organisation, $username, $subject, $name, $roles, $scopes, $programmes, $offices, $now, $now);

-- q_ctl_user_status(id uuid, status text, now timestamptz) -> exactly 1
UPDATE users SET status = $status, version = version + 1, updated_at = $now WHERE id = $id;

-- ---- revocations: in the order of their commits, see identity's schema ----

-- q_ctl_revocation_order() -> one ctl_revocation_order(locked bool)        lane: own
SELECT true AS locked FROM pg_advisory_xact_lock(7366100);

-- q_ctl_revocation_add{id uuid, organisation text, kind text, value text, reason text, now timestamptz} -> exactly 1
INSERT INTO revocations (id, org, kind, value, reason, revoked_at) VALUES ($id, $organisation, $kind, $value, $reason, $now);

-- ---- jobs; listing, replaying and discarding are libcommon/app's ----

-- q_ctl_deliveries(before timestamptz) -> many ctl_delivery_line(event_id uuid, type text, grp text, attempts int4, created_at timestamptz,
--   published bool)
SELECT d.event_id, o.type, d.grp, d.attempts, o.created_at, d.published_at IS NOT NULL AS published
  FROM wf.delivery AS d JOIN wf.outbox AS o ON o.id = d.event_id
 WHERE o.created_at < $before
 ORDER BY o.created_at LIMIT 1000;

-- q_ctl_job(event_id uuid) -> maybe ctl_job(event_id uuid, source text, type text, state text, organisation text, subject uuid, key uuid,
--   seq int8, on_dead text, attempts int4, next_at timestamptz?, event_at timestamptz, received_at timestamptz, trace text, error text?,
--   data jsonb)
SELECT event_id, source, type, state, org AS organisation, subject, key, seq, on_dead, attempts, next_at, event_at, received_at, trace,
       error, data
  FROM wf.inbox WHERE event_id = $event_id;

-- ---- audit ----

-- q_ctl_audit_broken() -> many ctl_audit_broken(no int8, rows int8, present int8, sealed_at timestamptz)        lane: own
SELECT s.no, s.rows, (SELECT count(*) FROM wf.audit AS a WHERE a.xid >= s.from_xid AND a.xid < s.to_xid) AS present, s.sealed_at
  FROM wf.audit_verify() AS v(no) JOIN wf.audit_seal AS s ON s.no = v.no
 ORDER BY s.no LIMIT 1000;

-- Months of it that were dropped, and where the chain was then.
-- q_ctl_audit_dropped() -> many ctl_audit_dropped(part text, rows int8, dropped_at timestamptz, dropped_by text, seal int8, hash text, uncovered int8)        lane: own
SELECT part, rows, dropped_at, dropped_by, coalesce(seal, 0), coalesce(encode(hash, 'hex'), ''), uncovered
  FROM wf.months_dropped WHERE tbl = 'wf.audit' ORDER BY until LIMIT 1000;

-- q_ctl_audit_head() -> one ctl_audit_head(seals int8, rows int8, unsealed int8, last int8, hash text, from int8)        lane: own
SELECT count(*) AS seals, coalesce(sum(s.rows), 0)::int8 AS rows,
       (SELECT count(*) FROM wf.audit AS a WHERE a.xid >= coalesce(max(s.to_xid), 0)) AS unsealed, coalesce(max(s.no), 0) AS last,
       coalesce((SELECT encode(l.hash, 'hex') FROM wf.audit_seal AS l ORDER BY l.no DESC LIMIT 1), '') AS hash,
       (SELECT coalesce(max(d.seal), 0) + 1 FROM wf.months_dropped AS d) AS from
  FROM wf.audit_seal AS s;

-- q_ctl_audit_seal(no int8) -> maybe ctl_audit_seal(hash text)
SELECT encode(hash, 'hex') AS hash FROM wf.audit_seal WHERE no = $no;

-- The transactions that a time falls into; first is above last if there is none.
-- q_ctl_audit_span(from_at timestamptz, to_at timestamptz) -> one ctl_audit_span(first int8, last int8)        lane: own
SELECT coalesce(min(xid), 1) AS first, coalesce(max(xid), 0) AS last FROM wf.audit WHERE at >= $from_at AND at < $to_at;

-- q_ctl_audit_page(first int8, after int8, from_at timestamptz, to_at timestamptz) -> many ctl_audit_row(org text, at timestamptz, actor text,
--   client text, operation text, purpose text, request_id text, trace text, action text, kind text, object uuid?, objects uuid[]?,
--   fields text)        lane: own
SELECT org, at, actor, client, operation, purpose, request_id, trace, action, kind, object, objects, fields
  FROM wf.audit WHERE xid >= $first AND xid < $after AND at >= $from_at AND at < $to_at
 ORDER BY xid, id;

-- ---- reference data ----

-- What is known of a zone stays. (As wf_travel_owner.)
-- q_ctl_airports_load(rows jsonb) -> one ctl_airports_loaded(added int4, changed int4)        lane: own
WITH given AS (
    SELECT r.code, r.name, r.municipality, r.country, r.zone, r.kind, r.latitude, r.longitude
      FROM jsonb_to_recordset($rows) AS r(code text, name text, municipality text, country text, zone text, kind text, latitude float8, longitude float8)
), put AS (
    INSERT INTO airports AS a (code, name, municipality, country, zone, kind, latitude, longitude)
    SELECT code, name, municipality, country, zone, kind, latitude, longitude FROM given
    ON CONFLICT (code) DO UPDATE SET name = excluded.name, municipality = excluded.municipality, country = excluded.country,
                                     zone = coalesce(a.zone, excluded.zone), kind = excluded.kind, latitude = excluded.latitude,
                                     longitude = excluded.longitude
    RETURNING xmax = 0 AS added
)
SELECT (count(*) FILTER (WHERE added))::int4 AS added, (count(*) FILTER (WHERE NOT added))::int4 AS changed FROM put;
