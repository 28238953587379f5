-- Statements of decisions.

-- q_decision_facts(case_id uuid) -> many decision_fact(subject text, outcome text)
SELECT subject, outcome FROM decisions WHERE case_id = $case_id AND status = 'decided' ORDER BY created_at LIMIT 200;
