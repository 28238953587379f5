-- Statements of claims.

-- q_claim_list{status text?, assignment_id uuid?} -> list claim_row(id uuid, assignment_id uuid, currency text, allowance int8, actual int8, total int8, rates_version text, status text,
--   requested_by text, approved_by text?, paid_by text?, submitted_at timestamptz?, approved_at timestamptz?, paid_at timestamptz?, return_reason text?,
--   payment_ref text?, version int4, created_at timestamptz, updated_at timestamptz, allowances jsonb, costs jsonb, allowed_actions jsonb)
SELECT id, assignment_id, currency, allowance, actual, total, rates_version, status, requested_by, approved_by, paid_by, submitted_at, approved_at, paid_at,
       return_reason, payment_ref, version, created_at, updated_at, allowances, costs, allowed_actions
  FROM claims_shown WHERE true
--? status        AND status = $status
--? assignment_id AND assignment_id = $assignment_id
--sort -createdAt created_at timestamptz
;

-- q_claim_get(id uuid) -> one claim_row
SELECT id, assignment_id, currency, allowance, actual, total, rates_version, status, requested_by, approved_by, paid_by, submitted_at, approved_at, paid_at,
       return_reason, payment_ref, version, created_at, updated_at, allowances, costs, allowed_actions
  FROM claims_shown WHERE id = $id;

-- q_claim_lock(id uuid) -> one claim_locked(id uuid, assignment_id uuid, total int8, status text, requested_by text, approved_by text?, version int4)        lane: own
SELECT id, assignment_id, total, status, requested_by, approved_by, version FROM claims WHERE id = $id FOR UPDATE;

-- q_claim_assignment(id uuid) -> one claim_assignment(id uuid, programme text, status text, starts_on date?, ends_on date?, claim_currency text)        lane: own
SELECT id, programme, status, starts_on, ends_on, claim_currency FROM assignments WHERE id = $id FOR SHARE;

-- q_claim_insert{id uuid, assignment_id uuid, currency text, allowance int8, actual int8, rates_version text, by text, now timestamptz} -> exactly 1
INSERT INTO claims (id, org, assignment_id, currency, allowance, actual, rates_version, requested_by, created_at, updated_at)
VALUES ($id, sec.org(), $assignment_id, $currency, $allowance, $actual, $rates_version, $by, $now, $now);

-- q_claim_save{id uuid, allowance int8, actual int8, rates_version text, by text, now timestamptz} -> exactly 1
UPDATE claims SET allowance = $allowance, actual = $actual, rates_version = $rates_version, requested_by = $by, version = version + 1, updated_at = $now
 WHERE id = $id AND status IN ('draft', 'returned');

-- q_claim_allowance_insert{id uuid, assignment_id uuid, claim_id uuid, country text, place text?, from_day date, until_day date, amount int8} -> exactly 1
INSERT INTO claim_allowances (id, org, assignment_id, claim_id, country, place, from_day, until_day, amount)
VALUES ($id, sec.org(), $assignment_id, $claim_id, $country, $place, $from_day, $until_day, $amount);

-- q_claim_cost_insert{id uuid, assignment_id uuid, claim_id uuid, kind text, on_day date, amount int8, document_ref text} -> exactly 1
INSERT INTO claim_costs (id, org, assignment_id, claim_id, kind, on_day, amount, document_ref)
VALUES ($id, sec.org(), $assignment_id, $claim_id, $kind, $on_day, $amount, $document_ref);

-- q_claim_allowances_drop(claim_id uuid) -> any
UPDATE claim_allowances SET dropped = true WHERE claim_id = $claim_id AND NOT dropped;

-- q_claim_costs_drop(claim_id uuid) -> any
UPDATE claim_costs SET dropped = true WHERE claim_id = $claim_id AND NOT dropped;

-- Takes the amount out of what the assignment may still claim; no row: it would be more than the cap. The row lock orders those who submit at once.
-- q_claim_take(assignment_id uuid, amount int8, now timestamptz) -> maybe claim_taken(claimed int8)        lane: own
UPDATE assignments SET claimed = claimed + $amount, version = version + 1, updated_at = $now
 WHERE id = $assignment_id AND (claim_cap IS NULL OR claimed + $amount <= claim_cap) RETURNING claimed;

-- q_claim_give_back(assignment_id uuid, amount int8, now timestamptz) -> exactly 1
UPDATE assignments SET claimed = claimed - $amount, version = version + 1, updated_at = $now WHERE id = $assignment_id;

-- q_claim_submit(id uuid, by text, now timestamptz) -> exactly 1
UPDATE claims SET status = 'submitted', requested_by = $by, submitted_at = $now, return_reason = NULL, version = version + 1, updated_at = $now
 WHERE id = $id AND status IN ('draft', 'returned');

-- q_claim_approve(id uuid, by text, now timestamptz) -> exactly 1
UPDATE claims SET status = 'approved', approved_by = $by, approved_at = $now, version = version + 1, updated_at = $now WHERE id = $id AND status = 'submitted';

-- q_claim_return(id uuid, reason text, now timestamptz) -> exactly 1
UPDATE claims SET status = 'returned', return_reason = $reason, version = version + 1, updated_at = $now WHERE id = $id AND status = 'submitted';

-- q_claim_pay(id uuid, by text, payment_ref text, now timestamptz) -> exactly 1
UPDATE claims SET status = 'paid', paid_by = $by, paid_at = $now, payment_ref = $payment_ref, version = version + 1, updated_at = $now
 WHERE id = $id AND status = 'approved';
