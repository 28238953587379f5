-- Common to every service database: who asks (schema sec), and the mechanisms of jobs, audit and idempotency (schema wf).
--
-- Run by the owner role; {{owner}}, {{service}} and {{worker}} are replaced by the database's role names. The service
-- role answers requests, the worker role runs relay, scheduler, consumers and senders. Neither owns anything.

CREATE SCHEMA sec;
CREATE SCHEMA wf;
REVOKE ALL ON SCHEMA sec, wf FROM PUBLIC;
GRANT USAGE ON SCHEMA sec, wf TO {{service}}, {{worker}};

-- ------------------------------------------------------------------------------------------------------------------
-- sec: the context of the transaction, set by io/db before its first statement (wf.org, wf.sub, wf.scope). A custom
-- setting reads '' and not NULL after its first use in a session, so '' counts as absent.
-- Policies write (SELECT sec.org()): evaluated once per statement, and the index on org is used.
-- ------------------------------------------------------------------------------------------------------------------

CREATE FUNCTION sec.org() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('wf.org', true), '');
CREATE FUNCTION sec.sub() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('wf.sub', true), '');
CREATE FUNCTION sec.scope() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('wf.scope', true), '');

-- True if the context holds the scope.
CREATE FUNCTION sec.has(scope text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(scope = ANY (string_to_array(sec.scope(), ' ')), false);

-- Codes of the scopes `programme:avrr`, `office:nl`; empty if there is none.
CREATE FUNCTION sec.programmes() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT coalesce(array_agg(substr(w, 11)), '{}')
              FROM unnest(string_to_array(sec.scope(), ' ')) AS w WHERE starts_with(w, 'programme:'));
CREATE FUNCTION sec.offices() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT coalesce(array_agg(substr(w, 8)), '{}')
              FROM unnest(string_to_array(sec.scope(), ' ')) AS w WHERE starts_with(w, 'office:'));

-- Isolates a table that has a column org: row-level security enabled and forced; a restrictive policy that the context
-- is present, a permissive one that the row is the context's; SELECT and INSERT for both roles, UPDATE on the columns
-- named in updates ('*' is all, '' none), and what `more` names (only 'DELETE').
-- A table that partners see parts of adds policies of its own, or writes all of them itself.
CREATE FUNCTION sec.isolate(tbl regclass, updates text DEFAULT '', more text DEFAULT '') RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tbl);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', tbl);
    EXECUTE format('GRANT SELECT, INSERT ON %s TO {{service}}, {{worker}}', tbl);
    IF updates = '*' THEN
        EXECUTE format('GRANT UPDATE ON %s TO {{service}}, {{worker}}', tbl);
    ELSIF updates <> '' THEN
        EXECUTE format('GRANT UPDATE (%s) ON %s TO {{service}}, {{worker}}',
            (SELECT string_agg(quote_ident(trim(c)), ', ') FROM unnest(string_to_array(updates, ',')) AS c), tbl);
    END IF;
    IF upper(more) = 'DELETE' THEN
        EXECUTE format('GRANT DELETE ON %s TO {{service}}, {{worker}}', tbl);
    ELSIF more <> '' THEN
        RAISE EXCEPTION 'sec.isolate: % cannot be granted', more;
    END IF;
    EXECUTE format('CREATE POLICY present ON %s AS RESTRICTIVE TO {{service}}, {{worker}}
                    USING ((SELECT sec.org()) IS NOT NULL)', tbl);
    EXECUTE format('CREATE POLICY own ON %s TO {{service}}, {{worker}}
                    USING (org = (SELECT sec.org())) WITH CHECK (org = (SELECT sec.org()))', tbl);
END
$$;
REVOKE EXECUTE ON FUNCTION sec.isolate(regclass, text, text) FROM PUBLIC;

-- ------------------------------------------------------------------------------------------------------------------
-- Outgoing events. A producer's transaction writes the event, and one delivery for each consumer group. The relay
-- publishes deliveries, and deletes each when its consumer has acknowledged it, the event with its last delivery.
-- ------------------------------------------------------------------------------------------------------------------

CREATE TABLE wf.outbox (
    id uuid PRIMARY KEY,
    org text NOT NULL,
    type text NOT NULL,
    subject uuid NOT NULL,
    data jsonb NOT NULL,
    trace text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL
);

-- Last sequence number per group and key. Its row lock orders the transactions that send events of one key, so a
-- number is seen only when all lower ones are committed.
CREATE TABLE wf.outbox_seq (
    grp text NOT NULL,
    key uuid NOT NULL,
    last int8 NOT NULL,
    PRIMARY KEY (grp, key)
) WITH (fillfactor = 80);

CREATE TABLE wf.delivery (
    event_id uuid NOT NULL REFERENCES wf.outbox (id),
    grp text NOT NULL,
    key uuid NOT NULL,
    seq int8 NOT NULL,
    on_dead text NOT NULL CHECK (on_dead IN ('hold', 'skip')),
    -- The writing transaction's id. Whatever is not visible yet has one at or above pg_snapshot_xmin, so "all below are
    -- confirmed" can be said for certain; a plain sequence would be overtaken by late commits.
    position int8 NOT NULL DEFAULT pg_current_xact_id()::text::int8,
    published_at timestamptz, -- NULL: to be published
    epoch int8,               -- Redis's memory that it was published into
    attempts int4 NOT NULL DEFAULT 0,
    next_at timestamptz,      -- not confirmed by then: publish again
    PRIMARY KEY (grp, key, seq)
);
CREATE INDEX delivery_event ON wf.delivery (event_id);
CREATE INDEX delivery_pending ON wf.delivery (position) WHERE published_at IS NULL;
CREATE INDEX delivery_published ON wf.delivery (grp, next_at) WHERE published_at IS NOT NULL;
CREATE INDEX delivery_position ON wf.delivery (grp, position);
-- Small tables that everything passes through: vacuumed by the number of rows that went, not by a share of them.
ALTER TABLE wf.outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
ALTER TABLE wf.delivery SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- Something due later. The scheduler takes the row and adds the event `<service>.due.<kind>` in one transaction.
CREATE TABLE wf.due (
    kind text NOT NULL,
    key uuid NOT NULL,
    org text NOT NULL,
    due_at timestamptz NOT NULL,
    data jsonb NOT NULL,
    PRIMARY KEY (kind, key)
);
CREATE INDEX due_at ON wf.due (due_at);

-- ------------------------------------------------------------------------------------------------------------------
-- Incoming events, each once.
--
--            effect ok                      all earlier of the key are done (or dead and skip)
--   (new) ───────────────► done   waiting ────────────────────────────────────────────────────► retry
--     │ ╲ effect failed     ▲        ▲                                                          │
--     │  ╰──────────► retry ┴────────│────────► dead (attempts used up; replay: retry; discard: done)
--     ╰──────────────────────────────╯ an earlier one of the key is not done
-- ------------------------------------------------------------------------------------------------------------------

CREATE TABLE wf.inbox (
    event_id uuid PRIMARY KEY,
    source text NOT NULL,
    position int8 NOT NULL, -- in the source's database; rows below its confirmedBelow may be deleted
    key uuid NOT NULL,
    seq int8 NOT NULL,
    on_dead text NOT NULL CHECK (on_dead IN ('hold', 'skip')),
    org text NOT NULL,
    type text NOT NULL,
    subject uuid NOT NULL,
    event_at timestamptz NOT NULL,
    trace text NOT NULL DEFAULT '',
    data jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('done', 'retry', 'waiting', 'dead')),
    attempts int4 NOT NULL,
    next_at timestamptz,
    error text,
    received_at timestamptz NOT NULL,
    done_at timestamptz
);
CREATE INDEX inbox_open ON wf.inbox (source, key, seq) WHERE state <> 'done';
CREATE INDEX inbox_retry ON wf.inbox (next_at) WHERE state = 'retry';
CREATE INDEX inbox_waiting ON wf.inbox (received_at) WHERE state = 'waiting';
CREATE INDEX inbox_done ON wf.inbox (received_at) WHERE state = 'done';

-- ------------------------------------------------------------------------------------------------------------------
-- Audit. Rows are inserted unchained; every second the sealer adds one chained hash for what has been committed since.
-- ------------------------------------------------------------------------------------------------------------------

CREATE TABLE wf.audit (
    id int8 GENERATED ALWAYS AS IDENTITY,
    xid int8 NOT NULL DEFAULT pg_current_xact_id()::text::int8,
    org text NOT NULL DEFAULT coalesce(sec.org(), ''), -- '': no organisation is asking (token endpoint, upkeep)
    at timestamptz NOT NULL,
    actor text NOT NULL,
    client text NOT NULL,
    is_user boolean NOT NULL,
    operation text NOT NULL,
    purpose text NOT NULL,
    request_id text NOT NULL,
    trace text NOT NULL,
    action text NOT NULL, -- read, list, create, update, delete, transition, …
    kind text NOT NULL,   -- of object: person, case, …
    object uuid,          -- NULL: objects
    objects uuid[],       -- list: what was shown
    fields text NOT NULL DEFAULT '', -- field set or sensitivity class that was read
    changes jsonb         -- names of the fields that were changed
);
CREATE INDEX audit_xid ON wf.audit USING brin (xid) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX audit_object ON wf.audit (object) WHERE object IS NOT NULL;

CREATE TABLE wf.audit_seal (
    no int8 PRIMARY KEY,
    from_xid int8 NOT NULL, -- rows with from_xid <= xid < to_xid
    to_xid int8 NOT NULL,
    rows int8 NOT NULL,
    previous bytea NOT NULL,
    hash bytea NOT NULL,
    sealed_at timestamptz NOT NULL
);

-- What of a row the chain covers; independent of the session's settings. A later column is added to this list only
-- where it is not NULL, so that old seals stay true.
CREATE FUNCTION wf.audit_digest(a wf.audit) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
    RETURN sha256(convert_to(jsonb_build_array(a.id, a.xid, a.org, (extract(epoch FROM a.at) * 1000000)::int8, a.actor,
        a.client, a.is_user, a.operation, a.purpose, a.request_id, a.trace, a.action, a.kind, a.object, a.objects,
        a.fields, a.changes)::text, 'UTF8'));

-- The hash of the rows of a range on top of the previous seal's.
CREATE FUNCTION wf.audit_hash(previous bytea, from_xid int8, to_xid int8) RETURNS bytea LANGUAGE sql STABLE
    RETURN (SELECT sha256(previous || convert_to(from_xid || '-' || to_xid || ':', 'UTF8')
                          || coalesce(string_agg(wf.audit_digest(a), ''::bytea ORDER BY a.xid, a.id), ''::bytea))
              FROM wf.audit AS a WHERE a.xid >= from_xid AND a.xid < to_xid);

-- The numbers of the seals that do not fit their rows or their predecessor; none is good.
CREATE FUNCTION wf.audit_verify(from_no int8 DEFAULT 1, to_no int8 DEFAULT 9223372036854775807)
    RETURNS SETOF int8 LANGUAGE sql STABLE AS $$
    SELECT s.no FROM wf.audit_seal AS s LEFT JOIN wf.audit_seal AS p ON p.no = s.no - 1
     WHERE s.no BETWEEN from_no AND to_no
       AND (s.hash <> wf.audit_hash(s.previous, s.from_xid, s.to_xid)
            OR s.previous <> coalesce(p.hash, ''::bytea) OR s.from_xid <> coalesce(p.to_xid, 0))
     ORDER BY s.no
$$;

-- ------------------------------------------------------------------------------------------------------------------
-- Idempotency: only committed answers are kept. web/idem calls wf.idem_enter with the first statements of the request's
-- transaction and inserts the row with the last ones.
-- ------------------------------------------------------------------------------------------------------------------

CREATE TABLE wf.idempotency (
    org text NOT NULL DEFAULT coalesce(sec.org(), ''),
    client text NOT NULL,
    key_hash bytea NOT NULL,     -- HMAC-SHA-256 of the Idempotency-Key
    request_hash bytea NOT NULL, -- HMAC-SHA-256 of method, path, query, body
    status int4 NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,         -- encrypted
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org, client, key_hash)
);
CREATE INDEX idempotency_created ON wf.idempotency (created_at);

-- Returns when the key is new, and holds it until the transaction ends (however it ends). Else raises
--   WF001 idempotency.running   the first request has not ended
--   WF002 idempotency.replay    answered before: read the row in another transaction
--   WF003 idempotency.mismatch  answered before, but to another request
CREATE FUNCTION wf.idem_enter(p_client text, p_key_hash bytea, p_request_hash bytea) RETURNS void
    LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_org text := coalesce(sec.org(), '');
    v_held bool;
    v_hash bytea;
BEGIN
    v_held := pg_try_advisory_xact_lock(hashtextextended(v_org || ' ' || p_client || ' ' || encode(p_key_hash, 'hex'), 0));
    -- A new snapshot: the lock's last holder may have committed since this statement began. Looked up without the lock too: who
    -- holds it may be another repetition, told the same and not yet rolled back.
    SELECT i.request_hash INTO v_hash FROM wf.idempotency AS i
     WHERE i.org = v_org AND i.client = p_client AND i.key_hash = p_key_hash;
    IF v_hash = p_request_hash THEN
        RAISE EXCEPTION 'idempotency.replay' USING ERRCODE = 'WF002';
    ELSIF FOUND THEN
        RAISE EXCEPTION 'idempotency.mismatch' USING ERRCODE = 'WF003';
    ELSIF NOT v_held THEN
        RAISE EXCEPTION 'idempotency.running' USING ERRCODE = 'WF001';
    END IF;
END
$$;

-- ------------------------------------------------------------------------------------------------------------------
-- Who may do what.
-- ------------------------------------------------------------------------------------------------------------------

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['outbox', 'outbox_seq', 'delivery', 'due', 'inbox', 'audit', 'audit_seal', 'idempotency'] LOOP
        EXECUTE format('ALTER TABLE wf.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE wf.%I FORCE ROW LEVEL SECURITY', t);
        -- Workers move these for all organisations; what such a row is about, they touch only as its organisation.
        EXECUTE format('CREATE POLICY worker ON wf.%I TO {{worker}} USING (true) WITH CHECK (true)', t);
    END LOOP;
END
$$;

GRANT SELECT, INSERT, DELETE ON wf.outbox TO {{worker}};
GRANT SELECT, INSERT, DELETE, UPDATE (published_at, epoch, attempts, next_at) ON wf.delivery TO {{worker}};
GRANT SELECT, INSERT, UPDATE (last) ON wf.outbox_seq TO {{worker}};
GRANT SELECT, INSERT, DELETE, UPDATE (due_at, data) ON wf.due TO {{worker}};
GRANT SELECT, INSERT, DELETE, UPDATE (state, attempts, next_at, error, done_at) ON wf.inbox TO {{worker}};
GRANT SELECT, INSERT ON wf.audit, wf.audit_seal TO {{worker}};
GRANT SELECT (created_at), DELETE ON wf.idempotency TO {{worker}};

-- The service writes events, for its own and (shares) for other organisations, and reads none back.
GRANT INSERT ON wf.outbox, wf.delivery TO {{service}};
GRANT SELECT, INSERT, UPDATE (last) ON wf.outbox_seq TO {{service}};
CREATE POLICY service ON wf.outbox FOR INSERT TO {{service}} WITH CHECK ((SELECT sec.org()) IS NOT NULL);
CREATE POLICY service ON wf.delivery FOR INSERT TO {{service}} WITH CHECK ((SELECT sec.org()) IS NOT NULL);
CREATE POLICY service ON wf.outbox_seq TO {{service}}
    USING ((SELECT sec.org()) IS NOT NULL) WITH CHECK ((SELECT sec.org()) IS NOT NULL);

GRANT SELECT, INSERT, DELETE, UPDATE (due_at, data) ON wf.due TO {{service}};
CREATE POLICY service ON wf.due TO {{service}} USING (org = (SELECT sec.org())) WITH CHECK (org = (SELECT sec.org()));

GRANT SELECT ON wf.inbox TO {{service}};
CREATE POLICY service ON wf.inbox FOR SELECT TO {{service}} USING (org = (SELECT sec.org()));

GRANT SELECT, INSERT ON wf.audit TO {{service}};
CREATE POLICY service_read ON wf.audit FOR SELECT TO {{service}} USING (org = (SELECT sec.org()));
CREATE POLICY service_add ON wf.audit FOR INSERT TO {{service}} WITH CHECK (org = coalesce((SELECT sec.org()), ''));

GRANT SELECT, INSERT ON wf.idempotency TO {{service}};
CREATE POLICY service ON wf.idempotency TO {{service}}
    USING (org = coalesce((SELECT sec.org()), '')) WITH CHECK (org = coalesce((SELECT sec.org()), ''));
