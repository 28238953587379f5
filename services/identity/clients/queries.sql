-- Clients and what they prove themselves by.

-- q_client_get(client_id text, now timestamptz) -> one client_row(id uuid, client_id text, organisation text, name text, roles text[],
--   scopes text[], programmes text[], offices text[], rate_limit int4?, burst_limit int4?, daily_quota int4?, status text, secrets jsonb,
--   keys jsonb, allowed_actions text[], version_ int4,
--   created_at timestamptz, updated_at timestamptz)
SELECT c.id, c.client_id, c.org AS organisation, c.name, c.roles, c.scopes, c.programmes, c.offices, c.rate_limit, c.burst_limit,
       c.daily_quota, c.status,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'createdAt', rfc3339(s.created_at), 'expiresAt', rfc3339(s.expires_at))
                                  ORDER BY s.created_at, s.id), '[]')
          FROM client_secrets AS s
         WHERE s.org = c.org AND s.client = c.id AND (s.expires_at IS NULL OR s.expires_at > $now)) AS secrets,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', k.id, 'kid', k.kid, 'createdAt', rfc3339(k.created_at))
                                  ORDER BY k.created_at, k.id), '[]')
          FROM client_keys AS k WHERE k.org = c.org AND k.client = c.id) AS keys,
       CASE WHEN NOT sec.has('clients:write') THEN '{}'::text[]
            WHEN c.status = 'active' THEN '{disable,rotateSecret,addKey}' ELSE '{enable,rotateSecret,addKey}' END AS allowed_actions,
       c.version AS version_, c.created_at, c.updated_at
  FROM clients AS c
 WHERE c.client_id = $client_id;

-- q_client_list{organisation text?, status text?, now timestamptz} -> list client_row
SELECT c.id, c.client_id, c.org AS organisation, c.name, c.roles, c.scopes, c.programmes, c.offices, c.rate_limit, c.burst_limit,
       c.daily_quota, c.status,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'createdAt', rfc3339(s.created_at), 'expiresAt', rfc3339(s.expires_at))
                                  ORDER BY s.created_at, s.id), '[]')
          FROM client_secrets AS s
         WHERE s.org = c.org AND s.client = c.id AND (s.expires_at IS NULL OR s.expires_at > $now)) AS secrets,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', k.id, 'kid', k.kid, 'createdAt', rfc3339(k.created_at))
                                  ORDER BY k.created_at, k.id), '[]')
          FROM client_keys AS k WHERE k.org = c.org AND k.client = c.id) AS keys,
       CASE WHEN NOT sec.has('clients:write') THEN '{}'::text[]
            WHEN c.status = 'active' THEN '{disable,rotateSecret,addKey}' ELSE '{enable,rotateSecret,addKey}' END AS allowed_actions,
       c.version AS version_, c.created_at, c.updated_at
  FROM clients AS c
 WHERE true
--? organisation AND c.org = $organisation
--? status AND c.status = $status
--sort createdAt c.created_at timestamptz
--sort name c.name text
;

-- q_client_add{id uuid, organisation text, client_id text, name text, roles text[], scopes text[], programmes text[], offices text[],
--   rate_limit int4?, burst_limit int4?, daily_quota int4?, now timestamptz} -> exactly 1
INSERT INTO clients (id, org, client_id, name, roles, scopes, programmes, offices, rate_limit, burst_limit, daily_quota, created_at,
                     updated_at)
VALUES ($id, $organisation, $client_id, $name, $roles, $scopes, $programmes, $offices, $rate_limit, $burst_limit, $daily_quota, $now,
        $now);

-- q_client_lock(client_id text) -> one client_lock(id_ uuid, organisation_ text, name text, roles text[], scopes text[],
--   programmes text[], offices text[], rate_limit int4?, burst_limit int4?, daily_quota int4?, status_ text, keys_ int4, version_ int4)
SELECT c.id AS id_, c.org AS organisation_, c.name, c.roles, c.scopes, c.programmes, c.offices, c.rate_limit, c.burst_limit,
       c.daily_quota, c.status AS status_,
       (SELECT count(*)::int4 FROM client_keys AS k WHERE k.org = c.org AND k.client = c.id) AS keys_, c.version AS version_
  FROM clients AS c
 WHERE c.client_id = $client_id
   FOR UPDATE OF c;

-- q_client_save{id uuid, name text, roles text[], scopes text[], programmes text[], offices text[], rate_limit int4?, burst_limit int4?,
--   daily_quota int4?, status text, now timestamptz} -> exactly 1
UPDATE clients
   SET name = $name, roles = $roles, scopes = $scopes, programmes = $programmes, offices = $offices,
       rate_limit = $rate_limit, burst_limit = $burst_limit, daily_quota = $daily_quota, status = $status, version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_client_secret_add(id uuid, client uuid, hash bytea, now timestamptz) -> exactly 1
INSERT INTO client_secrets (id, org, client, hash, created_at)
SELECT $id, c.org, c.id, $hash, $now FROM clients AS c WHERE c.id = $client;

-- q_client_secrets_end(client uuid, ends_at timestamptz) -> any
UPDATE client_secrets SET expires_at = $ends_at WHERE client = $client AND (expires_at IS NULL OR expires_at > $ends_at);

-- q_client_secrets_forget(client uuid, now timestamptz) -> any
DELETE FROM client_secrets WHERE client = $client AND expires_at <= $now;

-- q_client_key_add{id uuid, client uuid, kid text, jwk jsonb, now timestamptz} -> exactly 1
INSERT INTO client_keys (id, org, client, kid, jwk, created_at)
SELECT $id, c.org, c.id, $kid, $jwk, $now FROM clients AS c WHERE c.id = $client;

-- q_client_key_get(client uuid, id uuid) -> one client_key(kid text)
SELECT kid FROM client_keys WHERE client = $client AND id = $id;

-- q_client_key_drop(client uuid, id uuid) -> exactly 1
DELETE FROM client_keys WHERE client = $client AND id = $id;
