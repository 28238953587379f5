-- Offices.

-- q_office_get(id uuid) -> one office_row(id uuid, organisation text, code text, name text, country text, zone text, status text,
--   allowed_actions text[], version_ int4, created_at timestamptz, updated_at timestamptz)
SELECT id, org AS organisation, code, name, country, zone, status,
       CASE WHEN NOT sec.has('offices:write') THEN '{}'::text[] WHEN status = 'active' THEN '{disable}' ELSE '{enable}' END AS allowed_actions,
       version AS version_, created_at, updated_at
  FROM offices
 WHERE id = $id;

-- q_office_list{organisation text?, status text?} -> list office_row
SELECT id, org AS organisation, code, name, country, zone, status,
       CASE WHEN NOT sec.has('offices:write') THEN '{}'::text[] WHEN status = 'active' THEN '{disable}' ELSE '{enable}' END AS allowed_actions,
       version AS version_, created_at, updated_at
  FROM offices
 WHERE true
--? organisation AND org = $organisation
--? status AND status = $status
--sort createdAt created_at timestamptz
--sort code code text
;

-- q_office_add{id uuid, organisation text, code text, name text, country text, zone text, now timestamptz} -> exactly 1
INSERT INTO offices (id, org, code, name, country, zone, created_at, updated_at)
VALUES ($id, $organisation, $code, $name, $country, $zone, $now, $now);

-- q_office_lock(id uuid) -> one office_lock(name text, country text, zone text, status_ text, version_ int4)
SELECT name, country, zone, status AS status_, version AS version_ FROM offices WHERE id = $id FOR UPDATE;

-- q_office_save{id uuid, name text, country text, zone text, status text, now timestamptz} -> exactly 1
UPDATE offices SET name = $name, country = $country, zone = $zone, status = $status, version = version + 1, updated_at = $now
 WHERE id = $id;

-- Those that are not there, and those that are closed and not held already.
-- q_offices_unknown(organisation text, codes text[], held text[]) -> many office_unknown(position int4)
SELECT (c.position - 1)::int4 AS position
  FROM unnest($codes::text[]) WITH ORDINALITY AS c (code, position)
 WHERE NOT EXISTS (SELECT 1 FROM offices AS o WHERE o.org = $organisation AND o.code = c.code AND (o.status = 'active' OR o.code = ANY ($held)))
 ORDER BY 1;
