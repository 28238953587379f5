-- Statements of needs.

-- q_need_get(id uuid) -> one need_row(id uuid, programme text, institution_id uuid, country text, sector text, title text, description text,
--   wanted_from date?, status text, close_reason text?, version int4, created_by text, created_at timestamptz, updated_at timestamptz,
--   allowed_actions text[])
SELECT id, programme, institution_id, country, sector, title, description, wanted_from, status, close_reason, version, created_by, created_at,
       updated_at, CASE WHEN status = 'open' AND sec.has('needs:write') THEN '{patch,close}'::text[] ELSE '{}' END AS allowed_actions
  FROM needs WHERE id = $id;

-- q_need_list{programme text?, institution_id uuid?, country text?, sector text?, status text?} -> list need_row
SELECT id, programme, institution_id, country, sector, title, description, wanted_from, status, close_reason, version, created_by, created_at,
       updated_at, CASE WHEN status = 'open' AND sec.has('needs:write') THEN '{patch,close}'::text[] ELSE '{}' END AS allowed_actions
  FROM needs WHERE org = sec.org()
--? programme     AND programme = $programme
--? institutionId AND institution_id = $institution_id
--? country       AND country = $country
--? sector        AND sector = $sector
--? status        AND status = $status
--sort -createdAt created_at timestamptz
;

-- q_need_lock(id uuid) -> one need_locked(programme text, institution_id uuid, country text, sector text, title text, description text,
--   wanted_from date?, status text, version_ int4)        lane: own
SELECT programme, institution_id, country, sector, title, description, wanted_from, status, version AS version_
  FROM needs WHERE id = $id FOR UPDATE;

-- q_need_add{id uuid, programme text, institution_id uuid, country text, sector text, title text, description text, wanted_from date?,
--   by text, now timestamptz} -> exactly 1
INSERT INTO needs (id, org, programme, institution_id, country, sector, title, description, wanted_from, created_by, created_at, updated_at)
VALUES ($id, sec.org(), $programme, $institution_id, $country, $sector, $title, $description, $wanted_from, $by, $now, $now);

-- q_need_save{id uuid, sector text, title text, description text, wanted_from date?, now timestamptz} -> exactly 1
UPDATE needs SET sector = $sector, title = $title, description = $description, wanted_from = $wanted_from, version = version + 1,
       updated_at = $now
 WHERE id = $id;

-- q_need_close{id uuid, status text, reason text, now timestamptz} -> exactly 1
UPDATE needs SET status = $status, close_reason = $reason, version = version + 1, updated_at = $now WHERE id = $id;
