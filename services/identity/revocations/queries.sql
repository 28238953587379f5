-- Revocations, numbered in the order of their commits.

-- Held until the transaction ends: the next number is given when this one is seen by all.
-- q_revocation_order() -> one revocation_order(locked bool)        lane: own
SELECT true AS locked FROM pg_advisory_xact_lock(7366100);

-- q_revocation_add{id uuid, organisation text, kind text, value text, reason text, now timestamptz} -> one revocation_row(
--   id uuid, sequence int8, organisation text, kind text, value text, reason text, revoked_at timestamptz)
INSERT INTO revocations (id, org, kind, value, reason, revoked_at) VALUES ($id, $organisation, $kind, $value, $reason, $now)
RETURNING id, sequence, org AS organisation, kind, value, reason, revoked_at;

-- What ended longer ago than any token lives matters to nobody.
-- q_revocations_forget(before timestamptz) -> any
DELETE FROM revocations WHERE revoked_at < $before;

-- q_revocations_after(after int8) -> many revocation_row
SELECT id, sequence, org AS organisation, kind, value, reason, revoked_at FROM revocations WHERE sequence > $after ORDER BY sequence LIMIT 1000;

-- q_revocation_last() -> one revocation_last(last int8)
SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS last FROM revocation_sequence;

-- q_revocation_client(client_id text) -> maybe revocation_target(organisation text)
SELECT org AS organisation FROM clients WHERE client_id = $client_id;

-- q_revocation_user(username text) -> maybe revocation_user(organisation text, subject text?)
SELECT org AS organisation, subject FROM users WHERE username = $username;
