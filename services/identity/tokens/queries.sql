-- What the token endpoint asks, in the context of the client that the caller says it is.

-- q_token_client(client_id text, now timestamptz) -> maybe token_client(id uuid, organisation text, roles text[], scopes text[],
--   programmes text[], offices text[], rate_limit int4, burst_limit int4, daily_quota int4, active bool, secrets text[],
--   keys jsonb)
SELECT c.id, c.org AS organisation, c.roles, c.scopes, c.programmes, c.offices, coalesce(c.rate_limit, 0) AS rate_limit,
       coalesce(c.burst_limit, 0) AS burst_limit, coalesce(c.daily_quota, 0) AS daily_quota, c.status = 'active' AND o.status = 'active' AS active,
       ARRAY(SELECT encode(s.hash, 'hex') FROM client_secrets AS s
              WHERE s.org = c.org AND s.client = c.id AND (s.expires_at IS NULL OR s.expires_at > $now)) AS secrets,
       (SELECT coalesce(jsonb_agg(k.jwk), '[]') FROM client_keys AS k WHERE k.org = c.org AND k.client = c.id) AS keys
  FROM clients AS c JOIN organisations AS o ON o.org = c.org
 WHERE c.client_id = $client_id;

-- q_assertion_use{organisation text, client uuid, jti_hash bytea, expires_at timestamptz} -> maybe assertion_used(first bool)
INSERT INTO client_assertions (org, client, jti_hash, expires_at) VALUES ($organisation, $client, $jti_hash, $expires_at)
ON CONFLICT DO NOTHING
RETURNING true AS first;

-- q_assertions_forget(client uuid, now timestamptz) -> any
DELETE FROM client_assertions WHERE client = $client AND expires_at < $now;
