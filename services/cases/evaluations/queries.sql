-- Statements of credential evaluations and regulated professions. Partners get them by the policies of share_field (schema/0005, 0006).

-- q_evaluation_person(case_id uuid, person_id uuid) -> maybe evaluation_person(person_id uuid)
SELECT person_id FROM case_persons WHERE case_id = $case_id AND person_id = $person_id AND left_at IS NULL;

-- q_evaluation_principal(case_id uuid) -> one evaluation_person
SELECT person_id FROM case_persons WHERE case_id = $case_id AND role = 'principal' AND left_at IS NULL;

-- writes: by the share of a partner; the own organisation is let write by its scopes.
-- q_evaluation_get(id uuid) -> one evaluation_row(id uuid, case_id uuid, person_id uuid?, qualification text, country text, institution text?, obtained text?,
--   purpose text, desk_reference text?, letter text, letter_checked_on date?, free bool, profession_id uuid?, status text, status_on date,
--   waiting_for text?, due_on date?, comparable_level jsonb?, author_organisation text, author text?, version int4, created_at timestamptz,
--   updated_at timestamptz, allowed_actions text[], writes_ bool)        lane: own
SELECT id, case_id, person_id, qualification, country, institution, obtained, purpose, desk_reference, letter, letter_checked_on, free, profession_id,
       status, status_on, waiting_for, due_on, comparable_level, author_organisation, author, version, created_at, updated_at,
       '{}'::text[] AS allowed_actions, writes AS writes_
  FROM credential_evaluations_shown WHERE id = $id;

-- q_evaluation_list{case_id uuid, status text?} -> list evaluation_row
SELECT id, case_id, person_id, qualification, country, institution, obtained, purpose, desk_reference, letter, letter_checked_on, free, profession_id,
       status, status_on, waiting_for, due_on, comparable_level, author_organisation, author, version, created_at, updated_at,
       '{}'::text[] AS allowed_actions, writes AS writes_
  FROM credential_evaluations_shown WHERE case_id = $case_id
--? status AND status = $status
--sort -createdAt created_at timestamptz
;

-- q_evaluations_of_case(case_id uuid) -> many evaluation_row        lane: own
SELECT id, case_id, person_id, qualification, country, institution, obtained, purpose, desk_reference, letter, letter_checked_on, free, profession_id,
       status, status_on, waiting_for, due_on, comparable_level, author_organisation, author, version, created_at, updated_at,
       '{}'::text[] AS allowed_actions, writes AS writes_
  FROM credential_evaluations_shown WHERE case_id = $case_id ORDER BY created_at DESC, id LIMIT 50;

-- q_evaluation_lock(id uuid) -> one evaluation_locked(qualification text, country text, institution text?, obtained text?, purpose text, desk_reference text?,
--   letter text, letter_checked_on date?, free bool, profession_id uuid?, status text, status_on date, version int4)        lane: own
SELECT qualification, country, institution, obtained, purpose, desk_reference, letter, letter_checked_on, free, profession_id, status, status_on, version
  FROM credential_evaluations WHERE id = $id FOR UPDATE;

-- q_evaluation_add{id uuid, org text, case_id uuid, person_id uuid, qualification text, country text, institution text?, obtained text?, purpose text,
--   desk_reference text?, letter text, letter_checked_on date?, free bool, profession_id uuid?, today date, author text, now timestamptz} -> exactly 1
INSERT INTO credential_evaluations (id, org, case_id, person_id, qualification, country, institution, obtained, purpose, desk_reference, letter,
                                    letter_checked_on, free, profession_id, status_on, author_org, author, created_at, updated_at)
VALUES ($id, $org, $case_id, $person_id, $qualification, $country, $institution, $obtained, $purpose, $desk_reference, $letter,
        $letter_checked_on, $free, $profession_id, $today, sec.org(), $author, $now, $now);

-- q_evaluation_save{id uuid, qualification text, country text, institution text?, obtained text?, purpose text, desk_reference text?, letter text,
--   letter_checked_on date?, free bool, profession_id uuid?, now timestamptz} -> exactly 1
UPDATE credential_evaluations SET qualification = $qualification, country = $country, institution = $institution, obtained = $obtained,
       purpose = $purpose, desk_reference = $desk_reference, letter = $letter, letter_checked_on = $letter_checked_on, free = $free,
       profession_id = $profession_id, version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_evaluation_move{id uuid, status text, on date, waiting_for text?, due_on date?, comparable_level text?, now timestamptz} -> exactly 1
UPDATE credential_evaluations SET status = $status, status_on = $on, waiting_for = $waiting_for, due_on = $due_on, comparable_level = $comparable_level,
       version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_evaluation_step_add{id uuid, org text, case_id uuid, evaluation_id uuid, from text?, to text, on date, note text?, author text, now timestamptz} -> exactly 1
INSERT INTO evaluation_steps (id, org, case_id, evaluation_id, from_status, to_status, step_on, note, author_org, author, created_at)
VALUES ($id, $org, $case_id, $evaluation_id, $from, $to, $on, $note, sec.org(), $author, $now);

-- q_evaluation_step_list{evaluation_id uuid} -> list evaluation_step_row(id uuid, evaluation_id uuid, from text?, to text, on date, note text?,
--   author_organisation text, author text?, created_at timestamptz)
SELECT id, evaluation_id, from_status AS "from", to_status AS "to", step_on AS "on", note, author_org AS author_organisation,
       CASE WHEN author_org = sec.org() THEN author END AS author, created_at
  FROM evaluation_steps WHERE evaluation_id = $evaluation_id
--sort createdAt created_at timestamptz
;

-- ---- regulated professions ----

-- q_profession_of(case_id uuid, id uuid) -> maybe profession_of(id uuid)
SELECT id FROM regulated_professions WHERE case_id = $case_id AND id = $id;

-- q_profession_get(id uuid) -> one profession_row(id uuid, case_id uuid, person_id uuid?, profession text, competent_authority text, status text, status_on date,
--   conditions text?, author_organisation text, author text?, version int4, created_at timestamptz, updated_at timestamptz, allowed_actions text[], writes_ bool)        lane: own
SELECT id, case_id, person_id, profession, competent_authority, status, status_on, conditions, author_organisation, author, version, created_at,
       updated_at, '{}'::text[] AS allowed_actions, writes AS writes_
  FROM regulated_professions_shown WHERE id = $id;

-- q_profession_list{case_id uuid} -> list profession_row
SELECT id, case_id, person_id, profession, competent_authority, status, status_on, conditions, author_organisation, author, version, created_at,
       updated_at, '{}'::text[] AS allowed_actions, writes AS writes_
  FROM regulated_professions_shown WHERE case_id = $case_id
--sort -createdAt created_at timestamptz
;

-- q_profession_lock(id uuid) -> one profession_locked(profession text, authority text, status text, status_on date, conditions text?, version int4)        lane: own
SELECT profession, authority, status, status_on, conditions, version FROM regulated_professions WHERE id = $id FOR UPDATE;

-- q_profession_add{id uuid, org text, case_id uuid, person_id uuid, profession text, authority text, today date, author text, now timestamptz} -> exactly 1
INSERT INTO regulated_professions (id, org, case_id, person_id, profession, authority, status_on, author_org, author, created_at, updated_at)
VALUES ($id, $org, $case_id, $person_id, $profession, $authority, $today, sec.org(), $author, $now, $now);

-- q_profession_save{id uuid, profession text, authority text, status text, on date, conditions text?, now timestamptz} -> exactly 1
UPDATE regulated_professions SET profession = $profession, authority = $authority, status = $status, status_on = $on, conditions = $conditions,
       version = version + 1, updated_at = $now
 WHERE id = $id;
