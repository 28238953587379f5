-- Users.

-- q_user_get(username text) -> one user_row(id uuid, username text, subject text?, organisation text, name text, roles text[], scopes text[],
--   programmes text[], offices text[], status text, allowed_actions text[], version_ int4, created_at timestamptz, updated_at timestamptz)
SELECT id, username, subject, org AS organisation, name, roles, scopes, programmes, offices, status,
       CASE WHEN NOT sec.has('users:write') THEN '{}'::text[] WHEN status = 'active' THEN '{disable}' ELSE '{enable}' END AS allowed_actions,
       version AS version_, created_at, updated_at
  FROM users
 WHERE username = $username;

-- q_user_list{organisation text?, status text?} -> list user_row
SELECT id, username, subject, org AS organisation, name, roles, scopes, programmes, offices, status,
       CASE WHEN NOT sec.has('users:write') THEN '{}'::text[] WHEN status = 'active' THEN '{disable}' ELSE '{enable}' END AS allowed_actions,
       version AS version_, created_at, updated_at
  FROM users
 WHERE true
--? organisation AND org = $organisation
--? status AND status = $status
--sort createdAt created_at timestamptz
--sort username username text
;

-- q_user_add{id uuid, organisation text, username text, subject text?, name text, roles text[], scopes text[], programmes text[],
--   offices text[], now timestamptz} -> exactly 1
INSERT INTO users (id, org, username, subject, name, roles, scopes, programmes, offices, created_at, updated_at)
VALUES ($id, $organisation, $username, $subject, $name, $roles, $scopes, $programmes, $offices, $now, $now);

-- q_user_lock(username text) -> one user_lock(id_ uuid, organisation_ text, subject text?, name text, roles text[], scopes text[],
--   programmes text[], offices text[], status_ text, version_ int4)
SELECT id AS id_, org AS organisation_, subject, name, roles, scopes, programmes, offices, status AS status_, version AS version_
  FROM users WHERE username = $username FOR UPDATE;

-- q_user_save{id uuid, subject text?, name text, roles text[], scopes text[], programmes text[], offices text[], status text,
--   now timestamptz} -> exactly 1
UPDATE users
   SET subject = $subject, name = $name, roles = $roles, scopes = $scopes, programmes = $programmes, offices = $offices, status = $status,
       version = version + 1, updated_at = $now
 WHERE id = $id;
