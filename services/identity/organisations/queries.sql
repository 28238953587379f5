-- Organisations.

-- q_organisation_get(organisation text) -> one organisation_row(id uuid, code text, name text, kind text, status text,
--   allowed_actions text[], sort_code_ text, version_ int4, created_at timestamptz, updated_at timestamptz)
SELECT id, org AS code, name, kind, status,
       CASE WHEN NOT sec.has('organisations:write') OR NOT sec.has('organisations:all') OR kind = 'iom' THEN '{}'::text[]
            WHEN status = 'active' THEN '{disable}' ELSE '{enable}' END AS allowed_actions,
       org AS sort_code_, version AS version_, created_at, updated_at
  FROM organisations
 WHERE org = $organisation;

-- q_organisation_list{status text?} -> list organisation_row
SELECT id, org AS code, name, kind, status,
       CASE WHEN NOT sec.has('organisations:write') OR NOT sec.has('organisations:all') OR kind = 'iom' THEN '{}'::text[]
            WHEN status = 'active' THEN '{disable}' ELSE '{enable}' END AS allowed_actions,
       org AS sort_code_, version AS version_, created_at, updated_at
  FROM organisations
 WHERE true
--? status AND status = $status
--sort code org text
--sort createdAt created_at timestamptz
;

-- q_organisation_status(organisation text) -> maybe organisation_status(status text)
SELECT status FROM organisations WHERE org = $organisation;

-- q_organisation_add{id uuid, code text, name text, kind text, now timestamptz} -> exactly 1
INSERT INTO organisations (org, id, name, kind, created_at, updated_at) VALUES ($code, $id, $name, $kind, $now, $now);

-- q_organisation_lock(organisation text) -> one organisation_lock(id_ uuid, name text, kind_ text, status_ text, version_ int4)
SELECT id AS id_, name, kind AS kind_, status AS status_, version AS version_ FROM organisations WHERE org = $organisation FOR UPDATE;

-- q_organisation_save(organisation text, name text, status text, now timestamptz) -> exactly 1
UPDATE organisations SET name = $name, status = $status, version = version + 1, updated_at = $now WHERE org = $organisation;

-- q_organisation_revoke(organisation text, now timestamptz) -> any
INSERT INTO revocations (id, org, kind, value, reason, revoked_at)
SELECT gen_random_uuid(), org, kind, value, 'organisationDisabled', $now
  FROM (SELECT org, 'client' AS kind, client_id AS value FROM clients WHERE org = $organisation
        UNION ALL
        SELECT org, 'user', username FROM users WHERE org = $organisation
        UNION ALL
        SELECT org, 'user', subject FROM users WHERE org = $organisation AND subject IS NOT NULL) AS t;
