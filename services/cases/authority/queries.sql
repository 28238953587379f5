-- Authority checks (IND, DT&V) and surrendered statuses.

-- q_authority_facts(case_id uuid) -> many authority_fact(authority text, status text, expires_on date?)
SELECT DISTINCT ON (authority) authority, status, expires_on
  FROM authority_checks
 WHERE org = sec.org() AND case_id = $case_id
 ORDER BY authority, created_at DESC, id DESC;

-- ---- checks ----

-- q_check_add{id uuid, case_id uuid, authority text, by text, now timestamptz} -> maybe check_added(id uuid)
INSERT INTO authority_checks (id, org, case_id, authority, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $case_id, $authority, $by, $now, $now)
    ON CONFLICT (org, case_id, authority) WHERE status <> 'expired' DO NOTHING RETURNING id;

-- q_check_get(id uuid) -> one check_row(id uuid, case_id uuid, authority text, status text, asked_at timestamptz?, asked_by text?, answered_at timestamptz?,
--   reference text?, expires_on date?, created_at timestamptz, updated_at timestamptz, allowed_actions text[], version_ int4)
SELECT id, case_id, authority, status, asked_at, asked_by, answered_at, answer_ref AS reference, expires_on, created_at, updated_at,
       '{}'::text[] AS allowed_actions, version AS version_
  FROM authority_checks WHERE id = $id;

-- q_check_lock(id uuid) -> one check_row
SELECT id, case_id, authority, status, asked_at, asked_by, answered_at, answer_ref AS reference, expires_on, created_at, updated_at,
       '{}'::text[] AS allowed_actions, version AS version_
  FROM authority_checks WHERE id = $id FOR UPDATE;

-- q_check_list{case_id uuid?, status text?} -> list check_row
SELECT id, case_id, authority, status, asked_at, asked_by, answered_at, answer_ref AS reference, expires_on, created_at, updated_at,
       '{}'::text[] AS allowed_actions, version AS version_
  FROM authority_checks WHERE org = sec.org()
--? case_id AND case_id = $case_id
--? status  AND status = $status
--sort -createdAt created_at timestamptz
;

-- q_check_ask{id uuid, consent_ids uuid[], by text, now timestamptz} -> exactly 1
UPDATE authority_checks SET status = 'asked', asked_at = $now, asked_by = $by, consent_ids = $consent_ids, version = version + 1,
       updated_at = $now
 WHERE id = $id AND status = 'notAsked';

-- q_check_answer{id uuid, status text, answered_at timestamptz, reference text?, expires_on date?, now timestamptz} -> exactly 1
UPDATE authority_checks SET status = $status, answered_at = $answered_at, answer_ref = $reference, expires_on = $expires_on,
       version = version + 1, updated_at = $now
 WHERE id = $id AND status = 'asked';

-- q_check_expire(id uuid, now timestamptz) -> exactly 1
UPDATE authority_checks SET status = 'expired', version = version + 1, updated_at = $now WHERE id = $id AND status <> 'expired';

-- q_checks_cancel(case_id uuid, now timestamptz) -> any
UPDATE authority_checks SET status = 'expired', version = version + 1, updated_at = $now
 WHERE org = sec.org() AND case_id = $case_id AND status IN ('notAsked', 'asked');

-- q_authority_case(case_id uuid) -> maybe authority_case(programme text, programme_version int4, status text, applied bool)
SELECT c.programme, c.programme_version, c.status,
       EXISTS (SELECT 1 FROM case_moves m WHERE m.org = c.org AND m.case_id = c.id AND m.to_status = 'applicationSigned') AS applied
  FROM cases c WHERE c.org = sec.org() AND c.id = $case_id;

-- Every traveller with each consent that could cover the exchange; without any, once with nulls.
-- q_authority_consents(case_id uuid) -> many authority_consent(person_id uuid, consent_id uuid?, recipients text[]?, method text?, given_at timestamptz?, expires_at timestamptz?, withdrawn_at timestamptz?)
SELECT p.person_id, c.id AS consent_id, c.recipients, c.method, c.given_at, c.expires_at, c.withdrawn_at
  FROM case_persons p
  LEFT JOIN consents c ON c.org = p.org AND c.person_id = p.person_id AND c.purpose = 'authorityExchange'
                      AND coalesce(c.case_id = p.case_id, true)
 WHERE p.org = sec.org() AND p.case_id = $case_id AND p.left_at IS NULL
 ORDER BY p.role DESC, p.person_id, c.given_at DESC;

-- ---- surrendered statuses ----

-- q_surrender_add{id uuid, case_id uuid, person_id uuid, kind text, explained_at timestamptz, by text, now timestamptz} -> maybe surrender_added(id uuid)
INSERT INTO status_surrenders (id, org, case_id, person_id, kind, explained_at, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $case_id, $person_id, $kind, $explained_at, $by, $now, $now)
    ON CONFLICT (org, case_id, person_id, kind) WHERE status <> 'lapsed' DO NOTHING RETURNING id;

-- q_surrender_person(case_id uuid, person_id uuid) -> one surrender_person(on_case bool)
SELECT EXISTS (SELECT 1 FROM case_persons m WHERE m.org = sec.org() AND m.case_id = $case_id AND m.person_id = $person_id
                                              AND m.left_at IS NULL) AS on_case;

-- q_surrender_get(id uuid) -> one surrender_row(id uuid, case_id uuid, person_id uuid, kind text, status text, explained_at timestamptz, signed_at timestamptz?,
--   handed_in_at timestamptz?, effective_at timestamptz?, lapsed_at timestamptz?, created_at timestamptz, updated_at timestamptz,
--   allowed_actions text[], version_ int4)
SELECT id, case_id, person_id, kind, status, explained_at, signed_at, handed_in_at, effective_at, lapsed_at, created_at, updated_at,
       '{}'::text[] AS allowed_actions, version AS version_
  FROM status_surrenders WHERE id = $id;

-- q_surrender_lock(id uuid) -> one surrender_row
SELECT id, case_id, person_id, kind, status, explained_at, signed_at, handed_in_at, effective_at, lapsed_at, created_at, updated_at,
       '{}'::text[] AS allowed_actions, version AS version_
  FROM status_surrenders WHERE id = $id FOR UPDATE;

-- q_surrender_list{case_id uuid} -> list surrender_row
SELECT id, case_id, person_id, kind, status, explained_at, signed_at, handed_in_at, effective_at, lapsed_at, created_at, updated_at,
       '{}'::text[] AS allowed_actions, version AS version_
  FROM status_surrenders WHERE org = sec.org() AND case_id = $case_id
--sort -createdAt created_at timestamptz
;

-- q_surrender_step{id uuid, status text, signed_at timestamptz?, handed_in_at timestamptz?, lapsed_at timestamptz?, now timestamptz} -> exactly 1
UPDATE status_surrenders SET status = $status, signed_at = $signed_at, handed_in_at = $handed_in_at, lapsed_at = $lapsed_at, version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_surrenders_lapse(case_id uuid, now timestamptz) -> any
UPDATE status_surrenders SET status = 'lapsed', lapsed_at = $now, version = version + 1, updated_at = $now
 WHERE org = sec.org() AND case_id = $case_id AND status IN ('explained', 'signed', 'handedIn');

-- q_surrenders_depart(case_id uuid, departed_at timestamptz) -> any
UPDATE status_surrenders SET status = 'effective', effective_at = $departed_at, version = version + 1, updated_at = $departed_at
 WHERE org = sec.org() AND case_id = $case_id AND status = 'handedIn';
