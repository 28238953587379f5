-- Claims of the profile, their evidence and confirmation; row security shows and takes them by the share's field `profile`.

-- q_claim_get(id uuid) -> one claim_row(id uuid, case_id uuid, kind text, education jsonb?, employment jsonb?, skill jsonb?, language jsonb?,
--   own_wording text?, edited_wording text?, verified_wording text?, level text, evidence jsonb, confirmation jsonb?, author_organisation text,
--   author text?, withdrawn_at timestamptz?, withdrawn_by_organisation text?, withdraw_reason text?, created_at timestamptz, updated_at timestamptz,
--   allowed_actions text[], org_ text, details_ jsonb, version_ int4, seen_version_ int4)
SELECT id, case_id, kind, education, employment, skill, language, own_wording, edited_wording, verified_wording, level, evidence, confirmation,
       author_organisation, author, withdrawn_at, withdrawn_by_organisation, withdraw_reason, created_at, updated_at,
       '{}'::text[] AS allowed_actions, org AS org_, details AS details_, version AS version_, seen_version AS seen_version_
  FROM profile_claims_shown WHERE id = $id;

-- q_claim_list{case_id uuid, kind text?, current bool?} -> list claim_row
SELECT id, case_id, kind, education, employment, skill, language, own_wording, edited_wording, verified_wording, level, evidence, confirmation,
       author_organisation, author, withdrawn_at, withdrawn_by_organisation, withdraw_reason, created_at, updated_at,
       '{}'::text[] AS allowed_actions, org AS org_, details AS details_, version AS version_, seen_version AS seen_version_
  FROM profile_claims_shown WHERE case_id = $case_id
--? kind    AND kind = $kind
--? current AND (withdrawn_at IS NULL) = $current
--sort -createdAt created_at timestamptz
;

-- q_claim_add{id uuid, org text, case_id uuid, kind text, details jsonb, own_wording text?, edited_wording text?, author text, now timestamptz} -> exactly 1
INSERT INTO profile_claims (id, org, case_id, kind, details, own_wording, edited_wording, author_org, author, created_at, updated_at)
VALUES ($id, $org, $case_id, $kind, $details, $own_wording, $edited_wording, sec.org(), $author, $now, $now);

-- q_claim_keep{org text, case_id uuid, claim_id uuid, version int4, details jsonb, own_wording text?, edited_wording text?, author text, now timestamptz} -> exactly 1
INSERT INTO profile_claim_versions (org, case_id, claim_id, version, details, own_wording, edited_wording, author_org, author, replaced_at)
VALUES ($org, $case_id, $claim_id, $version, $details, $own_wording, $edited_wording, sec.org(), $author, $now);

-- q_claim_save{id uuid, version int4, details jsonb, own_wording text?, edited_wording text?, now timestamptz} -> exactly 1
UPDATE profile_claims SET details = $details, own_wording = $own_wording, edited_wording = $edited_wording, version = version + 1, updated_at = $now
 WHERE id = $id AND version = $version AND withdrawn_at IS NULL;

-- q_claim_withdraw{id uuid, version int4, reason text, now timestamptz} -> exactly 1
UPDATE profile_claims SET withdrawn_at = $now, withdrawn_org = sec.org(), withdraw_reason = $reason, version = version + 1, updated_at = $now
 WHERE id = $id AND version = $version AND withdrawn_at IS NULL;

-- q_claim_versions(claim_id uuid) -> many claim_version(version int4, education jsonb?, employment jsonb?, skill jsonb?, language jsonb?, own_wording text?,
--   edited_wording text?, replaced_by_organisation text, replaced_by text?, replaced_at timestamptz)
SELECT v.version, CASE WHEN c.kind = 'education' THEN v.details END AS education, CASE WHEN c.kind = 'employment' THEN v.details END AS employment,
       CASE WHEN c.kind = 'skill' THEN v.details END AS skill, CASE WHEN c.kind = 'language' THEN v.details END AS language, v.own_wording,
       v.edited_wording, v.author_org AS replaced_by_organisation, CASE WHEN v.author_org = sec.org() THEN v.author END AS replaced_by, v.replaced_at
  FROM profile_claim_versions v JOIN profile_claims c ON c.org = v.org AND c.id = v.claim_id
 WHERE v.claim_id = $claim_id ORDER BY v.version LIMIT 200;

-- q_claim_facts(case_id uuid) -> one claim_facts_row(claims int4)
SELECT count(*)::int4 AS claims FROM profile_claims WHERE org = sec.org() AND case_id = $case_id AND withdrawn_at IS NULL;

-- q_evidence_add{id uuid, org text, case_id uuid, claim_id uuid, level text, document_id uuid?, description text?, dated_on date?, author text, now timestamptz} -> exactly 1
INSERT INTO profile_evidence (id, org, case_id, claim_id, level, document_id, description, dated_on, author_org, author, recorded_at)
VALUES ($id, $org, $case_id, $claim_id, $level, $document_id, $description, $dated_on, sec.org(), $author, $now);

-- q_evidence_of(claim_id uuid, id uuid) -> maybe evidence_of(author_org text)
SELECT author_org FROM profile_evidence WHERE claim_id = $claim_id AND id = $id;

-- q_confirmation_add{id uuid, org text, case_id uuid, claim_id uuid, evidence_id uuid, verified_wording text?, author text, now timestamptz} -> exactly 1
INSERT INTO profile_confirmations (id, org, case_id, claim_id, evidence_id, verified_wording, author_org, author, confirmed_at)
VALUES ($id, $org, $case_id, $claim_id, $evidence_id, $verified_wording, sec.org(), $author, $now);
