-- The day of a cost is called as that of an activity: `on` is a truth value to readers of YAML.

CREATE OR REPLACE VIEW claims_shown WITH (security_invoker) AS
SELECT c.id, c.assignment_id, c.currency, c.allowance, c.actual, c.total, c.rates_version, c.status, c.requested_by, c.approved_by, c.paid_by,
       c.submitted_at, c.approved_at, c.paid_at, c.return_reason, c.payment_ref, c.version, c.created_at, c.updated_at,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('country', l.country, 'place', l.place, 'from', l.from_day, 'until', l.until_day, 'amount', l.amount)
                                  ORDER BY l.from_day), '[]')
          FROM claim_allowances l WHERE l.org = c.org AND l.claim_id = c.id AND NOT l.dropped) AS allowances,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', k.kind, 'onDay', k.on_day, 'amount', k.amount, 'documentRef', k.document_ref)
                                  ORDER BY k.on_day, k.id), '[]')
          FROM claim_costs k WHERE k.org = c.org AND k.claim_id = c.id AND NOT k.dropped) AS costs,
       CASE WHEN c.status IN ('draft', 'returned') AND sec.has('claims:write') THEN '["putLines", "submit"]'::jsonb
            WHEN c.status = 'submitted' AND sec.has('claims:approve') AND c.requested_by <> sec.sub() THEN '["approve", "return"]'::jsonb
            WHEN c.status = 'approved' AND sec.has('claims:pay') AND c.requested_by <> sec.sub() AND c.approved_by <> sec.sub() THEN '["pay"]'::jsonb
            ELSE '[]'::jsonb END AS allowed_actions
  FROM claims c;
