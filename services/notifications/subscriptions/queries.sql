-- Statements of webhook subscriptions and deliveries.

-- q_subscription_get(id uuid) -> one subscription_row(id uuid, url text, event_types text[], description text?, status text, disabled_reason text?, failures int4, version int4, created_by text, created_at timestamptz, updated_at timestamptz, allowed_actions jsonb)
SELECT id, url, event_types, description, status, disabled_reason, failures, version, created_by, created_at, updated_at, allowed_actions
  FROM subscriptions_shown WHERE id = $id;

-- q_subscription_list() -> list subscription_row
SELECT id, url, event_types, description, status, disabled_reason, failures, version, created_by, created_at, updated_at, allowed_actions
  FROM subscriptions_shown WHERE true
--sort -createdAt created_at timestamptz
;

-- q_subscription_count() -> one subscription_count(n int8)        lane: own
SELECT count(*) AS n FROM subscriptions WHERE deleted_at IS NULL;

-- q_subscription_lock(id uuid) -> one subscription_locked(url text, event_types text[], description text?, status text, secret bytea, version int4)        lane: own
SELECT url, event_types, description, status, secret, version FROM subscriptions WHERE id = $id AND deleted_at IS NULL FOR UPDATE;

-- q_subscription_add{id uuid, url text, event_types text[], description text?, secret bytea, by text, now timestamptz} -> exactly 1
INSERT INTO subscriptions (id, org, url, event_types, description, secret, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $url, $event_types, $description, $secret, $by, $now, $now);

-- q_subscription_save{id uuid, url text, event_types text[], description text?, now timestamptz} -> exactly 1
UPDATE subscriptions SET url = $url, event_types = $event_types, description = $description, version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_subscription_state{id uuid, status text, reason text?, now timestamptz} -> exactly 1
UPDATE subscriptions SET status = $status, disabled_reason = $reason, failures = 0, version = version + 1, updated_at = $now WHERE id = $id;

-- q_subscription_rotate{id uuid, secret bytea, previous bytea, previous_until timestamptz, now timestamptz} -> exactly 1
UPDATE subscriptions SET secret = $secret, previous_secret = $previous, previous_until = $previous_until, version = version + 1,
       updated_at = $now
 WHERE id = $id;

-- q_subscription_end(id uuid, now timestamptz) -> exactly 1
UPDATE subscriptions SET deleted_at = $now, status = 'disabled', disabled_reason = 'deleted', version = version + 1, updated_at = $now
 WHERE id = $id;

-- What still waits for an ended or disabled subscription is given up now, not when its endpoint has a turn again; what is on its way
-- ends by itself.
-- q_deliveries_give_up(subscription_id uuid, now timestamptz) -> any
WITH given_up AS (
    UPDATE deliveries SET status = 'dead', next_at = NULL, last_error = 'subscription.disabled', version = version + 1, updated_at = $now
     WHERE subscription_id = $subscription_id AND status IN ('pending', 'retry')
    RETURNING id)
DELETE FROM delivery_due d USING given_up g WHERE d.delivery_id = g.id;

-- q_delivery_list{subscription_id uuid, status text?} -> list delivery_item(id uuid, subscription_id uuid, event_type text, subject uuid, status text, attempts int4, next_at timestamptz?, last_status int4?, last_error text?, done_at timestamptz?, created_at timestamptz)
SELECT id, subscription_id, event_type, subject, status, attempts, next_at, last_status, last_error, done_at, created_at FROM deliveries
 WHERE subscription_id = $subscription_id
--? status AND status = $status
--sort -createdAt created_at timestamptz
;

-- q_delivery_get(id uuid) -> one delivery_row(id uuid, subscription_id uuid, event_type text, subject uuid, status text, attempts int4, next_at timestamptz?, last_status int4?, last_error text?, done_at timestamptz?, created_at timestamptz, attempt_log jsonb)
SELECT id, subscription_id, event_type, subject, status, attempts, next_at, last_status, last_error, done_at, created_at,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('attempt', a.attempt, 'at', rfc3339(a.at), 'status', a.status, 'error', a.error,
                                                     'durationMs', a.duration_us / 1000) ORDER BY a.attempt), '[]')
          FROM delivery_attempts a WHERE a.delivery_id = d.id) AS attempt_log
  FROM deliveries d WHERE id = $id;

-- q_deliveries_replay{subscription_id uuid, since timestamptz, endpoint text, now timestamptz} -> one replayed(n int8)        lane: own
WITH again AS (
    UPDATE deliveries SET status = 'pending', attempts = 0, next_at = $now, done_at = NULL, version = version + 1, updated_at = $now
     WHERE subscription_id = $subscription_id AND created_at >= $since AND status IN ('done', 'dead', 'retry') AND recalled_at IS NULL
    RETURNING id, org, subscription_id, subject, created_at),
due AS (
    INSERT INTO delivery_due (delivery_id, org, endpoint, subscription_id, subject, created_at, due_at)
    SELECT id, org, $endpoint, subscription_id, subject, created_at, $now FROM again
    ON CONFLICT (delivery_id) DO UPDATE SET due_at = excluded.due_at, endpoint = excluded.endpoint
    RETURNING 1)
SELECT count(*) AS n FROM due;

-- The worker's, across organisations.

-- q_subscriptions_of(partner text, event_type text) -> many subscription_of(id uuid, url text)        lane: own
SELECT id, url FROM subscriptions
 WHERE org = $partner AND deleted_at IS NULL AND status <> 'disabled' AND $event_type = ANY (event_types) ORDER BY id LIMIT 20;

-- q_delivery_add{id uuid, partner text, subscription_id uuid, event_id uuid, event_type text, subject uuid, body text, endpoint text, now timestamptz} -> any
WITH added AS (
    INSERT INTO deliveries (id, org, subscription_id, event_id, event_type, subject, body, next_at, created_at, updated_at)
    VALUES ($id, $partner, $subscription_id, $event_id, $event_type, $subject, $body, $now, $now, $now)
    ON CONFLICT (org, subscription_id, event_id) DO NOTHING
    RETURNING id, org)
INSERT INTO delivery_due (delivery_id, org, endpoint, subscription_id, subject, created_at, due_at)
SELECT id, org, $endpoint, $subscription_id, $subject, $now, $now FROM added;

-- q_deliveries_recall{partner text, subject uuid, now timestamptz} -> any
WITH recalled AS (
    UPDATE deliveries SET recalled_at = $now,
           status = CASE WHEN status IN ('pending', 'retry') THEN 'dead' ELSE status END,
           next_at = CASE WHEN status NOT IN ('pending', 'retry') THEN next_at END,
           last_error = CASE WHEN status IN ('pending', 'retry') THEN 'recalled' ELSE last_error END,
           version = version + 1, updated_at = $now
     WHERE org = $partner AND subject = $subject AND event_type <> 'cases.share.recalled' AND recalled_at IS NULL
    RETURNING id, status)
DELETE FROM delivery_due d USING recalled r WHERE d.delivery_id = r.id AND r.status = 'dead';

-- held: what the asker works on already, whatever became of its leases; avoid: endpoints that rest, or have enough in hand.
-- q_delivery_claim(lease_s int4, per_endpoint int4, held uuid[], avoid text[]) -> maybe delivery_claim(delivery_id uuid, org text, endpoint text, at timestamptz)        lane: own lease
UPDATE delivery_due SET leased_until = now() + make_interval(secs => $lease_s)
 WHERE delivery_id = (
    SELECT d.delivery_id FROM delivery_due d
     WHERE d.due_at <= now() AND (d.leased_until IS NULL OR d.leased_until < now())
       AND d.delivery_id <> ALL ($held::uuid[]) AND d.endpoint <> ALL ($avoid::text[])
       AND d.endpoint <> ALL (ARRAY(SELECT b.endpoint FROM delivery_due b WHERE b.leased_until > now()
                                     GROUP BY b.endpoint HAVING count(*) >= $per_endpoint))
       AND NOT EXISTS (SELECT 1 FROM delivery_due e WHERE e.subscription_id = d.subscription_id AND e.subject = d.subject
                                                      AND (e.created_at, e.delivery_id) < (d.created_at, d.delivery_id))
     ORDER BY d.due_at, d.delivery_id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING delivery_id, org, endpoint, now() AS at;

-- For the metrics, of the endpoints where the most waits.
-- q_deliveries_waiting(max int4) -> many deliveries_waiting(endpoint text, n int8, late_s float8)        lane: own lease
SELECT endpoint, count(*), greatest(0, extract(epoch FROM now() - min(due_at)))::float8
  FROM delivery_due GROUP BY endpoint ORDER BY count(*) DESC, endpoint LIMIT $max;

-- Not those that have just been put off.
-- q_deliveries_renew(lease_s int4, held uuid[]) -> any        lane: own lease
UPDATE delivery_due SET leased_until = now() + make_interval(secs => $lease_s)
 WHERE delivery_id = ANY ($held::uuid[]) AND leased_until IS NOT NULL;

-- q_delivery_lock(id uuid) -> maybe delivery_locked(subscription_id uuid, subject uuid, event_type text, body text, status text, attempts int4, created_at timestamptz, recalled bool, url text, subscription_status text, secret bytea, previous_secret bytea?, previous_until timestamptz?, failures int4)        lane: own
SELECT d.subscription_id, d.subject, d.event_type, d.body, d.status, d.attempts, d.created_at,
       d.recalled_at IS NOT NULL AS recalled, s.url, s.status AS subscription_status, s.secret,
       s.previous_secret, s.previous_until, s.failures
  FROM deliveries d JOIN subscriptions s ON s.org = d.org AND s.id = d.subscription_id
 WHERE d.id = $id FOR UPDATE OF d;

-- q_delivery_before(subscription_id uuid, subject uuid, created_at timestamptz, id uuid) -> maybe delivery_before(id uuid)        lane: own
SELECT id FROM deliveries
 WHERE subscription_id = $subscription_id AND subject = $subject AND status IN ('pending', 'delivering', 'retry')
   AND (created_at, id) < ($created_at, $id) LIMIT 1;

-- q_delivery_begin(id uuid, now timestamptz) -> exactly 1
UPDATE deliveries SET status = 'delivering', attempts = attempts + 1, version = version + 1, updated_at = $now WHERE id = $id;

-- q_delivery_end{id uuid, status text, next_at timestamptz?, last_status int4?, last_error text?, done_at timestamptz?, now timestamptz} -> exactly 1
UPDATE deliveries SET status = $status, next_at = $next_at, last_status = $last_status, last_error = $last_error, done_at = $done_at,
       version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_delivery_attempt_add{id uuid, status int4?, error text?, duration_us int8, now timestamptz} -> any
INSERT INTO delivery_attempts (org, delivery_id, attempt, at, status, error, duration_us)
VALUES (sec.org(), $id, (SELECT coalesce(max(attempt), 0) + 1 FROM delivery_attempts WHERE delivery_id = $id), $now, $status, $error, $duration_us);

-- q_delivery_due_at(id uuid, due_at timestamptz) -> any
UPDATE delivery_due SET due_at = $due_at, leased_until = NULL WHERE delivery_id = $id;

-- q_delivery_due_drop(id uuid) -> any
DELETE FROM delivery_due WHERE delivery_id = $id;

-- q_subscription_succeeded(id uuid, now timestamptz) -> any
UPDATE subscriptions SET failures = 0, status = 'active', updated_at = $now WHERE id = $id AND status <> 'disabled' AND (failures > 0 OR status <> 'active');

-- q_subscription_failed{id uuid, degraded_from int4, disable bool, reason text?, now timestamptz} -> any
UPDATE subscriptions SET failures = failures + 1, disabled_reason = CASE WHEN $disable THEN $reason ELSE disabled_reason END,
       status = CASE WHEN $disable THEN 'disabled' WHEN failures + 1 >= $degraded_from THEN 'degraded' ELSE status END, updated_at = $now
 WHERE id = $id AND status <> 'disabled';
