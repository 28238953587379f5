-- Checks of a case against rule sets, and the answers to their rules.

-- The present checks of a case with the last answer to each rule: for guards.
-- q_eligibility_facts(case_id uuid) -> many eligibility_fact(rule_set text, rules_from date, reference_on date, rule text?, answer text?)
SELECT c.rule_set, c.rules_from, c.reference_on, a.rule, a.answer
  FROM eligibility_checks c
  LEFT JOIN LATERAL (SELECT DISTINCT ON (e.rule) e.rule, e.answer
                       FROM eligibility_answers e
                      WHERE e.org = c.org AND e.check_id = c.id
                      ORDER BY e.rule, e.answered_at DESC, e.id DESC) a ON true
 WHERE c.case_id = $case_id AND c.superseded_at IS NULL;

-- q_eligibility_check_get(id uuid) -> one eligibility_check_row(id uuid, case_id uuid, rule_set text, rules_from date,
--   reference_on date, version int4, created_by text, created_at timestamptz, updated_at timestamptz, superseded_at timestamptz?,
--   nationalities_ text[], incomplete_ bool)
SELECT c.id, c.case_id, c.rule_set, c.rules_from, c.reference_on, c.version, c.created_by, c.created_at, c.updated_at, c.superseded_at,
       (SELECT coalesce(array_agg(DISTINCT n), '{}')
          FROM case_persons m
          JOIN persons p ON p.org = m.org AND p.id = m.person_id
         CROSS JOIN unnest(p.nationalities) AS n
         WHERE m.case_id = c.case_id AND m.left_at IS NULL) AS nationalities_,
       EXISTS (SELECT 1
                 FROM case_persons m
                 JOIN persons p ON p.org = m.org AND p.id = m.person_id
                WHERE m.case_id = c.case_id AND m.left_at IS NULL AND p.nationalities = '{}') AS incomplete_
  FROM eligibility_checks c
 WHERE c.id = $id;

-- q_eligibility_check_lock(id uuid) -> one eligibility_check_locked(case_id uuid, rule_set text, rules_from date, superseded_at timestamptz?, version int4)
SELECT case_id, rule_set, rules_from, superseded_at, version FROM eligibility_checks WHERE id = $id FOR UPDATE;

-- q_eligibility_checks(case_id uuid) -> list eligibility_check_item(id uuid, rule_set text, rules_from date, reference_on date,
--   created_by text, created_at timestamptz, superseded_at timestamptz?, version int4)
SELECT id, rule_set, rules_from, reference_on, created_by, created_at, superseded_at, version
  FROM eligibility_checks
 WHERE case_id = $case_id
--sort createdAt created_at timestamptz
;

-- q_eligibility_answers(check_id uuid) -> many eligibility_answer_row(rule text, answer text, evidence text?, document_id uuid?, answered_by text,
--   answered_at timestamptz)
SELECT DISTINCT ON (rule) rule, answer, evidence, document_id, answered_by, answered_at
  FROM eligibility_answers
 WHERE check_id = $check_id
 ORDER BY rule, answered_at DESC, id DESC;

-- q_eligibility_check_supersede(case_id uuid, rule_set text, now timestamptz) -> any
UPDATE eligibility_checks
   SET superseded_at = $now, version = version + 1, updated_at = $now
 WHERE case_id = $case_id AND rule_set = $rule_set AND superseded_at IS NULL;

-- q_eligibility_check_insert{id uuid, case_id uuid, rule_set text, rules_from date, reference_on date, by text, now timestamptz} -> exactly 1
INSERT INTO eligibility_checks (id, org, case_id, rule_set, rules_from, reference_on, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $case_id, $rule_set, $rules_from, $reference_on, $by, $now, $now);

-- q_eligibility_check_touch(id uuid, now timestamptz) -> exactly 1
UPDATE eligibility_checks SET version = version + 1, updated_at = $now WHERE id = $id;

-- q_eligibility_answer_add{id uuid, check_id uuid, rule text, answer text, evidence text?, document_id uuid?, by text, now timestamptz} -> exactly 1
INSERT INTO eligibility_answers (id, org, check_id, rule, answer, evidence, document_id, answered_by, answered_at)
VALUES ($id, sec.org(), $check_id, $rule, $answer, $evidence, $document_id, $by, $now);
