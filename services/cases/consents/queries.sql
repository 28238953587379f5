-- Consents: about data.

-- q_consent_facts(case_id uuid) -> many consent_fact(person_id uuid, purpose text, recipients text[], given text, given_at timestamptz, expires_at timestamptz?, withdrawn_at timestamptz?)
SELECT c.person_id, c.purpose, c.recipients, c.given, c.given_at, c.expires_at, c.withdrawn_at
  FROM case_persons p
  JOIN consents c ON c.org = p.org AND c.person_id = p.person_id AND (c.case_id = p.case_id OR c.case_id IS NULL)
 WHERE p.org = sec.org() AND p.case_id = $case_id AND p.left_at IS NULL;
