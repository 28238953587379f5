-- Shares and the partner views made of them.

-- Holds the case still while a share of it changes, so that view and share agree.
-- q_share_case_hold(case_id uuid) -> maybe share_case(reference text)
SELECT reference FROM cases WHERE org = sec.org() AND id = $case_id FOR SHARE;

-- q_share_add{id uuid, to_org text, case_id uuid, fields text[], level text, until_on date?, legal_basis text, regime text, document text?, consent_id uuid?, referral_id uuid?, by text, now timestamptz} -> maybe share_added(id uuid)
INSERT INTO shares (id, org, to_org, case_id, fields, level, until_on, legal_basis, regime, document, consent_id, referral_id, granted_by,
                    created_at, updated_at)
VALUES ($id, sec.org(), $to_org, $case_id, $fields, $level, $until_on, $legal_basis, $regime, $document, $consent_id, $referral_id, $by,
        $now, $now)
    ON CONFLICT (org, case_id, to_org) WHERE status = 'active' DO NOTHING RETURNING id;

-- q_share_get(id uuid) -> one share_row(id uuid, case_id uuid, owner_organisation text, to_organisation text, fields text[], level text, until date?,
--   legal_basis text, regime text, document text?, status text, ended_at timestamptz?, end_reason text?, delete_by date?,
--   deletion_confirmed_at timestamptz?, created_at timestamptz, updated_at timestamptz, allowed_actions text[], version_ int4)
SELECT s.id, s.case_id, s.org AS owner_organisation, s.to_org AS to_organisation, s.fields, s.level, s.until_on AS until, s.legal_basis, s.regime,
       s.document, s.status, s.ended_at, s.end_reason, s.delete_by, c.confirmed_at AS deletion_confirmed_at, s.created_at, s.updated_at,
       '{}'::text[] AS allowed_actions, s.version + (c.share_id IS NOT NULL)::int4 AS version_
  FROM shares s LEFT JOIN share_confirmations c ON c.share_id = s.id
 WHERE s.id = $id;

-- q_share_lock(id uuid) -> one share_row
SELECT s.id, s.case_id, s.org AS owner_organisation, s.to_org AS to_organisation, s.fields, s.level, s.until_on AS until, s.legal_basis, s.regime,
       s.document, s.status, s.ended_at, s.end_reason, s.delete_by, c.confirmed_at AS deletion_confirmed_at, s.created_at, s.updated_at,
       '{}'::text[] AS allowed_actions, s.version + (c.share_id IS NOT NULL)::int4 AS version_
  FROM shares s LEFT JOIN share_confirmations c ON c.share_id = s.id
 WHERE s.id = $id FOR UPDATE OF s;

-- q_share_list{granted bool?, received bool?, case_id uuid?, to_organisation text?, status text?} -> list share_row
SELECT s.id, s.case_id, s.org AS owner_organisation, s.to_org AS to_organisation, s.fields, s.level, s.until_on AS until, s.legal_basis, s.regime,
       s.document, s.status, s.ended_at, s.end_reason, s.delete_by, c.confirmed_at AS deletion_confirmed_at, s.created_at, s.updated_at,
       '{}'::text[] AS allowed_actions, s.version + (c.share_id IS NOT NULL)::int4 AS version_
  FROM shares s LEFT JOIN share_confirmations c ON c.share_id = s.id
 WHERE true
--? granted         AND s.org = sec.org() AND $granted
--? received        AND s.to_org = sec.org() AND $received
--? case_id         AND s.case_id = $case_id
--? to_organisation AND s.to_org = $to_organisation
--? status          AND s.status = $status
--sort -createdAt s.created_at timestamptz
;

-- q_share_save{id uuid, fields text[], level text, until date?, document text?, now timestamptz} -> exactly 1
UPDATE shares SET fields = $fields, level = $level, until_on = $until, document = $document, version = version + 1, updated_at = $now
 WHERE id = $id AND status = 'active';

-- How far the consent goes that a share rests on.
-- q_share_consent(id uuid) -> maybe share_consent(fields text[], last_on date?)
SELECT share_fields(c.categories) AS fields, consent_last_on(c.expires_at) AS last_on
  FROM shares s JOIN consents c ON c.org = s.org AND c.id = s.consent_id WHERE s.org = sec.org() AND s.id = $id;

-- q_share_end{id uuid, status text, reason text, delete_by date, now timestamptz} -> exactly 1
UPDATE shares SET status = $status, ended_at = $now, end_reason = $reason, delete_by = $delete_by, version = version + 1, updated_at = $now
 WHERE id = $id AND status = 'active';

-- q_share_confirm{share_id uuid, owner_org text, by text, now timestamptz} -> exactly 1
INSERT INTO share_confirmations (share_id, org, owner_org, confirmed_at, confirmed_by)
VALUES ($share_id, sec.org(), $owner_org, $now, $by);

-- q_shares_of_consent(consent_id uuid) -> many share_ending(id uuid, case_id uuid, owner_organisation text, to_organisation text, refs text[])        lane: own
SELECT s.id, s.case_id, s.org AS owner_organisation, s.to_org AS to_organisation,
       ARRAY(SELECT r.value FROM external_refs r WHERE r.org = s.org AND r.kind = 'case' AND r.subject = s.case_id AND r.organisation = s.to_org
              ORDER BY r.value) AS refs
  FROM shares s WHERE s.org = sec.org() AND s.consent_id = $consent_id AND s.status = 'active' ORDER BY s.id FOR UPDATE OF s;

-- q_shares_of_cases(cases uuid[]) -> many share_ending        lane: own
SELECT s.id, s.case_id, s.org AS owner_organisation, s.to_org AS to_organisation,
       ARRAY(SELECT r.value FROM external_refs r WHERE r.org = s.org AND r.kind = 'case' AND r.subject = s.case_id AND r.organisation = s.to_org
              ORDER BY r.value) AS refs
  FROM shares s WHERE s.org = sec.org() AND s.case_id = ANY ($cases::uuid[]) AND s.status = 'active' ORDER BY s.id FOR UPDATE OF s;

-- Who sees or saw something of the cases.
-- q_viewers_of_cases(cases uuid[]) -> many view_owner(viewer text, case_id uuid, external_ref text?)        lane: own
SELECT v.org AS viewer, v.case_id,
       (SELECT min(r.value) FROM external_refs r WHERE r.org = v.owner_org AND r.kind = 'case' AND r.subject = v.case_id AND r.organisation = v.org) AS external_ref
  FROM partner_views v WHERE v.owner_org = sec.org() AND v.case_id = ANY ($cases::uuid[]) ORDER BY v.org, v.case_id;

-- q_share_due(id uuid, today date) -> maybe share_ending        lane: own
SELECT s.id, s.case_id, s.org AS owner_organisation, s.to_org AS to_organisation,
       ARRAY(SELECT r.value FROM external_refs r WHERE r.org = s.org AND r.kind = 'case' AND r.subject = s.case_id AND r.organisation = s.to_org
              ORDER BY r.value) AS refs
  FROM shares s WHERE s.org = sec.org() AND s.id = $id AND s.status = 'active' AND s.until_on < $today FOR UPDATE OF s;

-- q_share_of_id(id uuid) -> one share_ending        lane: own
SELECT s.id, s.case_id, s.org AS owner_organisation, s.to_org AS to_organisation,
       ARRAY(SELECT r.value FROM external_refs r WHERE r.org = s.org AND r.kind = 'case' AND r.subject = s.case_id AND r.organisation = s.to_org
              ORDER BY r.value) AS refs
  FROM shares s WHERE s.org = sec.org() AND s.id = $id;

-- For the sender of a referral: the keys of the case are the owner's; its own key stands in the referral.
-- q_share_of_referral(referral_id uuid) -> maybe share_ending        lane: own
SELECT s.id, s.case_id, s.org AS owner_organisation, s.to_org AS to_organisation,
       ARRAY(SELECT r.external_ref FROM referrals r WHERE r.id = s.referral_id) AS refs
  FROM shares s WHERE s.to_org = sec.org() AND s.referral_id = $referral_id AND s.status = 'active' FOR UPDATE OF s;

-- ---- views ----

-- q_view_case(case_id uuid) -> maybe view_case(reference text, programme text, programme_version int4, status text, planned_departure_on date?, result text?, closed bool)
SELECT reference, programme, programme_version, status, planned_departure_on, result, closed_at IS NOT NULL AS closed
  FROM cases WHERE org = sec.org() AND id = $case_id;

-- q_view_refs(case_id uuid, to_org text) -> one view_refs(refs text[])
SELECT ARRAY(SELECT r.value FROM external_refs r WHERE r.org = sec.org() AND r.kind = 'case' AND r.subject = $case_id AND r.organisation = $to_org
              ORDER BY r.value) AS refs;

-- The shares of a case with what was last shown of each; held until the transaction ends, so that nobody gives one up in between.
-- q_view_shares(case_id uuid) -> many view_share(id uuid, to_organisation text, fields text[], refs text[], body text?)        lane: own
SELECT s.id, s.to_org AS to_organisation, s.fields,
       ARRAY(SELECT r.value FROM external_refs r WHERE r.org = s.org AND r.kind = 'case' AND r.subject = s.case_id AND r.organisation = s.to_org
              ORDER BY r.value) AS refs,
       v.body
  FROM shares s LEFT JOIN partner_views v ON v.org = s.to_org AND v.case_id = s.case_id AND v.owner_org = s.org
 WHERE s.org = sec.org() AND s.case_id = $case_id AND s.status = 'active' ORDER BY s.to_org FOR SHARE OF s;

-- q_view_store{org text, case_id uuid, share_id uuid, body text, now timestamptz} -> maybe view_stored(version int4)
INSERT INTO partner_views AS v (org, case_id, owner_org, share_id, body, changed_at)
VALUES ($org, $case_id, sec.org(), $share_id, $body, $now)
    ON CONFLICT (org, case_id) DO UPDATE
   SET share_id = excluded.share_id, body = excluded.body, version = v.version + 1, changed_at = excluded.changed_at
 WHERE v.body IS DISTINCT FROM excluded.body
RETURNING version;

-- q_view_clear{org text, case_id uuid, now timestamptz} -> any
UPDATE partner_views SET body = NULL, version = version + 1, changed_at = $now
 WHERE org = $org AND case_id = $case_id AND body IS NOT NULL;

-- q_view_get(case_id uuid) -> one partner_view(case_id uuid, body text, version int4)
SELECT case_id, body, version FROM partner_views WHERE org = sec.org() AND case_id = $case_id AND body IS NOT NULL;

-- q_view_list() -> list shared_case(id uuid, changed_at timestamptz, view jsonb?, body_ text)
SELECT case_id AS id, changed_at, NULL::jsonb AS view, body AS body_ FROM partner_views WHERE org = sec.org() AND body IS NOT NULL
--id case_id
--sort -changedAt changed_at timestamptz
;

-- Nothing is written any more by whom a closed case is shared with.
-- q_shares_closed(case_id uuid) -> any
UPDATE shares SET case_closed = true WHERE org = sec.org() AND case_id = $case_id AND status = 'active' AND NOT case_closed;

-- ---- who asks about a field ----

-- q_access_own(case_id uuid) -> maybe access_own(org text, closed bool)
SELECT org, closed_at IS NOT NULL AS closed FROM cases WHERE org = sec.org() AND id = $case_id;

-- q_access_own_hold(case_id uuid) -> maybe access_own
SELECT org, closed_at IS NOT NULL AS closed FROM cases WHERE org = sec.org() AND id = $case_id FOR SHARE;

-- q_access_shared(case_id uuid, field text, today date) -> maybe access_shared(org text, level text, closed bool)
SELECT org, level, case_closed AS closed FROM shares
 WHERE to_org = sec.org() AND case_id = $case_id AND status = 'active' AND $field = ANY (fields) AND (until_on IS NULL OR until_on >= $today);

-- q_access_shared_hold(case_id uuid, field text, today date) -> maybe access_shared
SELECT org, level, case_closed AS closed FROM shares
 WHERE to_org = sec.org() AND case_id = $case_id AND status = 'active' AND $field = ANY (fields) AND (until_on IS NULL OR until_on >= $today)
   FOR SHARE;
