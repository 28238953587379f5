-- Statements of coaching notes and mentors.

-- To a partner sharing with others is hidden, and so is that it changed.
-- q_coaching_get(id uuid) -> one coaching_row(id uuid, case_id uuid, author_organisation text, author text?, category text, text text, follow_up_on date?,
--   shared_with text[], corrects uuid?, corrected_by uuid?, version int4, created_at timestamptz, updated_at timestamptz, allowed_actions text[], owner_ bool)        lane: own
SELECT n.id, n.case_id, n.author_org AS author_organisation, CASE WHEN n.author_org = sec.org() THEN n.author END AS author, n.category, n.text, n.follow_up_on,
       CASE WHEN n.org = sec.org() THEN n.shared_with WHEN sec.org() = ANY (n.shared_with) THEN ARRAY[sec.org()] ELSE '{}' END AS shared_with,
       n.corrects, (SELECT c.id FROM coaching_notes c WHERE c.org = n.org AND c.corrects = n.id) AS corrected_by,
       CASE WHEN n.org = sec.org() THEN n.version ELSE 1 END AS version, n.created_at,
       CASE WHEN n.org = sec.org() THEN n.updated_at ELSE n.created_at END AS updated_at, '{}'::text[] AS allowed_actions, n.org = sec.org() AS owner_
  FROM coaching_notes n WHERE n.id = $id;

-- q_coaching_list{case_id uuid, category text?} -> list coaching_row
SELECT n.id, n.case_id, n.author_org AS author_organisation, CASE WHEN n.author_org = sec.org() THEN n.author END AS author, n.category, n.text, n.follow_up_on,
       CASE WHEN n.org = sec.org() THEN n.shared_with WHEN sec.org() = ANY (n.shared_with) THEN ARRAY[sec.org()] ELSE '{}' END AS shared_with,
       n.corrects, (SELECT c.id FROM coaching_notes c WHERE c.org = n.org AND c.corrects = n.id) AS corrected_by,
       CASE WHEN n.org = sec.org() THEN n.version ELSE 1 END AS version, n.created_at,
       CASE WHEN n.org = sec.org() THEN n.updated_at ELSE n.created_at END AS updated_at, '{}'::text[] AS allowed_actions, n.org = sec.org() AS owner_
  FROM coaching_notes n WHERE n.case_id = $case_id
--? category AND n.category = $category
--id n.id
--sort -createdAt n.created_at timestamptz
;

-- q_coaching_add{id uuid, org text, case_id uuid, author text, category text, text text, follow_up_on date?, shared_with text[], corrects uuid?, now timestamptz} -> exactly 1
INSERT INTO coaching_notes (id, org, case_id, author_org, author, category, text, follow_up_on, shared_with, corrects, created_at, updated_at)
VALUES ($id, $org, $case_id, sec.org(), $author, $category, $text, $follow_up_on, $shared_with, $corrects, $now, $now);

-- The version is asked for once more: between the look and the change somebody else may have shared it.
-- q_coaching_share{id uuid, version int4, shared_with text[], now timestamptz} -> exactly 1
UPDATE coaching_notes SET shared_with = $shared_with, version = version + 1, updated_at = $now
 WHERE org = sec.org() AND id = $id AND version = $version;

-- ---- mentors ----

-- q_mentor_get(id uuid) -> one mentor_row(id uuid, case_id uuid, person_id uuid?, user_id text?, from date, until date?, end_reason text?, meetings int4,
--   last_met_on date?, version int4, created_by text, created_at timestamptz, updated_at timestamptz, allowed_actions text[], sort_from_ date)
SELECT id, case_id, person_id, user_id, from_on AS "from", until_on AS until, end_reason, meetings, last_met_on, version, created_by, created_at, updated_at,
       '{}'::text[] AS allowed_actions, from_on AS sort_from_
  FROM mentor_links WHERE id = $id;

-- q_mentor_lock(id uuid) -> one mentor_row
SELECT id, case_id, person_id, user_id, from_on AS "from", until_on AS until, end_reason, meetings, last_met_on, version, created_by, created_at, updated_at,
       '{}'::text[] AS allowed_actions, from_on AS sort_from_
  FROM mentor_links WHERE id = $id FOR UPDATE;

-- q_mentor_list{case_id uuid} -> list mentor_row
SELECT id, case_id, person_id, user_id, from_on AS "from", until_on AS until, end_reason, meetings, last_met_on, version, created_by, created_at, updated_at,
       '{}'::text[] AS allowed_actions, from_on AS sort_from_
  FROM mentor_links WHERE case_id = $case_id
--sort -from from_on date
;

-- q_mentor_case(case_id uuid) -> one mentor_case(ended bool)
SELECT closed_at IS NOT NULL OR status IN ('withdrawn', 'closed') AS ended FROM cases WHERE id = $case_id;

-- q_mentor_case_hold(case_id uuid) -> one mentor_case
SELECT closed_at IS NOT NULL OR status IN ('withdrawn', 'closed') AS ended FROM cases WHERE id = $case_id FOR KEY SHARE;

-- in_case: the mentor would be the one who is mentored.
-- q_mentor_person(person_id uuid, case_id uuid) -> maybe mentor_person(in_case bool)
SELECT EXISTS (SELECT 1 FROM case_persons c WHERE c.org = p.org AND c.case_id = $case_id AND c.person_id = p.id AND c.left_at IS NULL) AS in_case
  FROM persons p WHERE p.id = $person_id;

-- q_mentor_linked(case_id uuid, person_id uuid?, user_id text?) -> maybe mentor_linked(id uuid)
SELECT id FROM mentor_links
 WHERE case_id = $case_id AND coalesce(user_id, person_id::text) = coalesce($user_id, $person_id::text) AND until_on IS NULL;

-- q_mentor_add{id uuid, case_id uuid, person_id uuid?, user_id text?, from date, by text, now timestamptz} -> exactly 1
INSERT INTO mentor_links (id, org, case_id, person_id, user_id, from_on, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $case_id, $person_id, $user_id, $from, $by, $now, $now);

-- q_mentor_met{id uuid, on date, now timestamptz} -> exactly 1
UPDATE mentor_links SET meetings = meetings + 1, last_met_on = greatest(last_met_on, $on), version = version + 1, updated_at = $now WHERE id = $id;

-- q_mentor_end{id uuid, until date, reason text, now timestamptz} -> exactly 1
UPDATE mentor_links SET until_on = $until, end_reason = $reason, version = version + 1, updated_at = $now WHERE id = $id AND until_on IS NULL;
