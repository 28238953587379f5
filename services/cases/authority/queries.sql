-- Authority checks (IND, DT&V) and surrendered statuses.

-- q_authority_facts(case_id uuid) -> many authority_fact(authority text, status text, expires_on date?)
SELECT DISTINCT ON (authority) authority, status, expires_on
  FROM authority_checks
 WHERE org = sec.org() AND case_id = $case_id
 ORDER BY authority, created_at DESC, id DESC;
