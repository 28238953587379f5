-- Declarations: the signed wish of a person.

-- q_declaration_facts(case_id uuid) -> many declaration_fact(person_id uuid, kind text, signed_at timestamptz, withdrawn_at timestamptz?)
SELECT DISTINCT ON (person_id, kind) person_id, kind, signed_at, withdrawn_at
  FROM declarations
 WHERE org = sec.org() AND case_id = $case_id
 ORDER BY person_id, kind, number DESC;
