-- Statements of institutions, their links, and visits.

-- q_institution_brief(id uuid) -> maybe institution_brief(programmes text[], role text, country text, status text)
SELECT programmes, role, country, status FROM institutions WHERE id = $id;

-- q_institution_get(id uuid) -> one institution_row(id uuid, programmes text[], role text, name text, country text, sector text,
--   profile text?, contacts jsonb, status text, version int4, created_by text, created_at timestamptz, updated_at timestamptz,
--   allowed_actions text[])
SELECT id, programmes, role, name, country, sector, profile, contacts, status, version, created_by, created_at, updated_at,
       CASE WHEN sec.has('institutions:write') THEN '{patch}'::text[] ELSE '{}' END AS allowed_actions
  FROM institutions WHERE id = $id;

-- q_institution_list{programme text?, role text?, country text?, sector text?, status text?} -> list institution_row
SELECT id, programmes, role, name, country, sector, profile, contacts, status, version, created_by, created_at, updated_at,
       CASE WHEN sec.has('institutions:write') THEN '{patch}'::text[] ELSE '{}' END AS allowed_actions
  FROM institutions WHERE org = sec.org()
--? programme AND $programme = ANY (programmes)
--? role      AND role = $role
--? country   AND country = $country
--? sector    AND sector = $sector
--? status    AND status = $status
--sort name       name text
--sort -createdAt created_at timestamptz
;

-- q_institution_lock(id uuid) -> one institution_locked(programmes text[], role text, name text, country text, sector text, profile text?,
--   contacts jsonb, status text, version_ int4)        lane: own
SELECT programmes, role, name, country, sector, profile, contacts, status, version AS version_ FROM institutions WHERE id = $id FOR UPDATE;

-- q_institution_add{id uuid, programmes text[], role text, name text, country text, sector text, profile text?, contacts jsonb, by text,
--   now timestamptz} -> exactly 1
INSERT INTO institutions (id, org, programmes, role, name, country, sector, profile, contacts, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $programmes, $role, $name, $country, $sector, $profile, $contacts, $by, $now, $now);

-- q_institution_save{id uuid, programmes text[], name text, sector text, profile text?, contacts jsonb, status text, now timestamptz} -> exactly 1
UPDATE institutions SET programmes = $programmes, name = $name, sector = $sector, profile = $profile, contacts = $contacts, status = $status,
       version = version + 1, updated_at = $now
 WHERE id = $id;

-- ---- links ----

-- q_link_get(id uuid) -> one link_row(id uuid, programme text, host_id uuid, counterpart_id uuid, purpose text, activities jsonb,
--   starts_on date, ends_on date?, version int4, created_by text, created_at timestamptz, updated_at timestamptz, allowed_actions text[])
SELECT id, programme, host_id, counterpart_id, purpose, activities, starts_on, ends_on, version, created_by, created_at, updated_at,
       CASE WHEN sec.has('institutions:write') THEN '{patch}'::text[] ELSE '{}' END AS allowed_actions
  FROM institution_links WHERE id = $id;

-- q_link_list{programme text?, host_id uuid?, counterpart_id uuid?} -> list link_row
SELECT id, programme, host_id, counterpart_id, purpose, activities, starts_on, ends_on, version, created_by, created_at, updated_at,
       CASE WHEN sec.has('institutions:write') THEN '{patch}'::text[] ELSE '{}' END AS allowed_actions
  FROM institution_links WHERE org = sec.org()
--? programme     AND programme = $programme
--? hostId        AND host_id = $host_id
--? counterpartId AND counterpart_id = $counterpart_id
--sort startsOn starts_on date
;

-- q_link_lock(id uuid) -> one link_locked(purpose text, activities jsonb, starts_on date, ends_on date?, version_ int4)        lane: own
SELECT purpose, activities, starts_on, ends_on, version AS version_ FROM institution_links WHERE id = $id FOR UPDATE;

-- q_link_parties(id uuid) -> maybe link_parties(host_id uuid, counterpart_id uuid)
SELECT host_id, counterpart_id FROM institution_links WHERE id = $id;

-- q_link_add{id uuid, programme text, host_id uuid, counterpart_id uuid, purpose text, activities jsonb, starts_on date, ends_on date?, by text,
--   now timestamptz} -> exactly 1
INSERT INTO institution_links (id, org, programme, host_id, counterpart_id, purpose, activities, starts_on, ends_on, created_by, created_at,
                               updated_at)
VALUES ($id, sec.org(), $programme, $host_id, $counterpart_id, $purpose, $activities, $starts_on, $ends_on, $by, $now, $now);

-- q_link_save{id uuid, purpose text, activities jsonb, ends_on date?, now timestamptz} -> exactly 1
UPDATE institution_links SET purpose = $purpose, activities = $activities, ends_on = $ends_on, version = version + 1, updated_at = $now
 WHERE id = $id;

-- ---- visits ----

-- q_visit_get(id uuid) -> one visit_row(id uuid, programme text, host_id uuid, counterpart_id uuid?, link_id uuid?, purpose text,
--   visitors jsonb, starts_on date, ends_on date, place text, status text, outcome text?, cancel_reason text?, version int4, created_by text,
--   created_at timestamptz, updated_at timestamptz, allowed_actions text[])
SELECT id, programme, host_id, counterpart_id, link_id, purpose, visitors, starts_on, ends_on, place, status, outcome, cancel_reason, version,
       created_by, created_at, updated_at,
       CASE WHEN status = 'planned' AND sec.has('institutions:write') THEN '{patch,complete,cancel}'::text[] ELSE '{}' END AS allowed_actions
  FROM visits WHERE id = $id;

-- q_visit_list{programme text?, host_id uuid?, status text?} -> list visit_row
SELECT id, programme, host_id, counterpart_id, link_id, purpose, visitors, starts_on, ends_on, place, status, outcome, cancel_reason, version,
       created_by, created_at, updated_at,
       CASE WHEN status = 'planned' AND sec.has('institutions:write') THEN '{patch,complete,cancel}'::text[] ELSE '{}' END AS allowed_actions
  FROM visits WHERE org = sec.org()
--? programme AND programme = $programme
--? hostId    AND host_id = $host_id
--? status    AND status = $status
--sort startsOn starts_on date
;

-- q_visit_lock(id uuid) -> one visit_locked(programme text, host_id uuid, counterpart_id uuid?, link_id uuid?, purpose text, visitors jsonb,
--   starts_on date, ends_on date, place text, status text, version_ int4)        lane: own
SELECT programme, host_id, counterpart_id, link_id, purpose, visitors, starts_on, ends_on, place, status, version AS version_
  FROM visits WHERE id = $id FOR UPDATE;

-- q_visit_add{id uuid, programme text, host_id uuid, counterpart_id uuid?, link_id uuid?, purpose text, visitors jsonb, starts_on date,
--   ends_on date, place text, by text, now timestamptz} -> exactly 1
INSERT INTO visits (id, org, programme, host_id, counterpart_id, link_id, purpose, visitors, starts_on, ends_on, place, created_by, created_at,
                    updated_at)
VALUES ($id, sec.org(), $programme, $host_id, $counterpart_id, $link_id, $purpose, $visitors, $starts_on, $ends_on, $place, $by, $now, $now);

-- q_visit_save{id uuid, counterpart_id uuid?, link_id uuid?, purpose text, visitors jsonb, starts_on date, ends_on date, place text,
--   now timestamptz} -> exactly 1
UPDATE visits SET counterpart_id = $counterpart_id, link_id = $link_id, purpose = $purpose, visitors = $visitors, starts_on = $starts_on,
       ends_on = $ends_on, place = $place, version = version + 1, updated_at = $now
 WHERE id = $id;

-- q_visit_end{id uuid, status text, outcome text?, cancel_reason text?, now timestamptz} -> exactly 1
UPDATE visits SET status = $status, outcome = $outcome, cancel_reason = $cancel_reason, version = version + 1, updated_at = $now
 WHERE id = $id;
