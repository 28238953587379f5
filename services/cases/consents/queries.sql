-- Consents: about data.

-- q_consent_facts(case_id uuid) -> many consent_fact(person_id uuid, purpose text, recipients text[], given text, given_at timestamptz, expires_at timestamptz?, withdrawn_at timestamptz?)
SELECT c.person_id, c.purpose, c.recipients, c.given, c.given_at, c.expires_at, c.withdrawn_at
  FROM case_persons p
  JOIN consents c ON c.org = p.org AND c.person_id = p.person_id AND (c.case_id = p.case_id OR c.case_id IS NULL)
 WHERE p.org = sec.org() AND p.case_id = $case_id AND p.left_at IS NULL;

-- q_consent_add{id uuid, person_id uuid, case_id uuid?, purpose text, recipients text[], categories text[], notice_version text, language text, method text, interpreter text?, witness text?,
--   given text, given_by text?, given_at timestamptz, expires_at timestamptz?, receipt text?, obtained_by text, referral_id uuid?, by text, now timestamptz} -> exactly 1
INSERT INTO consents (id, org, person_id, case_id, purpose, recipients, categories, notice_version, language, method, interpreter, witness, given,
                      given_by, given_at, expires_at, receipt, obtained_by, referral_id, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $person_id, $case_id, $purpose, $recipients, $categories, $notice_version, $language, $method, $interpreter, $witness,
        $given, $given_by, $given_at, $expires_at, $receipt, $obtained_by, $referral_id, $by, $now, $now);

-- q_consent_get(id uuid, now timestamptz) -> one consent_row(id uuid, person_id uuid, case_id uuid?, purpose text, recipients text[], categories text[],
--   notice_version text, language text, method text, interpreter text?, witness text?, given text, given_by text?, given_at timestamptz,
--   expires_at timestamptz?, receipt text?, obtained_by text, withdrawn_at timestamptz?, withdrawn_how text?, in_force bool,
--   created_at timestamptz, updated_at timestamptz, allowed_actions text[], version_ int4)
SELECT id, person_id, case_id, purpose, recipients, categories, notice_version, language, method, interpreter, witness, given, given_by,
       given_at, expires_at, receipt, obtained_by, withdrawn_at, withdrawn_how,
       withdrawn_at IS NULL AND coalesce(expires_at > $now, true) AS in_force, created_at, updated_at,
       '{}'::text[] AS allowed_actions, version AS version_
  FROM consents WHERE id = $id;

-- q_consent_lock(id uuid, now timestamptz) -> one consent_row
SELECT id, person_id, case_id, purpose, recipients, categories, notice_version, language, method, interpreter, witness, given, given_by,
       given_at, expires_at, receipt, obtained_by, withdrawn_at, withdrawn_how,
       withdrawn_at IS NULL AND coalesce(expires_at > $now, true) AS in_force, created_at, updated_at,
       '{}'::text[] AS allowed_actions, version AS version_
  FROM consents WHERE id = $id FOR UPDATE;

-- q_consent_list{now timestamptz, person_id uuid?, case_id uuid?, purpose text?, in_force bool?} -> list consent_row
SELECT id, person_id, case_id, purpose, recipients, categories, notice_version, language, method, interpreter, witness, given, given_by,
       given_at, expires_at, receipt, obtained_by, withdrawn_at, withdrawn_how,
       withdrawn_at IS NULL AND coalesce(expires_at > $now, true) AS in_force, created_at, updated_at,
       '{}'::text[] AS allowed_actions, version AS version_
  FROM consents WHERE org = sec.org()
--? person_id AND person_id = $person_id
--? case_id   AND case_id = $case_id
--? purpose   AND purpose = $purpose
--? in_force  AND (withdrawn_at IS NULL AND coalesce(expires_at > $now, true)) = $in_force
--sort -givenAt given_at timestamptz
;

-- q_consent_withdraw(id uuid, how text, now timestamptz) -> exactly 1
UPDATE consents SET withdrawn_at = $now, withdrawn_how = $how, version = version + 1, updated_at = $now
 WHERE id = $id AND withdrawn_at IS NULL;

-- q_consent_expire(id uuid, now timestamptz) -> maybe consent_expired(case_id uuid?)
UPDATE consents SET expired_at = $now, version = version + 1, updated_at = $now
 WHERE org = sec.org() AND id = $id AND expired_at IS NULL AND withdrawn_at IS NULL AND expires_at <= $now
RETURNING case_id;

-- Whether person and case go together, and are there at all for the reader.
-- q_consent_parties(person_id uuid, case_id uuid?) -> one consent_parties(person bool, on_case bool)
SELECT EXISTS (SELECT 1 FROM persons p WHERE p.org = sec.org() AND p.id = $person_id) AS person,
       $case_id::uuid IS NULL
       OR EXISTS (SELECT 1 FROM case_persons m WHERE m.org = sec.org() AND m.case_id = $case_id AND m.person_id = $person_id
                                                 AND m.left_at IS NULL) AS on_case;

-- A consent that a share is to rest on, held until the share is there. Only of a person of the case.
-- q_consent_for_case(id uuid, case_id uuid) -> maybe consent_basis(person_id uuid, purpose text, recipients text[], method text, given_at timestamptz, expires_at timestamptz?, withdrawn_at timestamptz?,
--   fields text[], last_on date?)
SELECT c.person_id, c.purpose, c.recipients, c.method, c.given_at, c.expires_at, c.withdrawn_at, share_fields(c.categories) AS fields,
       consent_last_on(c.expires_at) AS last_on
  FROM consents c
 WHERE c.org = sec.org() AND c.id = $id AND coalesce(c.case_id = $case_id, true)
   AND EXISTS (SELECT 1 FROM case_persons m WHERE m.org = c.org AND m.case_id = $case_id AND m.person_id = c.person_id AND m.left_at IS NULL)
   FOR SHARE;
