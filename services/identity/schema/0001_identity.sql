-- Organisations, offices, clients and users; the credentials of clients; what has been revoked.
--
-- Who sees a row: its organisation; who acts for all (scope organisations:all); and, before a client has proved who it is, the
-- row of the client that it says it is (context wf.sub = client id, no organisation): that is how the token endpoint reads secrets
-- and keys without a way around row-level security. wayfare-ctl works as the owner role under the same policies.

-- An instant inside jsonb as the API writes instants.
CREATE FUNCTION rfc3339(at timestamptz) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
           || CASE WHEN date_trunc('second', at) = at THEN '' ELSE to_char(at AT TIME ZONE 'UTC', '.US') END || 'Z';

CREATE TABLE organisations (
    org        text        PRIMARY KEY CHECK (org ~ '^[a-z][a-z0-9-]{1,31}$'),
    id         uuid        NOT NULL UNIQUE, -- for the audit trail
    name       text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    kind       text        NOT NULL CHECK (kind IN ('iom', 'partner')),
    status     text        NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
    version    int4        NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE offices (
    id         uuid        PRIMARY KEY,
    org        text        NOT NULL REFERENCES organisations (org),
    code       text        NOT NULL CHECK (code ~ '^[a-z][a-z0-9-]{1,31}$'),
    name       text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    country    text        NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    zone       text        NOT NULL,
    status     text        NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
    version    int4        NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (org, id),
    UNIQUE (org, code)
);
CREATE INDEX offices_created ON offices (org, created_at, id);

CREATE TABLE clients (
    id         uuid        PRIMARY KEY,
    org        text        NOT NULL REFERENCES organisations (org),
    client_id  text        NOT NULL UNIQUE CHECK (client_id ~ '^[a-z][a-z0-9-]{2,63}$'),
    name       text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    roles      text[]      NOT NULL,
    scopes     text[]      NOT NULL,
    programmes text[]      NOT NULL,
    offices    text[]      NOT NULL,
    status     text        NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
    version    int4        NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (org, id),
    UNIQUE (org, name)
);
CREATE INDEX clients_created ON clients (org, created_at, id);

-- Only the HMAC of a secret is kept. Rotation gives the earlier ones an end, so that both work for a while.
CREATE TABLE client_secrets (
    id         uuid        PRIMARY KEY,
    org        text        NOT NULL,
    client     uuid        NOT NULL,
    hash       bytea       NOT NULL CHECK (length(hash) = 32),
    expires_at timestamptz,
    created_at timestamptz NOT NULL,
    FOREIGN KEY (org, client) REFERENCES clients (org, id)
);
CREATE INDEX client_secrets_client ON client_secrets (org, client);

-- Public keys for private_key_jwt.
CREATE TABLE client_keys (
    id         uuid        PRIMARY KEY,
    org        text        NOT NULL,
    client     uuid        NOT NULL,
    kid        text        NOT NULL CHECK (char_length(kid) BETWEEN 1 AND 128),
    jwk        jsonb       NOT NULL,
    created_at timestamptz NOT NULL,
    FOREIGN KEY (org, client) REFERENCES clients (org, id),
    UNIQUE (org, client, kid)
);

-- A client assertion is taken once (RFC 7523 section 3): its jti until it would end anyway.
CREATE TABLE client_assertions (
    org        text        NOT NULL,
    client     uuid        NOT NULL,
    jti_hash   bytea       NOT NULL CHECK (length(jti_hash) = 32),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (org, client, jti_hash),
    FOREIGN KEY (org, client) REFERENCES clients (org, id)
);
CREATE INDEX client_assertions_end ON client_assertions (org, client, expires_at);

CREATE TABLE users (
    id         uuid        PRIMARY KEY,
    org        text        NOT NULL REFERENCES organisations (org),
    username   text        NOT NULL UNIQUE CHECK (username ~ '^[a-z][a-z0-9._-]{1,63}$'), -- subject of demo tokens
    subject    text,       -- sub at the organisation's own OpenID provider; NULL until it is known
    name       text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    roles      text[]      NOT NULL,
    scopes     text[]      NOT NULL,
    programmes text[]      NOT NULL,
    offices    text[]      NOT NULL,
    status     text        NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
    version    int4        NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (org, id),
    CONSTRAINT users_subject_key UNIQUE (org, subject) -- what another organisation's provider calls somebody is its own affair
);
CREATE INDEX users_created ON users (org, created_at, id);

-- Numbered in the order of commit: writers take the advisory lock first and hold it until they end, so a reader that has seen
-- a number has seen all below it.
CREATE SEQUENCE revocation_sequence;
CREATE TABLE revocations (
    sequence   int8        PRIMARY KEY DEFAULT nextval('revocation_sequence'),
    id         uuid        NOT NULL UNIQUE,
    org        text        NOT NULL REFERENCES organisations (org),
    kind       text        NOT NULL CHECK (kind IN ('client', 'user', 'token')),
    value      text        NOT NULL CHECK (char_length(value) BETWEEN 1 AND 255),
    reason     text        NOT NULL,
    revoked_at timestamptz NOT NULL
);
CREATE INDEX revocations_time ON revocations (revoked_at);
GRANT USAGE, SELECT ON SEQUENCE revocation_sequence TO {{service}};

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['organisations', 'offices', 'clients', 'client_secrets', 'client_keys', 'client_assertions', 'users',
                             'revocations'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO {{service}}', t);
        EXECUTE format('CREATE POLICY present ON %I AS RESTRICTIVE TO {{service}}, {{owner}}
                        USING ((SELECT sec.org()) IS NOT NULL OR (SELECT sec.sub()) IS NOT NULL)', t);
        EXECUTE format('CREATE POLICY own ON %I TO {{service}}, {{owner}}
                        USING (org = (SELECT sec.org()) OR (SELECT sec.has(''organisations:all'')))
                        WITH CHECK (org = (SELECT sec.org()) OR (SELECT sec.has(''organisations:all'')))', t);
    END LOOP;
END
$$;

GRANT UPDATE (name, kind, status, version, updated_at) ON organisations TO {{service}};
GRANT UPDATE (name, country, zone, status, version, updated_at) ON offices TO {{service}};
GRANT UPDATE (name, roles, scopes, programmes, offices, status, version, updated_at) ON clients TO {{service}};
GRANT UPDATE (subject, name, roles, scopes, programmes, offices, status, version, updated_at) ON users TO {{service}};
GRANT UPDATE (expires_at), DELETE ON client_secrets TO {{service}};
GRANT DELETE ON client_keys, client_assertions, revocations TO {{service}};

-- The client that says who it is; nothing may be written on that word but the jti of its assertion.
CREATE POLICY self ON clients FOR SELECT TO {{service}}
    USING ((SELECT sec.org()) IS NULL AND client_id = (SELECT sec.sub()));
CREATE POLICY self ON client_secrets FOR SELECT TO {{service}}
    USING (client IN (SELECT c.id FROM clients AS c WHERE c.client_id = (SELECT sec.sub())));
CREATE POLICY self ON client_keys FOR SELECT TO {{service}}
    USING (client IN (SELECT c.id FROM clients AS c WHERE c.client_id = (SELECT sec.sub())));
CREATE POLICY self ON client_assertions TO {{service}}
    USING (client IN (SELECT c.id FROM clients AS c WHERE c.client_id = (SELECT sec.sub())))
    WITH CHECK (client IN (SELECT c.id FROM clients AS c WHERE c.client_id = (SELECT sec.sub())));
CREATE POLICY self ON organisations FOR SELECT TO {{service}}
    USING (org IN (SELECT c.org FROM clients AS c WHERE c.client_id = (SELECT sec.sub())));

-- The feed: every process of the house reads all of it.
CREATE POLICY feed ON revocations FOR SELECT TO {{service}} USING ((SELECT sec.has('internal')));

-- wayfare-ctl's changes are audited like those of the service.
CREATE POLICY owner_add ON wf.audit FOR INSERT TO {{owner}} WITH CHECK (org = coalesce((SELECT sec.org()), ''));
