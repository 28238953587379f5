-- Referrals: org is the sender, to_org the addressee; row security shows them to both.

-- q_referral_add{id uuid, to_org text, external_ref text, programme text, urgency text, persons int4, handover bytea, now timestamptz} -> maybe referral_new(id uuid)
INSERT INTO referrals (id, org, to_org, external_ref, programme, urgency, persons, handover, created_at, updated_at)
VALUES ($id, sec.org(), $to_org, $external_ref, $programme, $urgency, $persons, $handover, $now, $now)
    ON CONFLICT (org, external_ref) DO NOTHING RETURNING id;

-- q_referral_get(id uuid) -> one referral_row(id uuid, from_organisation text, to_organisation text, external_ref text, programme text, urgency text,
--   person_count int4, status text, case_id uuid?, reject_reason text?, reject_note text?, decided_at timestamptz?, revoked_at timestamptz?,
--   revoke_reason text?, done_at timestamptz?, created_at timestamptz, updated_at timestamptz, allowed_actions text[], handover jsonb?,
--   handover_ bytea, version_ int4)
SELECT id, org AS from_organisation, to_org AS to_organisation, external_ref, programme, urgency, persons AS person_count, status, case_id,
       reject_reason, reject_note, decided_at, revoked_at, revoke_reason, done_at, created_at, updated_at,
       '{}'::text[] AS allowed_actions, NULL::jsonb AS handover, handover AS handover_, version AS version_
  FROM referrals WHERE id = $id;

-- q_referral_lock(id uuid) -> one referral_row
SELECT id, org AS from_organisation, to_org AS to_organisation, external_ref, programme, urgency, persons AS person_count, status, case_id,
       reject_reason, reject_note, decided_at, revoked_at, revoke_reason, done_at, created_at, updated_at,
       '{}'::text[] AS allowed_actions, NULL::jsonb AS handover, handover AS handover_, version AS version_
  FROM referrals WHERE id = $id FOR UPDATE;

-- q_referral_lock_all(ids uuid[]) -> many referral_locked(id uuid)
-- In the order of their ids, so that two batches never wait for each other.
SELECT id FROM referrals WHERE id = ANY($ids) ORDER BY id FOR UPDATE;

-- q_referral_lock_key(external_ref text) -> one referral_row
SELECT id, org AS from_organisation, to_org AS to_organisation, external_ref, programme, urgency, persons AS person_count, status, case_id,
       reject_reason, reject_note, decided_at, revoked_at, revoke_reason, done_at, created_at, updated_at,
       '{}'::text[] AS allowed_actions, NULL::jsonb AS handover, handover AS handover_, version AS version_
  FROM referrals WHERE org = sec.org() AND external_ref = $external_ref FOR UPDATE;

-- q_referral_known_key(external_ref text) -> maybe referral_known_key(id uuid, handover_ bytea)
SELECT id, handover AS handover_ FROM referrals WHERE org = sec.org() AND external_ref = $external_ref;

-- q_referral_list{sent bool?, received bool?, status text?, programme text?, external_ref text?} -> list referral_item(id uuid, from_organisation text, to_organisation text, external_ref text, programme text, urgency text,
--   person_count int4, status text, case_id uuid?, reject_reason text?, reject_note text?, decided_at timestamptz?, revoked_at timestamptz?,
--   revoke_reason text?, done_at timestamptz?, created_at timestamptz, updated_at timestamptz, allowed_actions text[])
SELECT id, org AS from_organisation, to_org AS to_organisation, external_ref, programme, urgency, persons AS person_count, status, case_id,
       reject_reason, reject_note, decided_at, revoked_at, revoke_reason, done_at, created_at, updated_at, '{}'::text[] AS allowed_actions
  FROM referrals WHERE true
--? sent         AND org = sec.org() AND $sent
--? received     AND to_org = sec.org() AND $received
--? status       AND status = $status
--? programme    AND programme = $programme
--? external_ref AND external_ref = $external_ref
--sort -createdAt created_at timestamptz
;

-- q_referral_correct{id uuid, programme text, urgency text, persons int4, handover bytea, now timestamptz} -> exactly 1
UPDATE referrals SET programme = $programme, urgency = $urgency, persons = $persons, handover = $handover, version = version + 1,
       updated_at = $now
 WHERE id = $id AND status = 'inProgress';

-- q_referral_accept{id uuid, case_id uuid, by text, now timestamptz} -> exactly 1
UPDATE referrals SET status = 'accepted', case_id = $case_id, decided_at = $now, decided_by = $by, version = version + 1, updated_at = $now
 WHERE id = $id AND status = 'inProgress';

-- q_referral_reject{id uuid, reason text, note text?, by text, now timestamptz} -> exactly 1
UPDATE referrals SET status = 'rejected', reject_reason = $reason, reject_note = $note, decided_at = $now, decided_by = $by,
       version = version + 1, updated_at = $now
 WHERE id = $id AND status = 'inProgress';

-- q_referral_revoke{id uuid, reason text, now timestamptz} -> exactly 1
UPDATE referrals SET status = 'revoked', revoked_at = $now, revoke_reason = $reason, version = version + 1, updated_at = $now
 WHERE id = $id AND status IN ('inProgress', 'accepted');

-- q_referral_complete(id uuid, now timestamptz) -> exactly 1
UPDATE referrals SET status = 'done', done_at = $now, version = version + 1, updated_at = $now
 WHERE id = $id AND status = 'accepted';

-- q_referral_role_add{id uuid, case_id uuid, organisation text, from_on date, now timestamptz} -> exactly 1
INSERT INTO case_roles (id, org, case_id, role, organisation, valid_from, created_at, updated_at)
VALUES ($id, sec.org(), $case_id, 'partnerCaseManager', $organisation, $from_on, $now, $now);

-- q_referral_role_end{case_id uuid, organisation text, until_on date, now timestamptz} -> any
UPDATE case_roles SET valid_until = greatest($until_on, valid_from), version = version + 1, updated_at = $now
 WHERE org = sec.org() AND case_id = $case_id AND role = 'partnerCaseManager' AND organisation = $organisation AND valid_until IS NULL;

-- q_referral_known(id uuid) -> maybe referral_known(restricted bool)
SELECT restricted_at IS NOT NULL AS restricted FROM persons WHERE org = sec.org() AND id = $id;

-- Whom a person handed over may be: the same whole name in either order, or the same document number.
-- q_referral_candidates{names jsonb, numbers text[], birth_first date?, birth_last date?, nationalities text[]} -> many referral_candidate(person_id uuid, by_identifier bool, by_name bool, by_birth bool, by_nationality bool, names text[], birth_date text?)   lane: own
WITH hits AS (
    SELECT k.person_id, false AS by_identifier, true AS by_name
      FROM jsonb_to_recordset($names) AS n(given text, family text)
      JOIN person_name_keys k ON k.org = sec.org()
                             AND k.key = ANY (ARRAY[name_key(n.given || ' ' || n.family), name_key(n.family || ' ' || n.given)])
    UNION ALL
    SELECT i.person_id, true, false
      FROM unnest($numbers) AS x(hex)
      JOIN person_identifiers i ON i.org = sec.org() AND i.number_index = decode(x.hex, 'hex')),
once AS (
    SELECT person_id, bool_or(by_identifier) AS by_identifier, bool_or(by_name) AS by_name
      FROM hits GROUP BY person_id ORDER BY 2 DESC, person_id LIMIT 20)
SELECT o.person_id, o.by_identifier, o.by_name,
       coalesce(p.birth_first <= $birth_last AND p.birth_last >= $birth_first, false) AS by_birth,
       p.nationalities && $nationalities AS by_nationality,
       ARRAY(SELECT trim(n.given || ' ' || n.family) FROM person_names n
              WHERE n.org = p.org AND n.person_id = p.id ORDER BY n.position) AS names,
       p.birth_date
  FROM once o JOIN persons p ON p.org = sec.org() AND p.id = o.person_id;

-- q_referral_for_case(id uuid) -> maybe referral_for_case(case_id uuid?, from_organisation text, revoke_reason text?)
SELECT case_id, org AS from_organisation, revoke_reason FROM referrals WHERE to_org = sec.org() AND id = $id;
