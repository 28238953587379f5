-- Declarations: the signed wish of a person.

-- q_declaration_facts(case_id uuid) -> many declaration_fact(person_id uuid, kind text, signed_at timestamptz, withdrawn_at timestamptz?)
SELECT DISTINCT ON (person_id, kind) person_id, kind, signed_at, withdrawn_at
  FROM declarations
 WHERE org = sec.org() AND case_id = $case_id
 ORDER BY person_id, kind, number DESC;

-- Holds the case while its declarations change; whether the person is on it and the guardian is known.
-- q_declaration_case(case_id uuid, person_id uuid, guardian_id uuid?) -> maybe declaration_case(programme text, programme_version int4, status text, on_case bool, guardian bool)        lane: own
SELECT c.programme, c.programme_version, c.status,
       EXISTS (SELECT 1 FROM case_persons m WHERE m.org = c.org AND m.case_id = c.id AND m.person_id = $person_id AND m.left_at IS NULL) AS on_case,
       $guardian_id::uuid IS NULL OR EXISTS (SELECT 1 FROM persons p WHERE p.org = c.org AND p.id = $guardian_id) AS guardian
  FROM cases c WHERE c.org = sec.org() AND c.id = $case_id FOR NO KEY UPDATE OF c;

-- q_declaration_add{id uuid, case_id uuid, person_id uuid, kind text, text_version text, language text, method text, interpreter text?, witness text?, guardian_id uuid?, signed_at timestamptz, by text, now timestamptz} -> exactly 1
INSERT INTO declarations (id, org, case_id, person_id, kind, number, text_version, language, method, interpreter, witness, guardian_id,
                          signed_at, created_by, created_at, updated_at)
SELECT $id, sec.org(), $case_id, $person_id, $kind, coalesce(max(d.number), 0) + 1, $text_version, $language, $method, $interpreter, $witness,
       $guardian_id, $signed_at, $by, $now, $now
  FROM declarations d WHERE d.org = sec.org() AND d.case_id = $case_id AND d.person_id = $person_id AND d.kind = $kind;

-- q_declaration_get(id uuid) -> one declaration_row(id uuid, case_id uuid, person_id uuid, kind text, number int4, text_version text, language text,
--   method text, interpreter text?, witness text?, guardian_id uuid?, signed_at timestamptz, withdrawn_at timestamptz?, withdrawn_how text?,
--   withdrawn_note text?, in_force bool, created_by text, created_at timestamptz, updated_at timestamptz, allowed_actions text[], version_ int4)
SELECT d.id, d.case_id, d.person_id, d.kind, d.number, d.text_version, d.language, d.method, d.interpreter, d.witness, d.guardian_id, d.signed_at,
       d.withdrawn_at, d.withdrawn_how, d.withdrawn_note,
       d.withdrawn_at IS NULL AND NOT EXISTS (SELECT 1 FROM declarations n WHERE n.org = d.org AND n.case_id = d.case_id
                                                 AND n.person_id = d.person_id AND n.kind = d.kind AND n.number > d.number) AS in_force,
       d.created_by, d.created_at, d.updated_at, '{}'::text[] AS allowed_actions, d.version AS version_
  FROM declarations d WHERE d.id = $id;

-- q_declaration_list{case_id uuid?, person_id uuid?} -> list declaration_row
SELECT d.id, d.case_id, d.person_id, d.kind, d.number, d.text_version, d.language, d.method, d.interpreter, d.witness, d.guardian_id, d.signed_at,
       d.withdrawn_at, d.withdrawn_how, d.withdrawn_note,
       d.withdrawn_at IS NULL AND NOT EXISTS (SELECT 1 FROM declarations n WHERE n.org = d.org AND n.case_id = d.case_id
                                                 AND n.person_id = d.person_id AND n.kind = d.kind AND n.number > d.number) AS in_force,
       d.created_by, d.created_at, d.updated_at, '{}'::text[] AS allowed_actions, d.version AS version_
  FROM declarations d WHERE d.org = sec.org()
--? case_id   AND d.case_id = $case_id
--? person_id AND d.person_id = $person_id
--sort -signedAt d.signed_at timestamptz
;

-- q_declaration_correct{id uuid, text_version text, language text, method text, interpreter text?, witness text?, guardian_id uuid?,
--   now timestamptz} -> exactly 1
UPDATE declarations SET text_version = $text_version, language = $language, method = $method, interpreter = $interpreter, witness = $witness,
       guardian_id = $guardian_id, version = version + 1, updated_at = $now
 WHERE id = $id;

-- The wish as a whole ends: all that the person signed in the case.
-- q_declaration_withdraw{case_id uuid, person_id uuid, how text, note text?, now timestamptz} -> any
UPDATE declarations SET withdrawn_at = $now, withdrawn_how = $how, withdrawn_note = $note, version = version + 1, updated_at = $now
 WHERE org = sec.org() AND case_id = $case_id AND person_id = $person_id AND withdrawn_at IS NULL;
