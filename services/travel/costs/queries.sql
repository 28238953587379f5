-- Statements of costs.

-- q_cost_list{movement_id uuid, kind text?} -> list cost_row(id uuid, movement_id uuid, kind text, category text, amount int8, currency text, fund text?,
--   booking_id uuid?, note text?, entered_by text, entered_at timestamptz)
SELECT id, movement_id, kind, category, amount, currency, fund, booking_id, note, entered_by, entered_at FROM costs WHERE movement_id = $movement_id
--? kind AND kind = $kind
--sort -enteredAt entered_at timestamptz
;

-- q_cost_get(id uuid) -> one cost_row
SELECT id, movement_id, kind, category, amount, currency, fund, booking_id, note, entered_by, entered_at FROM costs WHERE id = $id;

-- q_cost_totals(movement_id uuid) -> many cost_total(currency text, estimate int8, deposit int8, actual int8, refund int8)
SELECT currency, coalesce(sum(amount) FILTER (WHERE kind = 'estimate'), 0)::int8 AS estimate,
       coalesce(sum(amount) FILTER (WHERE kind = 'deposit'), 0)::int8 AS deposit,
       coalesce(sum(amount) FILTER (WHERE kind = 'actual'), 0)::int8 AS actual,
       coalesce(sum(amount) FILTER (WHERE kind = 'refund'), 0)::int8 AS refund
  FROM costs WHERE movement_id = $movement_id GROUP BY currency ORDER BY currency LIMIT 200;

-- q_cost_add{id uuid, movement_id uuid, kind text, category text, amount int8, currency text, fund text?, note text?, by text, now timestamptz}
--   -> exactly 1
INSERT INTO costs (id, org, movement_id, kind, category, amount, currency, fund, note, entered_by, entered_at)
VALUES ($id, sec.org(), $movement_id, $kind, $category, $amount, $currency, $fund, $note, $by, $now);
